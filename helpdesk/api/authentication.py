"""Who is calling: a bearer token, or the session of the admin."""

from functools import cache
from secrets import compare_digest

from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.utils import timezone
from knox import crypto
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.models import AuthToken
from knox.settings import CONSTANTS
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from helpdesk import statements
from helpdesk.accounts import tokens
from helpdesk.accounts.addresses import origin

REFUSED = (
    "This token is unknown, expired or revoked. "
    "Get a new one with POST /api/auth/login/, or ask a lead to make one in the admin."
)
# What is read of a user, in the order of the model; the rest Django reads when somebody asks for it.
USER_FIELDS = ("id", "is_superuser", "username", "first_name", "last_name", "is_staff", "is_active")
# The user of each token that begins like the one sent (there is one), and in the same query what the user
# may do and whether the use is to be written down: otherwise finding out who asks takes four queries, and
# longer than most answers. A token without an end date is refused. Nothing of it is kept, so that a token or
# a permission that is taken away is gone at the next request.
CALLERS = """
SELECT token.digest, use.last_used_at IS NULL OR use.last_used_at < %s,
  (SELECT {join}(CAST(permission_id AS text), ' ') FROM (
     SELECT permission_id FROM auth_user_user_permissions WHERE user_id = caller.id
     UNION ALL
     SELECT given.permission_id FROM auth_user_groups member
     JOIN auth_group_permissions given ON given.group_id = member.group_id WHERE member.user_id = caller.id
   ) granted), {fields}
FROM knox_authtoken token JOIN auth_user caller ON caller.id = token.user_id
LEFT JOIN helpdesk_tokenuse use ON use.token_id = token.digest
WHERE token.token_key = %s AND caller.is_active AND token.expiry > %s
"""
# What the numbers of permissions stand for, which is the same for ever.
NAMES: dict[int, str] = {}
JOIN = {"sqlite": "group_concat", "postgresql": "string_agg"}


@cache
def callers() -> str:
    fields = ", ".join(f"caller.{name}" for name in USER_FIELDS)
    return CALLERS.format(join=JOIN[connection.vendor], fields=fields)


class TokenAuthentication(KnoxAuthentication):
    """``Authorization: Bearer <token>``."""

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        caller = super().authenticate(request)
        if caller and vars(caller[0])["is_use_due"]:
            tokens.note_use(caller[1].digest, origin(request))
        return caller

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        if not token.isalnum():  # all tokens are; other bytes may not even be text
            raise AuthenticationFailed(REFUSED)
        text = token.decode()
        digest = crypto.hash_token(text)
        now = timezone.now()
        due, ended = map(connection.ops.adapt_datetimefield_value, (now - tokens.EXACTNESS, now))
        found = statements.fetch(callers(), [due, text[: CONSTANTS.TOKEN_KEY_LENGTH], ended])
        for known_digest, is_use_due, granted, *fields in found:
            if compare_digest(digest, known_digest):
                user = User.from_db(connection.alias, USER_FIELDS, fields)
                vars(user)["is_use_due"] = is_use_due
                if not user.is_superuser:
                    # Django's `ModelBackend` would fill it at the first question, with two queries.
                    vars(user)["_perm_cache"] = names_of(granted or "")
                return user, AuthToken(digest=digest, user=user)
        raise AuthenticationFailed(REFUSED)


def names_of(granted: str) -> set[str]:
    """The names of permissions whose numbers are given, as `app.code`."""
    numbers = {int(number) for number in granted.split()}
    if not NAMES.keys() >= numbers:
        NAMES.update(
            (pk, f"{app}.{code}")
            for pk, app, code in Permission.objects.values_list("pk", "content_type__app_label", "codename")
        )
    return {NAMES[number] for number in numbers}


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
