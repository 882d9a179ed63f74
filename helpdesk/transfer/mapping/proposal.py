"""What the desk makes of a file before anybody has said anything."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from helpdesk.transfer.mapping.addresses import name_and_address
from helpdesk.transfer.mapping.fitness import fit
from helpdesk.transfer.mapping.names import ADDITIONS, SYNONYMS, bare, fingerprint, likeness, plain
from helpdesk.transfer.mapping.orders import date_rules
from helpdesk.transfer.mapping.plan import KEEP, NAME_ONLY, TRIAGE, ImportMapping
from helpdesk.transfer.mapping.profiles import BY_NAME, HELPDESK, Profile, recognise
from helpdesk.transfer.mapping.scan import Column, Scan
from helpdesk.transfer.mapping.targets import TARGETS, VALUED
from helpdesk.transfer.mapping.words import known_value

ENOUGH = 0.35
BY_PROFILE = 1.5
SEVERAL = 0.6
CLEAR = 0.8
UNKNOWN = {"status": "open", "priority": TRIAGE, "category": TRIAGE, "assignee": NAME_ONLY}
SOURCE_LENGTH, SOURCE_WORDS = 50, 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that could have a target: how well, and how much its name alone says so."""

    score: float
    likeness: float
    place: int
    target: str
    against: str


def propose(
    scan: Scan, people: Mapping[str, str] | None = None, *, profile: str = "", zone: str = ""
) -> ImportMapping:
    """A target for each column with the reasons, and a value for each text that is known.

    `people` are user names by what people may be called in small letters; `profile` is a person's choice.
    """
    made_by = BY_NAME.get(profile) or recognise(scan.headers)
    mapping = ImportMapping(
        [KEEP] * len(scan.columns),
        profile=made_by.name if made_by else "",
        source=_source(scan, made_by),
        fingerprint=fingerprint(scan.headers),
        guarded=made_by is not None and made_by.name == HELPDESK and scan.kind in {"csv", "xlsx"},
        unknown=dict(UNKNOWN),
    )
    _assign(scan, made_by, mapping)
    _complete(scan, mapping)
    mapping.dates = date_rules(scan, mapping, zone)
    mapping.values = propose_values(scan, mapping, people or {})
    mapping.markup = written_as_markup(scan, mapping)
    return mapping


def written_as_markup(scan: Scan, mapping: ImportMapping) -> list[int]:
    """The places of columns that are HTML throughout; our own texts are what they are."""
    if mapping.profile == HELPDESK:
        return []
    return [place for place, column in enumerate(scan.columns) if column.is_markup]


def propose_values(
    scan: Scan, mapping: ImportMapping, people: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """By target what each text becomes, as far as it is known; again when the columns have changed."""
    made_by = BY_NAME.get(mapping.profile)
    values: dict[str, dict[str, str]] = {}
    for target in VALUED:
        own = made_by.values.get(target, {}) if made_by else {}
        for place in mapping.places(target):
            texts = scan.columns[place].distinct
            found = {text: own.get(text) or _known(target, text, people) for text in texts}
            values[target] = {text: value for text, value in found.items() if value}
    return values


def _known(target: str, text: str, people: Mapping[str, str]) -> str:
    if target != "assignee":
        return known_value(target, text)
    called = (people.get(name.casefold(), "") for name in (text, *name_and_address(text)))
    return next(filter(None, called), "")


def _assign(scan: Scan, profile: Profile | None, mapping: ImportMapping) -> None:
    """The best pair of column and target first, then the best of what is left."""
    candidates = [
        candidate
        for place, column in enumerate(scan.columns)
        for candidate in _candidates(place, column, scan.rows, profile)
    ]
    taken: dict[str, int] = {}
    for candidate in sorted(candidates, key=lambda found: -found.score):
        place, target = candidate.place, candidate.target
        again = target in taken and not (TARGETS[target].several and candidate.score >= SEVERAL)
        if mapping.columns[place] != KEEP:
            continue
        if candidate.score < ENOUGH or again:
            _explain(scan, mapping, candidate, taken.get(target))
            continue
        taken.setdefault(target, place)
        mapping.columns[place] = target
        mapping.reasons.pop(str(place), None)


def _candidates(place: int, column: Column, rows: int, profile: Profile | None) -> list[Candidate]:
    words = plain(column.header)
    told = profile.targets.get(words) if profile else None
    if told == KEEP:
        return []
    candidates = []
    for target in {*SYNONYMS, *([told] if told else [])}:
        name = BY_PROFILE if target == told else likeness(column.header, target)
        if name:
            suits = fit(target, column)
            filled = 0.4 + 0.6 * min(1, column.filled / max(rows, 1) * 1.25)
            weight = filled if target in {"title", "description", "external_id"} else 1
            candidates.append(Candidate(name * suits.share * weight, name, place, target, suits.against))
    return candidates


def _explain(scan: Scan, mapping: ImportMapping, refused: Candidate, holder: int | None) -> None:
    """Why a column does not become what its name says."""
    if refused.likeness < CLEAR:
        return
    column = scan.columns[refused.place]
    empty = 100 - round(100 * column.filled / max(scan.rows, 1))
    label = TARGETS[refused.target].label
    if holder is not None and empty >= 50:
        reason = f"{empty} % empty, {scan.columns[holder].header or label} is fuller"
    elif refused.against:
        reason = f"{refused.against}: not taken as {label}"
    elif holder is not None:
        reason = f"{label} comes from {scan.columns[holder].header or 'another column'}"
    else:
        return
    mapping.reasons.setdefault(str(refused.place), reason)


def _complete(scan: Scan, mapping: ImportMapping) -> None:
    """A title, a text and additions to it from what is left."""
    free = [place for place, target in enumerate(mapping.columns) if target == KEEP]
    for place in free:
        if bare(plain(scan.columns[place].header)) in ADDITIONS and scan.columns[place].filled:
            mapping.columns[place] = "description"
            mapping.reasons[str(place)] = "Added to the description"
    if not mapping.places("title") and not mapping.places("description"):
        _take_longest_text(scan, mapping)
    if not mapping.places("title") and any(map(mapping.places, ("description", "category", "created_at"))):
        mapping.rules.no_title = "stand_in"
    repeats_last = len(scan.columns) > 1 and len(set(map(plain, scan.headers[-2:]))) == 1
    if repeats_last or mapping.profile == "jira":
        mapping.rules.surplus = "keep"


def _take_longest_text(scan: Scan, mapping: ImportMapping) -> None:
    """Neither by name: the longest text that hardly repeats itself is the description."""
    texts = {
        place: column.mean_length
        for place, column in enumerate(scan.columns)
        if mapping.columns[place] == KEEP and column.is_prose
    }
    if texts:
        longest = max(texts, key=lambda place: texts[place])
        mapping.columns[longest] = "description"
        mapping.reasons[str(longest)] = "The longest text of the file"


def _source(scan: Scan, profile: Profile | None) -> str:
    """The product, or the name of the file without what changes from month to month."""
    if profile:
        return "" if profile.name == HELPDESK else profile.name
    stem = re.sub(r"[\W\d_]+", " ", PurePath(scan.name).stem).split()
    return "-".join(stem[:SOURCE_WORDS]).lower()[:SOURCE_LENGTH] or "file"
