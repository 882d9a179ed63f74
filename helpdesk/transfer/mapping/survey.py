"""What there is to decide about the values of a file, once for all rows."""

from collections import Counter
from dataclasses import dataclass, field

from helpdesk.transfer.mapping.dates import read
from helpdesk.transfer.mapping.orders import certain_order, is_open
from helpdesk.transfer.mapping.plan import TRIAGE, ImportMapping
from helpdesk.transfer.mapping.scan import Scan, labels
from helpdesk.transfer.mapping.targets import DATES, VALUED


@dataclass(frozen=True, slots=True)
class Value:
    """A text in a column, how many rows have it, and what it becomes.

    The text of empty cells is empty. One that is not known has what `unknown` of the mapping says.
    """

    text: str
    count: int
    becomes: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class DateColumn:
    """A column of times and its rule. `meaning`, `first` and `last` are local times, as ISO 8601.

    `is_certain`: no other order of day and month fits, or none is needed. `is_zoned`: the texts name their
    zone themselves. `decisive` texts have a number above 12 where it tells the order.
    """

    place: int
    header: str
    target: str
    order: str
    zone: str
    is_certain: bool
    is_zoned: bool
    decisive: int
    sample: str
    meaning: str
    first: str
    last: str


@dataclass(slots=True)
class Survey:
    """The values by target, the most frequent first, and the columns of times.

    `too_many` names the columns of which every text is different: their texts cannot be listed.
    """

    values: dict[str, list[Value]] = field(default_factory=dict)
    dates: list[DateColumn] = field(default_factory=list)
    too_many: dict[str, str] = field(default_factory=dict)

    @property
    def undecided(self) -> int:
        """How many texts only have a default."""
        return sum(not value.is_known for values in self.values.values() for value in values)


def survey(scan: Scan, mapping: ImportMapping) -> Survey:
    """What the mapping makes of every distinct value."""
    headers = labels(scan.headers)
    found = Survey()
    for target in VALUED:
        counts: Counter[str] = Counter()
        for place in mapping.places(target):
            column = scan.columns[place]
            counts.update(column.distinct)
            if column.has_many:
                found.too_many[target] = headers[place]
            elif empty := scan.rows - column.filled:
                counts[""] += empty
        if counts:
            often = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            found.values[target] = [_value(mapping, target, text, count) for text, count in often]
    found.dates = [
        _date_column(scan, mapping, place, headers[place])
        for place, target in enumerate(mapping.columns)
        if target in DATES and scan.columns[place].times.count
    ]
    return found


def _value(mapping: ImportMapping, target: str, text: str, count: int) -> Value:
    chosen = mapping.values.get(target, {}).get(text, "")
    if not text:
        return Value("", count, chosen, is_known=True)
    return Value(text, count, chosen or mapping.unknown.get(target, TRIAGE), is_known=bool(chosen))


def _date_column(scan: Scan, mapping: ImportMapping, place: int, header: str) -> DateColumn:
    times, rule = scan.columns[place].times, mapping.dates[str(place)]
    try:
        meaning = read(times.sample, rule.order).replace(tzinfo=None).isoformat(" ", "minutes")
    except (ValueError, OverflowError):
        meaning = ""
    return DateColumn(
        place,
        header,
        mapping.columns[place],
        rule.order,
        rule.zone,
        is_certain=not is_open(times) or bool(certain_order(times)),
        is_zoned=times.zoned * 2 > times.count,
        decisive=max(times.day_over_12, times.month_over_12),
        sample=times.sample,
        meaning=meaning,
        first=times.first.get(rule.order, ""),
        last=times.last.get(rule.order, ""),
    )
