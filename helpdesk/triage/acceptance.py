"""How triage did: what became of its suggestions, how far its confidence holds, what its providers cost."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Avg, Case, Count, F, IntegerField, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from helpdesk.choices import JUDGED, Category, Priority, Verdict
from helpdesk.people import name_of
from helpdesk.tickets.query import start_of
from helpdesk.triage.metrics import BUCKETS, Bucket, Matrix, Reliability, share
from helpdesk.triage.models import ProviderCall, Suggestion, SuggestionQuerySet
from helpdesk.triage.prediction import FIELDS

WEEKS = 12
ROWS = 10


@dataclass(frozen=True)
class Tally:
    """Suggestions by what became of them; rates are shares of the decided ones, None while there is none.

    Of each field, `known` counts those about which a person said what was right, and `right` those that were.
    """

    total: int = 0
    accepted: int = 0
    edited: int = 0
    dismissed: int = 0
    reverted: int = 0
    category_right: int = 0
    category_known: int = 0
    priority_right: int = 0
    priority_known: int = 0

    @property
    def decided(self) -> int:
        return self.accepted + self.edited + self.dismissed + self.reverted

    @property
    def acceptance(self) -> float | None:
        return share(self.accepted, self.decided)

    @property
    def editing(self) -> float | None:
        return share(self.edited, self.decided)

    @property
    def dismissal(self) -> float | None:
        return share(self.dismissed, self.decided)

    @property
    def reversal(self) -> float | None:
        return share(self.reverted, self.decided)

    @property
    def category_precision(self) -> float | None:
        return share(self.category_right, self.category_known)

    @property
    def priority_precision(self) -> float | None:
        return share(self.priority_right, self.priority_known)


@dataclass(frozen=True)
class Record:
    """What became of a set of suggestions. The labels are the suggested ones; every choice is present.

    By label, accepted and edited are about that field alone, whatever became of the other.
    """

    all: Tally
    by_category: dict[str, Tally]
    by_priority: dict[str, Tally]
    by_provider: dict[str, Tally]
    category: Matrix
    priority: Matrix


@dataclass(frozen=True)
class Week:
    """The suggestions made in the week that begins on `monday`."""

    monday: date
    tally: Tally


@dataclass(frozen=True)
class Latency:
    """Milliseconds from question to answer: of the middle one, and of the slowest but five in a hundred."""

    median: int
    p95: int


@dataclass(frozen=True)
class Calls:
    """Questions put to one remote provider; `latency` is the mean in milliseconds."""

    provider: str
    count: int
    failed: int
    latency: int


class _Cell(NamedTuple):
    """How many suggestions agree in all of these."""

    provider: str
    category: str
    priority: str
    verdict: str
    final_category: str
    final_priority: str
    cases: int


def made_between(start: datetime, end: datetime) -> SuggestionQuerySet:
    return Suggestion.objects.filter(created_at__gte=start, created_at__lt=end)


def record(suggestions: SuggestionQuerySet) -> Record:
    """One GROUP BY over the vocabularies, folded in every direction."""
    cells = [
        _Cell(*row)
        for row in suggestions.order_by().values_list(*_Cell._fields[:-1]).annotate(cases=Count("pk"))
    ]
    providers: Counter[str] = Counter()
    for cell in cells:
        providers[cell.provider] += cell.cases
    return Record(
        all=_fold(cells),
        by_category={label: _of("category", label, cells) for label in Category.values},
        by_priority={label: _of("priority", label, cells) for label in Priority.values},
        by_provider={
            name: _fold([cell for cell in cells if cell.provider == name])
            for name, _ in providers.most_common(ROWS)
        },
        category=_matrix("category", cells),
        priority=_matrix("priority", cells),
    )


def by_week(last: date) -> list[Week]:
    """The weeks up to the one that holds `last`, also the quiet ones."""
    monday = last - timedelta(days=last.weekday())
    mondays = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    made = made_between(start_of(mondays[0]), start_of(monday + timedelta(weeks=1)))
    # Bounds instead of TruncWeek, which SQLite leaves to a slow callback for every row.
    latest_first = [When(created_at__gte=start_of(day), then=n) for n, day in enumerate(mondays)][::-1]
    made = made.annotate(week=Case(*latest_first, output_field=IntegerField()))
    found = {row.pop("week"): Tally(**row) for row in _tallied(made, "week")}
    return [Week(day, found.get(n, Tally())) for n, day in enumerate(mondays)]


def by_agent(suggestions: SuggestionQuerySet) -> list[tuple[str, Tally]]:
    """The people who decided most, by name; two queries."""
    rows = _tallied(suggestions.exclude(decided_by=None), "decided_by").order_by("-total", "decided_by")
    tallies = {row.pop("decided_by"): Tally(**row) for row in rows[:ROWS]}
    people = User.objects.in_bulk(tallies)
    return [(name_of(people[pk]), tally) for pk, tally in tallies.items() if pk in people]


def reliability(suggestions: SuggestionQuerySet, field: str) -> Reliability:
    """What a person confirmed of what was shown, by the confidence of "category" or of "priority"."""
    confidence = f"{field}_confidence"
    tenths = [When(**{f"{confidence}__lt": (n + 1) / BUCKETS}, then=n) for n in range(BUCKETS - 1)]
    bucket = Case(*tenths, default=BUCKETS - 1, output_field=IntegerField())
    right = Count("pk", filter=Q(**{field: F(f"final_{field}")}))
    judged = suggestions.filter(known(field)).order_by()
    rows = judged.annotate(bucket=bucket).values_list("bucket")
    counted = rows.annotate(count=Count("pk"), right=right, mean=Avg(confidence)).order_by("bucket")
    return Reliability([Bucket(*row) for row in counted])


def latency(suggestions: SuggestionQuerySet, total: int) -> Latency | None:
    """By two of the rows in order of latency; `total` is how many there are. None of nothing."""
    if not total:
        return None
    middle, slow = (total + 1) // 2, math.ceil(total * 0.95)
    position = Window(RowNumber(), order_by=("latency_ms", "pk"))
    ranked = suggestions.order_by().annotate(position=position).filter(position__in=[middle, slow])
    found = dict(ranked.values_list("position", "latency_ms"))
    return Latency(found.get(middle, 0), found.get(slow, 0))


def calls(start: datetime, end: datetime) -> list[Calls]:
    """The remote providers that were asked most, and how often they failed."""
    made = ProviderCall.objects.filter(created_at__gte=start, created_at__lt=end).order_by()
    counted = made.values_list("provider").annotate(
        count=Count("pk"), failed=Count("pk", filter=~Q(failure="")), latency=Avg("latency_ms")
    )
    rows = counted.order_by("-count", "provider")[:ROWS]
    return [Calls(provider, count, failed, round(mean)) for provider, count, failed, mean in rows]


def calls_today() -> int:
    """Calls since the desk's midnight of the provider that was asked most: each has a budget of its own."""
    today = ProviderCall.objects.filter(created_at__gte=start_of(timezone.localdate())).order_by()
    counts = today.values("provider").annotate(count=Count("pk")).order_by("-count")
    return counts.values_list("count", flat=True).first() or 0


