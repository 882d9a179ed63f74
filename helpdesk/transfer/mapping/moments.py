"""The times of a row: read by the rule of their column, and checked against each other."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils import timezone

from helpdesk.tickets.parsing import EARLIEST
from helpdesk.transfer.mapping import dates
from helpdesk.transfer.mapping.plan import DateRule
from helpdesk.transfer.mapping.words import NOTHING

LATER = ("first_responded_at", "resolved_at", "closed_at")


class HasTimes(Protocol):
    """A row that is being converted."""

    values: dict[str, object]

    def warn(self, mistake: str, column: str, text: str = "") -> None: ...
    def refuse(self, mistake: str, column: str, text: str = "") -> None: ...
    def keep(self, header: str, text: str) -> None: ...


class Reader:
    """Reads the times of one column."""

    def __init__(self, rule: DateRule | None) -> None:
        rule = rule or DateRule(zone=timezone.get_default_timezone_name())
        self._order = rule.order
        self._zone = ZoneInfo(rule.zone)

    def read(self, text: str) -> datetime:
        """In UTC; raises ValueError for what is no time, or one that no calendar of ours has."""
        time = dates.read(text.strip(), self._order)
        try:
            return (time if time.tzinfo else time.replace(tzinfo=self._zone)).astimezone(UTC)
        except OverflowError:
            raise ValueError(dates.NO_DATE) from None

    def read_or_none(self, text: str) -> datetime | None:
        try:
            return self.read(text)
        except (ValueError, OverflowError):
            return None

    def is_midnight(self, time: datetime) -> bool:
        """Whether the text named only a day."""
        local = time.astimezone(self._zone)
        return (local.hour, local.minute, local.second) == (0, 0, 0)

    def is_same_day(self, one: datetime, other: datetime) -> bool:
        return one.astimezone(self._zone).date() == other.astimezone(self._zone).date()


class Moments:
    """Takes the times of rows; `refuses`: a row with what is no time makes no ticket."""

    def __init__(self, refuses: bool) -> None:
        self._refuses = refuses
        self._columns: dict[str, tuple[str, Reader]] = {}
        self._latest = timezone.now() + timedelta(days=1)

    def take(self, target: str, reader: Reader, converted: HasTimes, header: str, text: str) -> None:
        self._columns[target] = header, reader
        text = text.strip()
        if text in NOTHING:
            return
        time = reader.read_or_none(text)
        if time and (EARLIEST <= time <= self._latest or (target == "due_at" and time >= EARLIEST)):
            converted.values[target] = time
            return
        mistake = "range" if time else "date"
        if self._refuses:
            converted.refuse(mistake, header, text)
        else:
            converted.warn(mistake, header, text)
            converted.keep(header, text)

    def check(self, converted: HasTimes) -> None:
        """Nothing is answered before it was asked; a day without a time is no mistake.

        Where the file does not say when it was asked, that is the earliest time that it does say.
        """
        known = [time for name in LATER if isinstance(time := converted.values.get(name), datetime)]
        created = converted.values.get("created_at")
        if not isinstance(created, datetime):
            if known and "id" not in converted.values:
                converted.values["created_at"] = min(known)
            return
        for target in LATER:
            time = converted.values.get(target)
            if not isinstance(time, datetime) or time >= created:
                continue
            header, reader = self._columns[target]
            if reader.is_midnight(time) and reader.is_same_day(time, created):
                converted.values[target] = created
                continue
            del converted.values[target]
            converted.warn("before", header, time.isoformat())
            converted.keep(header, time.isoformat())
