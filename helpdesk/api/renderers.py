"""Answers as JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class JSONRenderer(BaseRenderer):
    """Datetimes become ISO 8601 in UTC with a trailing ``Z``."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        if data is None:
            return b""
        return orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)


class Negotiation(DefaultContentNegotiation):
    """DRF's, which need not weigh anything where the first renderer is what is asked for."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        if not format_suffix and request.META.get("HTTP_ACCEPT", "*/*") in {"*/*", first.media_type}:
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)


def _plain(value: Any) -> Any:
    """What orjson does not know: the read-only mappings and lazy texts of Django and DRF."""
    return dict(value) if isinstance(value, Mapping) else str(value)
