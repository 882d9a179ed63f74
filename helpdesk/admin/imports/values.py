"""The values of a file as a page shows them, and what the page sends back."""

import zoneinfo
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.formats import date_format

from helpdesk.choices import VOCABULARIES
from helpdesk.people import assignable, name_of
from helpdesk.transfer.mapping.plan import NAME_ONLY, REFUSE, TRIAGE, ImportMapping
from helpdesk.transfer.mapping.scan import Scan, labels
from helpdesk.transfer.mapping.survey import DateColumn, Survey, Value, survey
from helpdesk.transfer.mapping.targets import TARGETS, VALUED

# Menus of a card; the texts that are rarer have what the card says of all unknown ones.
SHOWN = 150
EMPTY = {"assignee": "Nobody", "status": "Open, or as its times say"}
ORDERS = {"day": "Day first", "month": "Month first"}


@dataclass(frozen=True)
class ValuesCard:
    """The texts of one target with their menus; `options` are those of a text, value and words."""

    target: str
    label: str
    headers: str
    menus: list[tuple[Value, list[tuple[str, str]]]]
    more: int
    most: int
    undecided: int
    options: list[tuple[str, str]]
    unknown: str


def context(scan: Scan, mapping: ImportMapping) -> dict[str, Any]:
    found = survey(scan, mapping)
    cards = [_card(scan, mapping, target, found) for target in VALUED if target in found.values]
    zone = next((rule.zone for rule in mapping.dates.values()), "")
    return {
        "scan": scan,
        "cards": cards,
        "dates": [_in_words(column) for column in found.dates],
        "orders": ORDERS,
        "zone": zone,
        "zones": sorted(zoneinfo.available_timezones()),
        "is_one_order": len({column.order for column in found.dates}) < 2,
        "mark": _mark(mapping),
        "undecided": found.undecided,
        "undecided_rows": sum(
            value.count for values in found.values.values() for value in values if not value.is_known
        ),
        "too_many": found.too_many,
    }


def _in_words(column: DateColumn) -> DateColumn:
    """With its times as all pages write them."""
    return replace(
        column,
        meaning=_shown(column.meaning),
        first=_shown(column.first),
        last=_shown(column.last),
    )


def _shown(time: str) -> str:
    return date_format(datetime.fromisoformat(time), "DATETIME_FORMAT") if time else ""


def chosen(sent: QueryDict, scan: Scan, mapping: ImportMapping) -> dict[str, Any]:
    """The choices of the page; raises ValueError if it was made for other columns than there are now."""
    if sent.get("mark") != _mark(mapping):
        raise ValueError("The columns were changed meanwhile. Look at the values again.")
    found = survey(scan, mapping)
    values: dict[str, dict[str, str]] = {}
    for target, texts in found.values.items():
        menus = ((value.text, sent.get(f"{target}-{number}")) for number, value in enumerate(texts[:SHOWN]))
        values[target] = {text: choice for text, choice in menus if choice is not None}
    unknown = {target: sent[f"unknown-{target}"] for target in found.values if f"unknown-{target}" in sent}
    dates = {
        str(column.place): {
            "order": sent.get(f"order-{column.place}", column.order),
            "zone": sent.get("zone", column.zone),
        }
        for column in found.dates
    }
    return {"values": values, "unknown": unknown, "dates": dates}


def _card(scan: Scan, mapping: ImportMapping, target: str, found: Survey) -> ValuesCard:
    values = found.values[target]
    headers = labels(scan.headers)
    options = _options(target)
    of_empty = [
        ("", EMPTY.get(target, "Let triage decide")),
        *(pair for pair in options if pair[0] != TRIAGE),
    ]
    return ValuesCard(
        target,
        TARGETS[target].label if target != "assignee" else "People",
        ", ".join(dict.fromkeys(headers[place] for place in mapping.places(target))),
        [(value, options if value.text else of_empty) for value in values[:SHOWN]],
        len(values) - SHOWN if len(values) > SHOWN else 0,
        values[0].count,
        sum(not value.is_known for value in values),
        options,
        mapping.unknown.get(target, TRIAGE),
    )


def _options(target: str) -> list[tuple[str, str]]:
    if target == "assignee":
        staff = sorted(assignable(), key=lambda user: name_of(user).casefold())
        people = [(user.username, _called(user)) for user in staff]
        return [*people, (NAME_ONLY, "Keep the name only"), (REFUSE, "Refuse these rows")]
    known = [(member.value, str(member.label)) for member in VOCABULARIES[target]]
    triage = [] if target == "status" else [(TRIAGE, "Let triage decide")]
    return [*known, *triage, (REFUSE, "Refuse these rows")]


def _called(user: User) -> str:
    name = name_of(user)
    return name if name == user.username else f"{name} ({user.username})"


def _mark(mapping: ImportMapping) -> str:
    return ",".join(f"{place}:{target}" for place, target in enumerate(mapping.columns) if target in VALUED)
