"""A new password ends all that was opened with the old one; one that everybody knows is pointed out."""

import json
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User

from helpdesk.accounts import sessions, tokens

DEMO_DATA = settings.BASE_DIR / "fixtures" / "demo.json"
DEMO_PASSWORD = "helpdesk-demo"  # nobody's secret: it is printed for everybody who loads the demo


class EndsWhatTheOldOneOpened:
    """A validator of passwords, because Django tells those of each new one, whoever sets it and where.

    The session in which somebody changes their own is kept: Django gives it a new key afterwards.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuses nothing."""

    def password_changed(self, password: str, user: User | None = None) -> None:
        if user is not None:
            sessions.end_all(user)
            tokens.end_all(user)

    def get_help_text(self) -> str:
        return "A new password ends all other sessions and all API tokens of its user."


def with_demo_password() -> list[str]:
    """The names of the demo's users who can still sign in with the demo's password."""
    people = json.loads(DEMO_DATA.read_text(encoding="utf-8"))["people"]
    names = [person["username"] for person in people if person.get("can_log_in")]
    users = User.objects.filter(username__in=names, is_active=True).order_by("pk")
    return [user.username for user in users if _is_demo_password(user.password)]


@lru_cache(maxsize=64)
def _is_demo_password(encoded: str) -> bool:
    """Kept, because it takes a processor for a third of a second."""
    return check_password(DEMO_PASSWORD, encoded)
