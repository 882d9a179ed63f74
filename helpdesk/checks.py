"""System checks that tell the operator what to do."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register

from helpdesk.triage.providers import registry
from helpdesk.triage.providers.remote import is_address


def check_open_api(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.HELPDESK_API_OPEN or settings.DEBUG:
        return []
    return [
        checks.Warning(
            "The API answers callers without credentials.",
            hint="Unset HELPDESK_API_OPEN unless only trusted people can reach this server.",
            id="helpdesk.W001",
        )
    ]


def check_gemini_endpoint(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.GEMINI_API_ENDPOINT or settings.GEMINI_API_KEY:
        return []
    return [
        checks.Warning(
            "GEMINI_API_ENDPOINT is set, but Gemini is not asked without a key.",
            hint="Set GEMINI_API_KEY (or GEMINI_API_KEY_FILE), or unset GEMINI_API_ENDPOINT.",
            id="helpdesk.W002",
        )
    ]


def check_provider(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whether the provider of triage that is chosen can be asked at all."""
    name = registry.chosen(settings)
    if name == registry.LOCAL:
        return []
    messages: list[CheckMessage] = [
        checks.Error(
            f"AI_PROVIDER={name} cannot be asked without {variable}.",
            hint=f"Set {variable} (or {variable}_FILE), or set AI_PROVIDER=local to ask nobody.",
            id="helpdesk.E002",
        )
        for variable in registry.missing(name, settings)
    ]
    variable = registry.REMOTE[name].settings.endpoint
    address = getattr(settings, variable)
    if address and not is_address(address):
        messages.append(
            checks.Error(
                f"{variable}={address!r} is no web address.",
                hint="Begin it with https:// or http://.",
                id="helpdesk.E001",
            )
        )
    return messages


def register_all() -> None:
    register(check_open_api, Tags.security)
    register(check_gemini_endpoint, Tags.compatibility)
    register(check_provider, Tags.compatibility)
