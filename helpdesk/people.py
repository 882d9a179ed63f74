"""What every layer says of people: who asks, how they are called, and who may be given tickets."""

from collections import defaultdict
from typing import overload

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest


@overload
def name_of(user: User) -> str: ...


@overload
def name_of(user: None) -> None: ...


def name_of(user: User | None) -> str | None:
    """The full name, or else the user name; None for nobody."""
    return (user.get_full_name() or user.username) if user else None


def signed_in(request: HttpRequest) -> User:
    """Who sent a request; raises PermissionDenied if nobody is signed in."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def assignable() -> QuerySet[User]:
    """Who may be given tickets: active staff who may change them."""
    backend = "django.contrib.auth.backends.ModelBackend"
    return User.objects.with_perm("helpdesk.change_ticket", backend=backend).filter(is_staff=True)


def staff_by_name() -> dict[str, str]:
    """User names of those who may be given tickets, by what a file may call them, in small letters.

    That is the user name, the full name or the address; two people of one name are not found by it.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for user in assignable():
        for name in (user.username, user.get_full_name(), user.email):
            found[name.strip().casefold()].add(user.username)
    return {name: min(users) for name, users in found.items() if name and len(users) == 1}
