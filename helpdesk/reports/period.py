"""The days that the dashboard looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from django.utils import timezone
from django.utils.dateparse import parse_date

from helpdesk.tickets.query import start_of

PRESETS = (7, 30, 90)
DEFAULT = 30
LONGEST = 366


@dataclass(frozen=True)
class Period:
    """Whole days of the desk's time zone, both ends included."""

    first: date
    last: date

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """From ``?days=7`` or ``?from=2026-01-01&to=2026-01-31``; nonsense means the default."""
        today = timezone.localdate()
        first, last = _day(query.get("from", "")), _day(query.get("to", ""))
        if first and last and first <= last:
            return cls(max(first, last - timedelta(days=LONGEST - 1)), last)
        raw = query.get("days", "")
        days = min(int(raw), LONGEST) if raw.isdecimal() and len(raw) < 6 and int(raw) else DEFAULT
        return cls(today - timedelta(days=days - 1), today)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def preset(self) -> int | None:
        """The length, when the period is one that ends today."""
        return self.days if self.last == timezone.localdate() and self.days in PRESETS else None

    @property
    def start(self) -> datetime:
        return start_of(self.first)

    @property
    def end(self) -> datetime:
        return start_of(self.last + timedelta(days=1))

    def params(self, field: str) -> dict[str, str]:
        """The filters that find the tickets whose `field`, such as ``created``, lies in this period."""
        end = self.last + timedelta(days=1)
        return {f"{field}_after": self.first.isoformat(), f"{field}_before": end.isoformat()}


def _day(raw: str) -> date | None:
    try:
        day = parse_date(raw)
    except ValueError:
        return None
    return day if day and 1970 <= day.year <= 2200 else None
