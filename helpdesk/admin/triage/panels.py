"""The figures of the triage page as its templates show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from helpdesk.choices import VOCABULARIES, BadgeChoices, Category, Priority
from helpdesk.triage import runs
from helpdesk.triage.acceptance import Calls, Latency, Record, Tally
from helpdesk.triage.metrics import Bucket, Matrix, Reliability, share
from helpdesk.triage.models import TriageRun
from helpdesk.triage.prediction import FIELDS

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


@dataclass(frozen=True)
class RecordCard:
    """One of the figures at the top; a value that is no text is a share from 0 to 1, or nothing yet."""

    title: str
    icon: str
    value: str | float | None
    note: str
    tone: str = ""


@dataclass(frozen=True)
class Square:
    """One field of a confusion matrix; `heat` is its share of the row in per cent."""

    suggested: str
    count: int
    heat: int
    is_right: bool


@dataclass(frozen=True)
class Settled:
    """The row of one settled label."""

    choice: BadgeChoices
    squares: list[Square]
    cases: int
    recall: float | None


@dataclass(frozen=True)
class Confusion:
    """A confusion matrix of every label, whether it occurs or not."""

    title: str
    choices: list[BadgeChoices]
    rows: list[Settled]
    matrix: Matrix


@dataclass(frozen=True)
class RecordLine:
    """One line of a breakdown; a label has the colour of its badge."""

    name: str
    tally: Tally
    color: str = ""


@dataclass(frozen=True)
class Breakdown:
    title: str
    heading: str
    lines: list[RecordLine]


@dataclass(frozen=True)
class Contestant:
    """What stands in one line of the comparison: a backtest, or the record of live suggestions."""

    name: str
    category: Matrix
    priority: Matrix
    sureness: Mapping[str, Reliability]
    failures: int | None
    run: TriageRun | None = None

    @property
    def parts(self) -> list[tuple[Matrix, Reliability]]:
        """Of category and priority, each with how sure it was."""
        return [(self.category, self.sureness["category"]), (self.priority, self.sureness["priority"])]

    @property
    def fairness(self) -> str:
        """How it was kept from being graded on what it had learned."""
        result = self.run.result.get("category", {}) if self.run else {}
        told = [
            f"{result[name]:,} {words}"
            for name, words in (("cross_validated", "cross-validated"), ("left_out", "left out"))
            if result.get(name)
        ]
        return ", ".join(told)

    @property
    def sources(self) -> list[tuple[str, int, float]]:
        """Where the tickets came from, with cases and the share of right categories; only of several."""
        found = self.run.result.get("category", {}).get("sources", {}) if self.run else {}
        rows = [(name, cases, right / cases) for name, (cases, right) in found.items()]
        return sorted(rows, key=lambda row: -row[1]) if len(rows) > 1 else []


def cards(
    record: Record, latency: Latency | None, sure: Bucket, calls: list[Calls], spent: int
) -> list[RecordCard]:
    tally = record.all
    taken_back = f", {tally.reverted:,} taken back" if tally.reverted else ""
    return [
        RecordCard(
            "Suggestions", "auto_awesome", f"{tally.total:,}", f"{tally.decided:,} decided by a person"
        ),
        RecordCard("Accepted", "thumb_up", tally.acceptance, f"{tally.accepted:,} as suggested"),
        RecordCard("Edited", "edit", tally.editing, f"{tally.edited:,} with other labels"),
        RecordCard("Dismissed", "thumb_down", tally.dismissal, f"{tally.dismissed:,} refused{taken_back}"),
        RecordCard("Right when sure", "verified", sure.share, f"of {sure.cases:,} shown at 80 % or more"),
        _speed(latency),
        _failures(calls),
        _budget(spent, settings.AI_CALLS_PER_DAY),
    ]


def _speed(latency: Latency | None) -> RecordCard:
    if latency is None:
        return RecordCard("Latency", "timer", None, "no answer yet")
    return RecordCard("Latency", "timer", f"{latency.median:,} ms", f"median; 95 % within {latency.p95:,} ms")


def _failures(calls: list[Calls]) -> RecordCard:
    asked, failed = sum(line.count for line in calls), sum(line.failed for line in calls)
    note, tone = f"of {asked:,} calls of providers", "danger" if failed else ""
    return RecordCard("Failures", "cloud_off", f"{failed:,}", note, tone)


def _budget(spent: int, limit: int) -> RecordCard:
    """Who answers is part of the figure: a budget that is used up stops nobody."""
    is_used_up = spent >= limit
    note = "used up: the local model answers until midnight" if is_used_up else "then the local model answers"
    return RecordCard("Calls today", "toll", f"{spent:,} of {limit:,}", note, "danger" if is_used_up else "")


def confusion(title: str, field: str, matrix: Matrix) -> Confusion:
    choices = list(VOCABULARIES[field])
    return Confusion(title, choices, [_row(choice, choices, matrix) for choice in choices], matrix)


def backtest(run: "WithAnnotations[TriageRun, runs.Asked]") -> Contestant:
    return Contestant(
        name=run.provider,
        category=runs.matrix(run, "category"),
        priority=runs.matrix(run, "priority"),
        sureness={field: runs.reliability(run, field) for field in FIELDS},
        failures=run.result.get("failures", 0),
        run=run,
    )


def _row(choice: BadgeChoices, choices: list[BadgeChoices], matrix: Matrix) -> Settled:
    counts = matrix.counts.get(choice.value, {})
    cases = sum(counts.values())
    squares = [
        Square(other.label, count, round(100 * count / cases) if cases else 0, other == choice)
        for other in choices
        for count in [counts.get(other.value, 0)]
    ]
    return Settled(choice, squares, cases, share(counts.get(choice.value, 0), cases))


def buckets(category: Reliability, priority: Reliability) -> list[tuple[str, Bucket | None, Bucket | None]]:
    """The tenths of confidence that hold a case of either, the surest first."""
    first, second = ({bucket.index: bucket for bucket in line.buckets} for line in (category, priority))
    either = first | second
    return [
        (either[index].label, first.get(index), second.get(index)) for index in sorted(either, reverse=True)
    ]


def breakdowns(record: Record, agents: list[tuple[str, Tally]]) -> list[Breakdown]:
    """By label with its badge, by provider, by agent; what has no suggestion is left out."""
    labels = [
        RecordLine(str(choice.label), tally, choice.color)
        for vocabulary, tallies in ((Category, record.by_category), (Priority, record.by_priority))
        for choice in vocabulary
        if (tally := tallies[choice.value]).total
    ]
    providers = [RecordLine(name, tally) for name, tally in record.by_provider.items()]
    return [
        Breakdown("By suggested label", "Label", labels),
        Breakdown("By provider", "Provider", providers),
        Breakdown("By agent", "Agent", [RecordLine(name, tally) for name, tally in agents]),
    ]
