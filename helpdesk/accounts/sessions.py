"""Sessions that know whose they are, end when nobody uses them, and end at last in any case.

The module is Django's `SESSION_ENGINE`.
"""

import logging
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions import middleware
from django.contrib.sessions.backends import db
from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from helpdesk.accounts.addresses import origin
from helpdesk.accounts.models import Session, SessionQuerySet, idle_limit

logger = logging.getLogger(__name__)
# How exactly the last use is known: a use is written down no more often.
EXACTNESS = timedelta(minutes=1)
# A page that asks by itself for what is new says so by this header: nobody need sit before it.
POLL = "X-Helpdesk-Poll"


class SessionStore(db.SessionStore):
    """Django's store in a row that says whose session it is. An end date is set once, when it begins."""

    row: Session | None = None
    request: HttpRequest | None = None
    """The request at hand."""

    @property
    def client(self) -> tuple[str | None, str]:
        """Its address and browser."""
        if self.request is None:
            return None, ""
        return origin(self.request), self.request.headers.get("User-Agent", "")[:255]

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        self.row = super()._get_session_from_db()  # type: ignore[misc]  # the stubs do not know it
        if self.row and not self.row.is_alive:
            self._session_key = self.row = None
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        if self.row and self.row.pk == row.pk:
            self.row.session_data = row.session_data
        else:
            self.row = row
            row.expire_date = row.created_at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        self.row.user_id = data.get(SESSION_KEY)
        self.row.address, self.row.user_agent = self.client
        return self.row

    def touch(self) -> None:
        """Write down that somebody uses the session, unless that was done a moment ago."""
        now = timezone.now()
        if self.row is None or not self.row.user_id or self.row.last_used_at > now - EXACTNESS:
            return
        address, user_agent = self.client
        uses = Session.objects.filter(pk=self.row.pk, last_used_at__lte=now - EXACTNESS)
        uses.update(last_used_at=now, address=address, user_agent=user_agent)

    @classmethod
    def clear_expired(cls) -> None:
        """What `manage.py clearsessions` calls, and every sign-in."""
        now = timezone.now()
        Session.objects.filter(Q(expire_date__lte=now) | Q(last_used_at__lte=now - idle_limit())).delete()


class SessionMiddleware(middleware.SessionMiddleware):
    """Tells the session who asks; a request that nobody made keeps no session alive."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        cast(SessionStore, request.session).request = request

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        if POLL not in request.headers:
            try:
                cast(SessionStore, request.session).touch()
            except DatabaseError:  # not worth failing an answer that is ready
                logger.warning("The last use of a session could not be written", exc_info=True)
        return response


def of(user: User) -> SessionQuerySet:
    """Where somebody is signed in, the last used first."""
    return Session.objects.alive().filter(user=user).order_by("-last_used_at")


def end_all(user: User, *, but: str | None = None) -> int:
    """End somebody's sessions, if told so but the one with this key; how many there were."""
    return Session.objects.filter(user=user).exclude(session_key=but).delete()[0]
