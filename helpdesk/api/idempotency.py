"""`Idempotency-Key`: a request that comes again is answered by what the first one made."""

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

KEY_LENGTH = 200


class AnotherBody(APIException):
    status_code = 422
    default_detail = "This Idempotency-Key came with another request. Send a new key with a new one."


def key_of(request: Request) -> str:
    """Empty where none was sent; raises ValidationError for one that cannot be kept."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > KEY_LENGTH or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [f"Send at most {KEY_LENGTH} printable characters."]})
    return key
