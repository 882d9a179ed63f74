"""From the text of a filter to its value. Each raises ValueError with what to send instead."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q

from helpdesk.choices import Queue
from helpdesk.tickets import parsing, queues, search
from helpdesk.tickets.parsing import as_pk

MOST_NUMBERS = 500  # an address with more of them is too long for some servers


def words(text: str, user: User | AnonymousUser) -> str:
    if not parsing.is_storable(text):
        raise ValueError("Null characters are not allowed.")
    return text.strip()


def searched(text: str, user: User | AnonymousUser) -> Q:
    return search.matching(words(text, user), user)


def person(text: str, user: User | AnonymousUser) -> int | None:
    """The id of a user; the caller's for ``me``, None for ``none``."""
    text = text.strip()
    if text == "none":
        return None
    if text == "me" and not user.is_authenticated:
        raise ValueError("'me' is for callers who are signed in. Send credentials, or the id of a user.")
    pk = user.pk if text == "me" else as_pk(text)
    if pk is None:
        raise ValueError("Send the id of a user, 'me' or 'none'.")
    return pk


def moment(text: str, user: User | AnonymousUser) -> datetime:
    return parsing.day_or_moment(text.strip())


def yes_or_no(text: str, user: User | AnonymousUser) -> bool:
    return parsing.yes_or_no(text)


def queue(text: str, user: User | AnonymousUser) -> Q:
    if text.strip() not in Queue.values:
        raise ValueError(f"Choose one of: {', '.join(Queue.values)}.")
    return queues.condition(Queue(text.strip()), user)


def one_of(*allowed: str) -> Callable[[str, User | AnonymousUser], str]:
    def read(text: str, user: User | AnonymousUser) -> str:
        if text.strip() not in allowed:
            raise ValueError(f"Choose one of: {', '.join(allowed)}.")
        return text.strip()

    return read


def numbers(text: str, user: User | AnonymousUser) -> list[int]:
    wanted = [as_pk(number.strip().removeprefix("#")) for number in text.split(",") if number.strip()]
    known = [number for number in wanted if number is not None]
    if len(known) < len(wanted) or len(known) > MOST_NUMBERS:
        raise ValueError(f"Send numbers of tickets, separated by commas, at most {MOST_NUMBERS}.")
    return known


def mark(text: str, user: User | AnonymousUser) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise ValueError("Send the mark of a batch, such as an import names it.") from None