def known(field: str) -> Q:
    """Those about whose "category" or "priority" a person said what was right: a dismissal does not."""
    return Q(verdict__in=JUDGED) & ~Q(**{f"final_{field}": ""})


_TALLY: dict[str, Any] = {
    "total": Count("pk"),
    **{
        verdict.value: Count("pk", filter=Q(verdict=verdict))
        for verdict in (Verdict.ACCEPTED, Verdict.EDITED, Verdict.DISMISSED, Verdict.REVERTED)
    },
    **{f"{field}_known": Count("pk", filter=known(field)) for field in FIELDS},
    **{
        f"{field}_right": Count("pk", filter=Q(known(field), **{field: F(f"final_{field}")}))
        for field in FIELDS
    },
}


def _tallied(suggestions: SuggestionQuerySet, by: str) -> QuerySet[Any, dict[str, Any]]:
    """The fields of a `Tally` for each value of `by`, which stands among them."""
    tallies: QuerySet[Any, dict[str, Any]] = suggestions.order_by().values(by).annotate(**_TALLY)
    return tallies


def _fold(cells: Sequence[_Cell], by: str = "") -> Tally:
    """With `by` a field, accepted and edited are what became of its label alone, where a person judged it."""
    counts: Counter[str] = Counter()
    for cell in cells:
        counts[_verdict(cell, by)] += cell.cases
        for field in FIELDS:
            if _is_known(cell, field):
                counts[f"{field}_known"] += cell.cases
                counts[f"{field}_right"] += cell.cases if _is_right(cell, field) else 0
    counts["total"] = sum(cell.cases for cell in cells)
    return Tally(**{each.name: counts[each.name] for each in fields(Tally)})


def _verdict(cell: _Cell, by: str) -> str:
    if by and cell.verdict in {Verdict.ACCEPTED, Verdict.EDITED}:
        if not _is_known(cell, by):
            return Verdict.PENDING
        return Verdict.ACCEPTED if _is_right(cell, by) else Verdict.EDITED
    return cell.verdict


def _is_known(cell: _Cell, field: str) -> bool:
    return cell.verdict in JUDGED and getattr(cell, f"final_{field}") != ""


def _is_right(cell: _Cell, field: str) -> bool:
    return bool(getattr(cell, field) == getattr(cell, f"final_{field}"))


def _of(field: str, label: str, cells: Iterable[_Cell]) -> Tally:
    return _fold([cell for cell in cells if getattr(cell, field) == label], field)


def _matrix(field: str, cells: Iterable[_Cell]) -> Matrix:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for cell in cells:
        if _is_known(cell, field):
            counts[getattr(cell, f"final_{field}")][getattr(cell, field)] += cell.cases
    return Matrix(counts)
