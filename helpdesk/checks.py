"""System checks that tell the operator what to do."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register


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
    endpoint = settings.GEMINI_API_ENDPOINT
    if endpoint and not settings.GEMINI_API_KEY:
        return [
            checks.Warning(
                "GEMINI_API_ENDPOINT is set, but Gemini is not asked without a key.",
                hint="Set GEMINI_API_KEY (or GEMINI_API_KEY_FILE), or unset GEMINI_API_ENDPOINT.",
                id="helpdesk.W002",
            )
        ]
    if endpoint and not endpoint.startswith(("http://", "https://")):
        return [
            checks.Error(
                f"GEMINI_API_ENDPOINT={endpoint!r} is no web address.",
                hint="Begin it with https:// or http://, or unset it to reach Google's own.",
                id="helpdesk.E001",
            )
        ]
    return []


def register_all() -> None:
    register(check_open_api, Tags.security)
    register(check_gemini_endpoint, Tags.compatibility)
