"""The table of providers: who can be asked, under which name, and with which settings.

A new provider is a sibling of `gemini`, its line in `REMOTE`, and its name in `AI_PROVIDERS` of the settings.
"""

from typing import Any

from helpdesk.triage.providers.gemini import Gemini
from helpdesk.triage.providers.google_genai import GoogleGenAI
from helpdesk.triage.providers.openai import OpenAI
from helpdesk.triage.providers.remote import Access, Remote

LOCAL = "local"
REMOTE: dict[str, type[Remote]] = {provider.name: provider for provider in (Gemini, GoogleGenAI, OpenAI)}
NAMES = (*REMOTE, LOCAL)
DISPLAY_NAMES = {LOCAL: "the local model", **{name: each.display_name for name, each in REMOTE.items()}}


def chosen(settings: Any) -> str:
    """The name of the provider that `settings` choose: `AI_PROVIDER`, or else Gemini when it has a key."""
    return settings.AI_PROVIDER or (Gemini.name if settings.GEMINI_API_KEY else LOCAL)


def missing(name: str, settings: Any) -> list[str]:
    """The settings that a provider needs and that are empty."""
    return [each for each in REMOTE[name].settings.required if not getattr(settings, each)]


def access(name: str, settings: Any) -> Access:
    names = REMOTE[name].settings
    return Access(*(getattr(settings, each) for each in (names.api_key, names.model, names.endpoint)))
