"""The columns of a file as a page shows them, and what the page sends back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from helpdesk.transfer.mapping.plan import KEEP, LEAVE_OUT, RULES, ImportMapping
from helpdesk.transfer.mapping.profiles import HELPDESK, PROFILES
from helpdesk.transfer.mapping.scan import Column, Scan, labels
from helpdesk.transfer.mapping.survey import survey
from helpdesk.transfer.mapping.targets import TARGETS, VALUED
from helpdesk.transfer.models import Import

PARTS = {"encoding": "Letters", "delimiter": "Between cells", "header": "Header", "sheet": "Sheet"}


@dataclass(frozen=True)
class ColumnRow:
    """Columns of one name that become the same; the first place names their menu."""

    place: int
    label: str
    times: int
    samples: list[str]
    filled: int
    target: str
    note: str


def context(job: Import, scan: Scan, mapping: ImportMapping) -> dict[str, Any]:
    is_own = mapping.profile == HELPDESK
    has_text = bool(mapping.places("description"))
    return {
        "scan": scan,
        "mapping": mapping,
        "rows": _rows(scan, mapping),
        "targets": [target for target in TARGETS.values() if is_own or not target.is_ours],
        "parts": _parts(job, scan),
        "profiles": PROFILES,
        "rules": [
            (name, label, choices, getattr(mapping.rules, name)) for name, (label, choices) in RULES.items()
        ],
        "lacks": None if has_text else RULES["no_description"][1][mapping.rules.no_description],
        "asks_for_numbers": mapping.id_is_ours
        or any(column.header.lower() == "id" for column in scan.columns),
    }


def chosen(sent: QueryDict, scan: Scan, mapping: ImportMapping) -> dict[str, Any]:
    """The choices of the page; columns without a menu there stay as they are."""
    return {
        "columns": as_sent(sent, scan, mapping).columns,
        "source": sent.get("source", mapping.source),
        "id_is_ours": "id_is_ours" in sent,
        "rules": {name: sent[f"rule-{name}"] for name in RULES if f"rule-{name}" in sent},
    }


def as_sent(sent: QueryDict, scan: Scan, mapping: ImportMapping) -> ImportMapping:
    """The mapping with the columns of the page, right or wrong, so that nothing has to be chosen again."""
    columns = [
        sent.get(f"column-{first}", target)
        for first, target in zip(_menus(scan, mapping), mapping.columns, strict=True)
    ]
    return replace(mapping, columns=columns, source=sent.get("source", mapping.source))


def _menus(scan: Scan, mapping: ImportMapping) -> list[int]:
    """For each column the place whose menu it has: columns of one name that become the same share it."""
    first: dict[tuple[str, str], int] = {}
    keys = zip(labels(scan.headers), mapping.columns, strict=True)
    return [first.setdefault(key, place) for place, key in enumerate(keys)]


def _rows(scan: Scan, mapping: ImportMapping) -> list[ColumnRow]:
    counts = {target: len(found) for target, found in survey(scan, mapping).values.items()}
    headers = labels(scan.headers)
    return [
        ColumnRow(
            place,
            headers[place],
            times,
            scan.columns[place].samples,
            round(100 * scan.columns[place].filled / scan.rows) if scan.rows else 0,
            mapping.columns[place],
            _note(mapping, place, counts, scan.columns[place]),
        )
        for place, times in Counter(_menus(scan, mapping)).items()
    ]


def _note(mapping: ImportMapping, place: int, counts: Mapping[str, int], column: Column) -> str:
    target = mapping.columns[place]
    if target == "external_id" and mapping.source:
        return f"with the source “{mapping.source}”"
    if target in VALUED and target in counts:
        return f"{counts[target]:,} values, see Values"
    if target in {"title", "description"} and place in mapping.markup:
        return "HTML, read as text; the original is kept"
    if reason := mapping.reasons.get(str(place)):
        return reason
    if target == KEEP:
        return "kept with the ticket" if column.filled else "empty"
    return "" if target != LEAVE_OUT else "not kept"


def _parts(job: Import, scan: Scan) -> list[dict[str, Any]]:
    """The menus of how the file is read; what was recognised is chosen."""
    return [
        {
            "name": name,
            "label": label,
            "choices": scan.choices[name],
            "chosen": str(job.reading.get(name, "")),
        }
        for name, label in PARTS.items()
        if scan.choices.get(name)
    ]
