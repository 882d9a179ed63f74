"""Whether what a column holds can be what its name says: content stands before names."""

from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.transfer.mapping.scan import Column
from helpdesk.transfer.mapping.targets import DATES
from helpdesk.transfer.mapping.words import known_value

MOST_STATUSES, MOST_PRIORITIES, MOST_CATEGORIES = 40, 25, 400
LABEL_LENGTH = 60


@dataclass(frozen=True)
class Fit:
    """From 0 to 1, and what speaks against it."""

    share: float
    against: str = ""


WELL = Fit(1)


def fit(target: str, column: Column) -> Fit:
    """How well the cells of a column are what a target takes."""
    if not column.filled:
        return Fit(0.5, "Empty")
    if target in DATES:
        return WELL if column.is_time else Fit(0, "Holds no dates")
    return _CHECKS.get(target, _is_text)(column)


def _is_text(column: Column) -> Fit:
    if column.is_time and column.share(column.dates) >= 0.7:
        return Fit(0, "Holds dates")
    if column.share(column.numbers) > 0.8:
        return Fit(0.1, "Holds numbers")
    if column.share(column.emails) > 0.8:
        return Fit(0.1, "Holds e-mail addresses")
    return WELL


def _is_title(column: Column) -> Fit:
    found = _is_text(column)
    if found is WELL and column.mean_length > 400:
        return Fit(0.4, "Holds long texts")
    # Few different short words are a kind of ticket; a title hardly repeats.
    return Fit(0.7) if found is WELL and column.share(column.different) < 0.05 else found


def _is_description(column: Column) -> Fit:
    found = _is_text(column)
    return Fit(0.6, "Holds short words") if found is WELL and column.mean_length < 8 else found


def _is_message(column: Column) -> Fit:
    found = _is_text(column)
    return Fit(0, "Holds short words") if found is WELL and column.mean_length < 15 else found


def _of_few(target: str, most: int, unknown: float) -> Callable[[Column], Fit]:
    """A check for labels; a column that has none of the known ones fits as well as `unknown` says."""

    def check(column: Column) -> Fit:
        found = _is_text(column)
        is_numbered = "numbers" in found.against
        if found is not WELL and not is_numbered:
            return found
        if column.has_many or len(column.distinct) > most or column.mean_length > LABEL_LENGTH:
            return Fit(0.1, "Too many different texts")
        known = sum(count for text, count in column.distinct.items() if known_value(target, text))
        if not known and not is_numbered and column.mean_length <= 2:
            return Fit(0.1, "Holds codes")
        least = 0.36 if is_numbered else unknown
        return Fit(least + (1 - least) * known / column.filled, found.against)

    return check


def _is_email(column: Column) -> Fit:
    return WELL if column.share(column.emails) >= 0.5 else Fit(0, "Holds no e-mail addresses")


def _is_key(column: Column) -> Fit:
    if column.share(column.dates) >= 0.7:
        return Fit(0, "Holds dates")
    if column.mean_length > LABEL_LENGTH:
        return Fit(0, "Holds long texts")
    unique = column.share(column.different)
    return Fit(0.4 + 0.6 * unique, "" if unique > 0.9 else "Repeats itself")


def _is_person(column: Column) -> Fit:
    found = _is_text(column)
    if "addresses" in found.against:
        return Fit(0.9)
    return Fit(0.2, "Holds long texts") if column.mean_length > LABEL_LENGTH else found


_CHECKS: dict[str, Callable[[Column], Fit]] = {
    "title": _is_title,
    "description": _is_description,
    "comments": _is_message,
    "notes": _is_message,
    "status": _of_few("status", MOST_STATUSES, 0.4),
    "priority": _of_few("priority", MOST_PRIORITIES, 0.7),
    "category": _of_few("category", MOST_CATEGORIES, 0.85),
    "requester_email": _is_email,
    "requester_name": _is_person,
    "assignee": _is_person,
    "external_id": _is_key,
    "external_source": lambda column: WELL,
    "id": lambda column: WELL,
    "desk": lambda column: WELL,
    "source": lambda column: WELL,
}
