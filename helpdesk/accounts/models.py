"""Where people are signed in: a row for each session, and the last use of each token."""

from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string
from knox.models import AuthToken


class SessionQuerySet(models.QuerySet["Session"]):
    def alive(self) -> "SessionQuerySet":
        """Those that were used within the idle limit and began within the absolute one."""
        now = timezone.now()
        return self.filter(expire_date__gt=now, last_used_at__gt=now - idle_limit())


class Session(AbstractBaseSession):
    """A browser. One in which nobody is signed in has no user."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now, db_index=True)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=255)

    objects = BaseSessionManager.from_queryset(SessionQuerySet)()  # type: ignore[misc]

    class Meta:
        default_permissions = ()
        permissions = [("unlock_sign_in", "Can see failed sign-ins and unlock them")]

    def __str__(self) -> str:
        """The key is nobody's to read."""
        return f"session of {self.user or 'nobody'}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")

    @property
    def is_alive(self) -> bool:
        now = timezone.now()
        return self.expire_date > now and self.last_used_at > now - idle_limit()

    @property
    def public_id(self) -> str:
        """Names the session in a page: its key opens the desk and is shown to nobody."""
        return sha256(self.session_key.encode()).hexdigest()


class TokenUse(models.Model):
    """What the desk knows of a token beside its end date."""

    token = models.OneToOneField(AuthToken, primary_key=True, on_delete=models.CASCADE, related_name="use")
    last_used_at = models.DateTimeField(null=True)
    address = models.GenericIPAddressField(null=True)
    # An earlier release made it without an end date, or with one beyond the limit; it got a grace period.
    is_shortened = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.token_id[:15]}… at {self.last_used_at}"


def idle_limit() -> timedelta:
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES)
