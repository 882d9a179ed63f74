"""The filters of the list in words: a chip for each that is active, a control for each that there is."""

from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils import timezone

from helpdesk import people
from helpdesk.choices import VOCABULARIES
from helpdesk.tickets import parsing
from helpdesk.tickets.parsing import as_pk


class Chip(NamedTuple):
    """An active filter; `without` is the list that lacks it."""

    title: str
    text: str
    without: str


class FilterMenu(NamedTuple):
    """A control of the filter menu; without `options` it is an input of this `kind`."""

    name: str
    title: str
    kind: str
    value: str
    options: list[tuple[str, str]]


TITLES = {
    "status": "Status",
    "priority": "Priority",
    "category": "Category",
    "assignee": "Assignee",
    "waiting_for": "Waiting for",
    "waiting_before": "Waiting since before",
    "requester": "Requester",
    "updated_after": "Updated since",
    "created_after": "Created since",
    "created_before": "Created before",
    "resolved_after": "Resolved since",
    "resolved_before": "Resolved before",
    "attention": "Attention",
    "overdue": "Overdue",
    "external_source": "Source",
    "external_id": "External id",
    "id": "Numbers",
    "batch": "Import or bulk change",
    "search": "Words",
}
DAYS = {name for name in TITLES if name.endswith(("_after", "_before"))}
MENU = ("status", "priority", "category", "assignee", "waiting_for", "requester", *sorted(DAYS, reverse=True))
WAITING_FOR = [("us", "Us"), ("requester", "The customer")]


def chips(params: QueryDict) -> list[Chip]:
    return [
        Chip(title, _in_words(name, ",".join(filter(None, params.getlist(name)))), _without(params, name))
        for name, title in TITLES.items()
        if any(params.getlist(name))
    ]


def choices(params: QueryDict, staff: Iterable[User]) -> list[FilterMenu]:
    return [
        FilterMenu(
            name,
            TITLES[name],
            "date" if name in DAYS else "text",
            ",".join(filter(None, params.getlist(name))),
            _options(name, params.get(name, ""), staff),
        )
        for name in MENU
    ]


def _options(name: str, value: str, staff: Iterable[User]) -> list[tuple[str, str]]:
    if name in VOCABULARIES:
        known = [(str(value), str(label)) for value, label in VOCABULARIES[name].choices]
        return known if "," not in value else [*known, (value, _in_words(name, value))]
    if name == "assignee":
        return [("me", "Me"), ("none", "Nobody"), *((str(one.pk), people.name_of(one)) for one in staff)]
    return WAITING_FOR if name == "waiting_for" else []


def _in_words(name: str, value: str) -> str:
    if name in VOCABULARIES:
        labels = dict(VOCABULARIES[name].choices)
        return ", ".join(str(labels.get(part.strip(), part)) for part in value.split(","))
    say: Callable[[str], str] | None = {"assignee": _person, "waiting_for": _side}.get(name)
    if say:
        return say(value)
    return _day(value) if name in DAYS else value


def _person(value: str) -> str:
    if value in {"me", "none"}:
        return {"me": "me", "none": "nobody"}[value]
    pk = as_pk(value)
    user = User.objects.filter(pk=pk).first() if pk else None
    return people.name_of(user) or value


def _side(value: str) -> str:
    return dict(WAITING_FOR).get(value, value)


def _day(value: str) -> str:
    try:
        moment = timezone.localtime(parsing.day_or_moment(value))
    except ValueError:
        return value
    return (
        f"{moment.day} {moment:%B}"
        if moment.year == timezone.localdate().year
        else f"{moment.day} {moment:%B %Y}"
    )


def _without(params: QueryDict, name: str) -> str:
    kept: Iterable[tuple[str, str]] = (
        (key, value) for key in params for value in params.getlist(key) if key not in {name, PAGE_VAR}
    )
    return f"?{urlencode(list(kept))}"
