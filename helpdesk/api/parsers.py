"""Request bodies: strict JSON of limited size and depth."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 20


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"
    default_detail = "The body is too large. Send at most {limit:,} bytes."


class JSONParser(BaseParser):
    """Unlike Python's own, orjson refuses NaN, lone surrogates and text that is not UTF-8."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        body = read(stream, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not valid JSON: {error}. Correct it and send it again.") from error
        if is_deeper(data, MAX_DEPTH):
            raise ParseError(f"The body is nested too deeply. Use at most {MAX_DEPTH} levels.")
        return data


def read(stream: IO[bytes], limit: int) -> bytes:
    """The whole body; raises BodyTooLarge instead of holding more than `limit` bytes."""
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise BodyTooLarge(BodyTooLarge.default_detail.format(limit=limit))
    return body


def is_deeper(data: Any, levels: int) -> bool:
    """Whether objects and arrays are nested deeper than `levels`; does not recurse."""
    level = [data]
    for _ in range(levels):
        level = [child for item in level for child in _children(item)]
    return bool(level) and any(isinstance(item, dict | list) for item in level)


def _children(item: Any) -> Any:
    if isinstance(item, Mapping):
        return item.values()
    return item if isinstance(item, list) else ()
