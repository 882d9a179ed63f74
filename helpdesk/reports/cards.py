"""The figures at the top of the dashboard: one small class each, shown in the order of `CARDS`."""

from dataclasses import dataclass

from helpdesk.reports.counts import Stats, Workload
from helpdesk.reports.period import Period


@dataclass(frozen=True)
class Numbers:
    """What a card may show: the tickets created and resolved in the period, and what waits now."""

    period: Period
    stats: Stats
    workload: Workload
    resolved: int


class Card:
    title: str
    icon: str

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    @property
    def value(self) -> int | float:
        raise NotImplementedError

    @property
    def note(self) -> str:
        return ""

    @property
    def tone(self) -> str:
        return ""

    @property
    def query(self) -> dict[str, str]:
        """The filters that find exactly the tickets that were counted."""
        return {}


class Created(Card):
    title, icon = "Tickets", "confirmation_number"

    @property
    def value(self) -> int | float:
        return self.numbers.stats.total

    @property
    def note(self) -> str:
        return "created in the period"

    @property
    def query(self) -> dict[str, str]:
        return self.numbers.period.params("created")


class Open(Card):
    title, icon = "Open", "inbox"
    query = {"status": "open"}

    @property
    def value(self) -> int:
        return self.numbers.workload.open

    @property
    def note(self) -> str:
        return f"{self.numbers.workload.in_progress:,} more in progress"


class Unassigned(Card):
    title, icon = "Unassigned", "person_off"
    query = {"assignee": "none", "attention": "unresolved"}

    @property
    def value(self) -> int:
        return self.numbers.workload.unassigned

    @property
    def note(self) -> str:
        return "waiting for an owner"


class Critical(Card):
    title, icon = "Critical", "priority_high"
    query = {"priority": "critical", "attention": "unresolved"}

    @property
    def value(self) -> int:
        return self.numbers.workload.critical

    @property
    def tone(self) -> str:
        return "danger" if self.value else ""

    @property
    def note(self) -> str:
        return "unresolved"


class Resolved(Card):
    title, icon = "Resolved", "task_alt"

    @property
    def value(self) -> int:
        return self.numbers.resolved

    @property
    def note(self) -> str:
        return "in the period"

    @property
    def query(self) -> dict[str, str]:
        return self.numbers.period.params("resolved")


class Average(Created):
    title, icon = "Average per day", "avg_pace"

    @property
    def value(self) -> float:
        return round(self.numbers.stats.total / self.numbers.period.days, 1)


CARDS: list[type[Card]] = [Created, Open, Unassigned, Critical, Resolved, Average]
