"""What waits for somebody on the triage page: tickets to look at, rules, versions and runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone

from helpdesk.choices import UNRESOLVED, Category, JobState, RunKind, Verdict
from helpdesk.triage import classify, rules, runs
from helpdesk.triage.models import ApplyRule, Suggestion, TriageModel, TriageRun
from helpdesk.triage.rules import Support

QUEUE_ROWS = 20
VERSION_ROWS = 25
COMPARED_RUNS = 5
ACTIVE = frozenset({JobState.WAITING, JobState.RUNNING})


@dataclass(frozen=True)
class RuleLine:
    """Whether a category is applied by itself, and what the record supports at the target asked for."""

    category: Category
    rule: ApplyRule
    target: float
    support: Support


@dataclass(frozen=True)
class Progress:
    """The newest run of a kind and what may be done with it."""

    kind: RunKind
    run: TriageRun | None

    @property
    def is_stalled(self) -> bool:
        return bool(self.run) and runs.is_stalled(self.run)

    @property
    def is_active(self) -> bool:
        """Whether it is worth to look again in a moment."""
        return bool(self.run) and self.run.state in ACTIVE and not self.is_stalled

    @property
    def is_waiting_long(self) -> bool:
        """Whether it seems that no worker runs."""
        waits = bool(self.run) and self.run.state == JobState.WAITING
        return waits and (self.run.beat_at or self.run.created_at) < timezone.now() - runs.SILENCE

    @property
    def is_unfinished(self) -> bool:
        return bool(self.run) and self.run.state in runs.UNFINISHED

    @property
    def can_resume(self) -> bool:
        return bool(self.run) and (self.run.state in {JobState.PAUSED, JobState.FAILED} or self.is_stalled)

    @property
    def can_cancel(self) -> bool:
        return self.is_unfinished or (bool(self.run) and self.run.state == JobState.FAILED)


def uncertain() -> QuerySet[Suggestion]:
    """The least sure of the newest pending suggestions, of unresolved tickets that nobody has labelled."""
    newer = Suggestion.objects.filter(
        Q(created_at__gt=OuterRef("created_at"))
        | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk")),
        ticket=OuterRef("ticket"),
    )
    waiting = Suggestion.objects.pending().filter(
        ~Exists(newer), ticket__status__in=UNRESOLVED, ticket__category_confirmed=False
    )
    return waiting.select_related("ticket").order_by("category_confidence", "pk")[:QUEUE_ROWS]


def sampled() -> QuerySet[Suggestion]:
    """What was applied by itself and drawn for a person to look at."""
    drawn = Suggestion.objects.filter(verdict=Verdict.APPLIED, needs_review=True)
    return drawn.select_related("ticket").order_by("-decided_at", "-pk")[:QUEUE_ROWS]


def versions() -> list[TriageModel]:
    return list(TriageModel.objects.summaries()[:VERSION_ROWS])


def rule_lines() -> list[RuleLine]:
    known = {rule.category: rule for rule in ApplyRule.objects.select_related("changed_by")}
    return [rule_line(category, known.get(category) or ApplyRule(category=category)) for category in Category]


def rule_line(category: Category, rule: ApplyRule, target: float | None = None) -> RuleLine:
    target = target or rule.target_precision
    return RuleLine(category, rule, target, rules.supported(category.value, target))


def progress(kind: RunKind) -> Progress:
    """Without `params`, which hold the long list of a backtest's tickets; the same below."""
    newest = TriageRun.objects.filter(kind=kind).annotate(provider=KT("params__provider"))
    return Progress(kind, newest.select_related("started_by").defer("params").first())


def finished_backtests() -> Sequence[TriageRun]:
    """The newest ones that found something."""
    ended = TriageRun.objects.filter(kind=RunKind.BACKTEST, done__gt=0).exclude(state__in=ACTIVE)
    return ended.annotate(provider=KT("params__provider")).defer("params")[:COMPARED_RUNS]


def contestants(known: Iterable[TriageModel]) -> list[tuple[str, str]]:
    """Who can be asked in a backtest, by the name that `runs` knows them by."""
    return [
        (classify.LOCAL, "The local model as it is now"),
        *classify.askable().items(),
        *(
            (f"{classify.VERSION}{model.pk}", f"{model} ({model.get_state_display().lower()})")
            for model in known
        ),
        (f"{classify.VERSION}0", "The lexicon alone"),
    ]
