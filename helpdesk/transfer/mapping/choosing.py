"""What a person or a program chooses for a file, checked against what the file has."""

import zoneinfo
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from helpdesk.choices import VOCABULARIES
from helpdesk.transfer.mapping.orders import date_rules
from helpdesk.transfer.mapping.plan import (
    DAY_FIRST,
    KEEP,
    LEAVE_OUT,
    MONTH_FIRST,
    NAME_ONLY,
    REFUSE,
    RULES,
    TRIAGE,
    ImportMapping,
    Rules,
)  # fmt: skip
from helpdesk.transfer.mapping.proposal import SOURCE_LENGTH, propose_values
from helpdesk.transfer.mapping.scan import Scan, labels
from helpdesk.transfer.mapping.targets import TARGETS, VALUED


def choose(
    scan: Scan, mapping: ImportMapping, chosen: Mapping[str, Any], people: Mapping[str, str]
) -> ImportMapping:
    """The mapping with these choices in it; parts that `chosen` does not name stay as they are.

    `columns` are a target for each column, or targets by header. Raises ValueError with what to do.
    """
    known = set(ImportMapping.__dataclass_fields__)
    if unknown := chosen.keys() - known:
        raise ValueError(
            f"A mapping has no {', '.join(sorted(unknown))}. It has: {', '.join(sorted(known))}."
        )
    columns = _columns(scan, mapping, chosen.get("columns", mapping.columns))
    settled = replace(
        mapping,
        columns=columns,
        source=_text(chosen.get("source", mapping.source)),
        id_is_ours=chosen.get("id_is_ours", mapping.id_is_ours) is True,
        rules=_rules(mapping.rules, _object(chosen, "rules")),
        unknown={**mapping.unknown, **_meanings(_object(chosen, "unknown"))},
    )
    settled.values = propose_values(scan, settled, people)
    for target, values in settled.values.items():
        given = _object(_object(chosen, "values"), target)
        checked = {text: _meaning(target, value) for text, value in given.items()}
        settled.values[target] = {**values, **mapping.values.get(target, {}), **checked}
    settled.dates = _dates(scan, settled, mapping, _object(chosen, "dates"))
    return settled


def meanings(target: str) -> set[str]:
    """What a text may become; a person besides is a user name."""
    if target == "assignee":
        return {NAME_ONLY, REFUSE}
    return {*VOCABULARIES[target].values, REFUSE, *([] if target == "status" else [TRIAGE])}


def _columns(scan: Scan, mapping: ImportMapping, chosen: Any) -> list[str]:
    headers = labels(scan.headers)
    if isinstance(chosen, Mapping):
        if strangers := [name for name in chosen if name not in headers]:
            raise ValueError(f"The file has no column {strangers[0]}.")
        chosen = [chosen.get(header, old) for header, old in zip(headers, mapping.columns, strict=True)]
    if not isinstance(chosen, list) or len(chosen) != len(headers):
        raise ValueError(f"Give a field for each of the {len(headers)} columns, or fields by header.")
    taken: dict[str, str] = {}
    for header, target in zip(headers, chosen, strict=True):
        if target in (KEEP, LEAVE_OUT):
            continue
        if not isinstance(target, str) or target not in TARGETS:
            raise ValueError(f"{header} cannot become {target}. Choose one of: {', '.join(TARGETS)}.")
        if target in taken and not TARGETS[target].several:
            label = TARGETS[target].label
            raise ValueError(f"{taken[target]} and {header} are both {label}. Choose one of them.")
        taken[target] = header
    return chosen


def _rules(rules: Rules, chosen: Mapping[str, Any]) -> Rules:
    for rule, choice in chosen.items():
        if rule not in RULES:
            raise ValueError(f"There is no rule {rule}. Choose one of: {', '.join(RULES)}.")
        if str(choice) not in RULES[rule][1]:
            raise ValueError(f"Choose for {rule} one of: {', '.join(RULES[rule][1])}.")
    return replace(rules, **{rule: str(choice) for rule, choice in chosen.items()})


def _meanings(chosen: Mapping[str, Any]) -> dict[str, str]:
    return {target: _meaning(target, value) for target, value in chosen.items()}


def _meaning(target: str, value: Any) -> str:
    if target not in VALUED:
        raise ValueError(f"{target} has no values to choose. Those that have: {', '.join(VALUED)}.")
    is_person = target == "assignee" and isinstance(value, str)
    if value != KEEP and not is_person and str(value) not in meanings(target):
        raise ValueError(f"Choose for {target} one of: {', '.join(sorted(meanings(target)))}.")
    return str(value)


def _dates(
    scan: Scan, settled: ImportMapping, before: ImportMapping, chosen: Mapping[str, Any]
) -> dict[str, Any]:
    """The rule of each column of times: as chosen, or as it was, or as the file suggests."""
    zone = next((rule.zone for rule in before.dates.values()), "")
    rules = date_rules(scan, settled, zone)
    for place, rule in rules.items():
        old = before.dates.get(place, rule)
        given = _object(chosen, place)
        rule.order, rule.zone = given.get("order", old.order), given.get("zone", old.zone)
        if rule.order not in (DAY_FIRST, MONTH_FIRST):
            raise ValueError(f"The order of a date is {DAY_FIRST} or {MONTH_FIRST} first.")
        if str(rule.zone) not in zoneinfo.available_timezones():
            raise ValueError("There is no such time zone. Write one such as Europe/Berlin.")
    return rules


def _object(chosen: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = chosen.get(name, {})
    if not isinstance(found, Mapping):
        raise ValueError(f"Give {name} as an object.")
    return found


def _text(source: Any) -> str:
    if not isinstance(source, str) or len(source) > SOURCE_LENGTH:
        raise ValueError(f"The source is a name of at most {SOURCE_LENGTH} characters.")
    return source.strip()
