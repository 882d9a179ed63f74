"""API tokens: their last use, and the limit of their life."""

import logging
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import DatabaseError
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from knox.models import AuthToken
from knox.settings import knox_settings

from helpdesk.accounts.models import TokenUse

logger = logging.getLogger(__name__)
# How exactly the last use is known: a use is written down no more often.
EXACTNESS = timedelta(hours=1)
# A token may be made a moment before its end date is counted from.
TOLERANCE = timedelta(minutes=5)


def latest_end() -> datetime:
    """The last end date that a token made now may have."""
    return timezone.now() + knox_settings.TOKEN_TTL


def note_use(digest: str, address: str | None) -> None:
    """Write down that a token is used; one statement."""
    use = TokenUse(token_id=digest, last_used_at=timezone.now(), address=address)
    fields = ["last_used_at", "address"]
    try:
        TokenUse.objects.bulk_create(
            [use], update_conflicts=True, unique_fields=["token"], update_fields=fields
        )
    except DatabaseError:  # not worth failing a request for
        logger.warning("The last use of a token could not be written", exc_info=True)


def of(user: User) -> "QuerySet[AuthToken]":
    """Somebody's tokens that work, the newest first."""
    alive = AuthToken.objects.filter(user=user, expiry__gt=timezone.now())
    return alive.select_related("use").order_by("-created")


def end_all(user: User, *, but: str | None = None) -> int:
    """Revoke somebody's tokens, if told so but the one with this digest; how many there were."""
    tokens = AuthToken.objects.filter(user=user).exclude(digest=but)
    count = tokens.count()
    tokens.delete()
    return count


def beyond_limit() -> "QuerySet[AuthToken]":
    """Those that work, or worked, beyond what `API_TOKEN_DAYS` allows, and those shortened for it."""
    allowed = F("created") + knox_settings.TOKEN_TTL + TOLERANCE
    over = Q(expiry__isnull=True) | Q(expiry__gt=allowed) | Q(use__is_shortened=True)
    ended = Q(expiry__lte=timezone.now())
    return AuthToken.objects.filter(over).exclude(ended).select_related("user").order_by("created")


def is_beyond_limit(token: AuthToken) -> bool:
    """Whether `beyond_limit` would find it."""
    if hasattr(token, "use") and token.use.is_shortened:
        return True
    return token.expiry is None or token.expiry > token.created + knox_settings.TOKEN_TTL + TOLERANCE
