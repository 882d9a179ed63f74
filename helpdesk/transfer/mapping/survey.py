"""What there is to decide about the values of a file, once for all rows."""

from dataclasses import dataclass, field

from helpdesk.transfer.mapping.plan import ImportMapping
from helpdesk.transfer.mapping.scan import Scan
from helpdesk.transfer.mapping.targets import VALUED


@dataclass(frozen=True, slots=True)
class Value:
    """A text in a column, how many rows have it, and what it becomes; `is_known` is not asked about."""

    text: str
    count: int
    becomes: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class DateColumn:
    """`sample` is a text as the file has it; the others are what it means, as ISO 8601."""

    place: int
    header: str
    order: str
    zone: str
    is_certain: bool
    sample: str
    meaning: str
    first: str
    last: str


@dataclass(slots=True)
class Survey:
    """The values by target, the most frequent first, and the columns of times."""

    values: dict[str, list[Value]] = field(default_factory=dict)
    dates: list[DateColumn] = field(default_factory=list)


def survey(scan: Scan, mapping: ImportMapping) -> Survey:
    """What the mapping makes of every distinct value."""
    found = Survey()
    for target in VALUED:
        for place in mapping.places(target):
            counts = scan.columns[place].distinct
            known = mapping.values.get(target, {})
            found.values[target] = [
                Value(text, count, known.get(text, mapping.unknown.get(target, "")), text in known)
                for text, count in sorted(counts.items(), key=lambda item: -item[1])
            ]
    return found
