"""From the text of a cell to a value. Each parser raises ValueError with a reason that says what to do."""

import functools
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

Parser = Callable[[str], Any]
YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
# What neither database can store: NUL, and halves of characters that JSON can spell.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

INVISIBLE = "Write something: none of these characters can be seen."
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
# Fillers of Hangul, the blank of Braille, and marks that only change another character, which Unicode counts
# among the letters, symbols and marks.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def canonical(name: str) -> str:
    """A name without case, spaces and underscores: "Requester E_mail" and "requesteremail" are one."""
    return re.sub(r"[\s_]+", "", name).casefold()


def as_pk(text: str) -> int | None:
    """The number of a row as somebody typed it; None when no row can have it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def is_storable(text: str) -> bool:
    return not _UNSTORABLE.search(text)


def storable(text: str) -> str:
    """The text with a sign for each character that cannot be stored."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def is_visible(text: str) -> bool:
    """Whether a reader sees anything of it: not only blanks, controls and characters of no width."""
    return any(
        unicodedata.category(character) not in _UNSEEN_CATEGORIES
        and character not in _UNSEEN
        and not any(ord(character) in selectors for selectors in _SELECTORS)
        for character in text
    )


def visible(parser: Parser) -> Parser:
    """The same parser of texts, which refuses one that nobody could see."""

    def parse(cell: str) -> str:
        parsed: str = parser(cell)
        if not is_visible(parsed):
            raise ValueError(INVISIBLE)
        return parsed

    return parse


def text(cell: str) -> str:
    if found := _UNSTORABLE.search(cell):
        raise ValueError(f"Remove the character U+{ord(found.group()):04X}: it cannot be stored.")
    return cell


def line(cell: str) -> str:
    return text(cell).strip()


def email(cell: str) -> str:
    address = line(cell).lower()
    try:
        validate_email(address)
    except ValidationError:
        raise ValueError("Give a valid e-mail address, such as ann@example.com.") from None
    return address


def moment(cell: str) -> datetime:
    """ISO 8601; without a zone it is a time of the desk's own zone."""
    try:
        given = datetime.fromisoformat(line(cell))
        given = timezone.make_aware(given) if given.tzinfo is None else given
        is_possible = EARLIEST <= given <= timezone.now() + timedelta(days=1)
    except (ValueError, OverflowError):
        raise ValueError("Write the time as 2026-11-23 14:30 or 2026-11-23T14:30:00+01:00.") from None
    if not is_possible:
        raise ValueError("Give a time between 1970 and now.")
    return given


def day_or_moment(text: str) -> datetime:
    """A date (its midnight in the desk's time zone) or a date and time, as a datetime in UTC."""
    try:
        if day := parse_date(text):
            return timezone.make_aware(datetime.combine(day, time.min)).astimezone(UTC)
        # A plus sign that was not escaped arrives as a blank.
        moment = parse_datetime(text) or parse_datetime("+".join(text.rsplit(" ", 1)))
        if moment is None:
            raise ValueError(text)
        return (timezone.make_aware(moment) if moment.tzinfo is None else moment).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("Send a date such as 2026-03-31, or a time such as 2026-03-31T14:00:00Z.") from None


def yes_or_no(text: str) -> bool:
    word = text.strip().casefold()
    if word not in YES | NO:
        raise ValueError("Send true or false.")
    return word in YES


@functools.cache
def one_of(vocabulary: type[TextChoices]) -> Parser:
    """Accepts a value or its label in any case, with spaces, underscores or neither."""
    members = {
        canonical(name): member.value for member in vocabulary for name in (member.label, member.value)
    }

    def parse(cell: str) -> str:
        try:
            return members[canonical(cell)]
        except KeyError:
            raise ValueError(f"Use one of: {', '.join(vocabulary.values)}.") from None

    return parse
