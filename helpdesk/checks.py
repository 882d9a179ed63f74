"""System checks that tell the operator what to do."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import DatabaseError

from helpdesk.accounts import passwords, tokens
from helpdesk.triage.providers import registry
from helpdesk.triage.providers.remote import is_address

Answer = TypeVar("Answer")
NAMED = 5


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


def check_demo_passwords(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whether everybody can sign in to a desk on which work is done."""
    if settings.DEBUG:
        return []
    names = _asked(passwords.with_demo_password)
    if not names:
        return []
    return [
        checks.Warning(
            f"The password of the demo, which everybody knows, opens the desk for: {', '.join(names)}.",
            hint="Run manage.py changepassword for each of them, or make them inactive.",
            id="helpdesk.W003",
        )
    ]


def check_token_ends(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found = _asked(lambda: list(tokens.beyond_limit()[: NAMED + 1]))
    if not found:
        return []
    named = ", ".join(f"{token.token_key}… of {token.user.username}" for token in found[:NAMED])
    more = " and more" if len(found) > NAMED else ""
    return [
        checks.Warning(
            f"API tokens were made without an end date, or with one beyond API_TOKEN_DAYS: {named}{more}.",
            hint="Make new ones in their place. Those without an end date are refused; the list of API "
            "tokens in the admin says when the others end.",
            id="helpdesk.W004",
        )
    ]


def _asked(question: Callable[[], list[Answer]]) -> list[Answer]:
    """What the database answers; nothing while it is away or not migrated, which other checks tell."""
    try:
        return question()
    except DatabaseError:
        return []


def register_all() -> None:
    register(check_open_api, Tags.security)
    register(check_gemini_endpoint, Tags.compatibility)
    register(check_provider, Tags.compatibility)
    # They ask the database, and one of them takes time: not before every command.
    register(check_demo_passwords, Tags.security, deploy=True)
    register(check_token_ends, Tags.security, deploy=True)
