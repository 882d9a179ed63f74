"""The rows of an import as its preview shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.formats import date_format

from helpdesk.choices import VOCABULARIES, Standing
from helpdesk.people import name_of
from helpdesk.tickets.fields import BY_NAME, Kind
from helpdesk.transfer.models import Import, StagedRow

PER_PAGE = 50
EXCERPT = 160
WARNED = "warned"


@dataclass(frozen=True)
class Detail:
    """A field with its value in words, and the one before where there was one."""

    name: str
    value: str
    old: str | None = None


@dataclass(frozen=True)
class PreviewRow:
    """One row: what is seen at once, and everything else it brings."""

    row: StagedRow
    title: str
    changes: Sequence[Detail]
    fields: Sequence[Detail]
    source: Sequence[Sequence[str]]
    remarks: Sequence[Sequence[str]]
    comments: int


@dataclass(frozen=True)
class PreviewTab:
    value: str
    label: str
    count: int


def tabs(job: Import) -> list[PreviewTab]:
    """By standing; the counts are those of now, as rows are skipped while the import runs."""
    counted = {standing.value: getattr(job, standing.value) for standing in Standing}
    counted[Standing.SKIPPED] += job.done_skipped
    return [PreviewTab(standing.value, str(standing.label), counted[standing.value]) for standing in Standing]


def first_tab(job: Import) -> str:
    """The one that has something to say."""
    return next((tab.value for tab in tabs(job) if tab.count), Standing.NEW.value)


def page_of(job: Import, tab: str, number: str) -> tuple[Page, list[PreviewRow]]:
    """A page of the rows of a tab, and those rows in words."""
    chosen = {"is_warned": True} if tab == WARNED else {"standing": tab}
    page = Paginator(job.rows.filter(**chosen).order_by("number"), PER_PAGE).get_page(number)
    rows = list(page.object_list)
    people = _people(rows)
    return page, [_line(row, people) for row in rows]


def _people(rows: Iterable[StagedRow]) -> dict[int, str]:
    ids = {row.values.get("assignee") for row in rows} - {None}
    return {user.pk: name_of(user) for user in User.objects.filter(pk__in=ids)} if ids else {}


def _line(row: StagedRow, people: dict[int, str]) -> PreviewRow:
    changes = [
        Detail(_label(name), _changed(name, new, row, people), _changed(name, old, row, people))
        for name, (old, new) in row.differences.items()
    ]
    fields = [Detail(_label(name), _in_words(name, value, people)) for name, value in row.values.items()]
    if former := row.extra.get("former_assignee"):
        fields.append(Detail("Assignee", f"{former}, by name only"))
    title = row.values.get("title", "") or row.differences.get("title", [""])[0]
    said = len(row.extra.get("comments", ()))
    return PreviewRow(
        row, title, changes, fields, row.extra.get("source", ()), [*row.problems, *row.warnings], said
    )


def _changed(name: str, value: Any, row: StagedRow, people: dict[int, str]) -> str:
    """Of a person a difference holds the name."""
    return value or "nobody" if name == "assignee" else _in_words(name, value, people)


def _in_words(name: str, value: Any, people: dict[int, str]) -> str:
    field = BY_NAME[name]
    if field.kind is Kind.PERSON:
        return people.get(value, "nobody")
    if value in (None, ""):
        return "empty"
    if field.kind is Kind.CHOICE and value in VOCABULARIES[name].values:
        return str(VOCABULARIES[name](value).label)
    if field.kind is Kind.MOMENT:
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    return value if len(value) <= EXCERPT else f"{value[:EXCERPT]}…"


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
