"""Who is calling: a bearer token, or the session of the admin."""

from contextlib import suppress

import knox.auth
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from knox.models import AuthToken
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

REFUSED = (
    "This token is unknown, expired or revoked. "
    "Get a new one with POST /api/auth/login/, or ask a lead to make one in the admin."
)


class TokenAuthentication(knox.auth.TokenAuthentication):
    """``Authorization: Bearer <token>``."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        with suppress(AuthenticationFailed):
            if token.isalnum():  # all tokens are; other bytes may not even be text
                return super().authenticate_credentials(token)
        raise AuthenticationFailed(REFUSED)

    def _cleanup_token(self, auth_token: AuthToken) -> bool:
        """Whether it has expired. Knox's own version loads all other tokens of the user, on every request."""
        return auth_token.expiry is not None and auth_token.expiry <= timezone.now()


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the admin, with CSRF enforced.

    In open mode a session without CSRF token counts as no credentials: a front end that shares the host
    with the admin sends the admin's cookie without knowing it, and must not be locked out by it.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        try:
            return super().authenticate(request)
        except PermissionDenied:
            if settings.HELPDESK_API_OPEN:
                return None
            raise
