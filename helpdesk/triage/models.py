"""Proposals of the classifier, versions of the local model, rules, calls and long runs."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from helpdesk.choices import JUDGED, UNFINISHED, Category, JobState, ModelState, Priority, RunKind, Verdict
from helpdesk.tickets.models import Ticket


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def pending(self) -> Self:
        return self.filter(verdict=Verdict.PENDING)

    def judged(self) -> Self:
        """Those about which a person has said what was right."""
        return self.filter(verdict__in=JUDGED)

    def offered(self) -> "Suggestion | None":
        """The newest one, while a person may still decide: an older one is out of date by then."""
        newest = self.order_by("-created_at", "-id").first()
        return newest if newest and newest.verdict in {Verdict.PENDING, Verdict.APPLIED} else None


class Suggestion(models.Model):
    """A proposed category and priority for a ticket, or for a form that has no ticket yet.

    Confidences run from 0 to 1, latency is in milliseconds, `failures` is ``{provider: why it failed}``.
    The final labels are those a person settled on, blank where nobody did; `stated` is how sure a remote
    provider itself was, before its record was taken into account.
    """

    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, db_index=False, on_delete=models.CASCADE, related_name="suggestions"
    )
    provider = models.CharField(max_length=40)
    model = models.CharField(max_length=100)
    input_hash = models.CharField(max_length=64, db_index=True)
    category = models.CharField(max_length=20, choices=Category)
    category_confidence = models.FloatField()
    category_reasons = models.JSONField(default=list)
    priority = models.CharField(max_length=20, choices=Priority)
    priority_confidence = models.FloatField()
    priority_reasons = models.JSONField(default=list)
    stated_category = models.FloatField(null=True, help_text="How sure a remote provider said it was.")
    stated_priority = models.FloatField(null=True)
    latency_ms = models.PositiveIntegerField(default=0)
    failures = models.JSONField(default=dict)
    verdict = models.CharField(max_length=20, choices=Verdict, default=Verdict.PENDING)
    needs_review = models.BooleanField(
        default=False, help_text="Applied by itself, and drawn for a person to look at."
    )
    previous_category = models.CharField(
        max_length=20,
        choices=Category,
        blank=True,
        default="",
        help_text="What was there before.",
    )
    final_category = models.CharField(max_length=20, choices=Category, blank=True, default="")
    final_priority = models.CharField(max_length=20, choices=Priority, blank=True, default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index("ticket", "verdict", F("created_at").desc(), name="suggestion_of_ticket")]
        constraints = [
            models.CheckConstraint(
                name="suggestion_verdict_is_known", condition=Q(verdict__in=Verdict.values)
            ),
            models.CheckConstraint(
                name="suggestion_category_is_known", condition=Q(category__in=Category.values)
            ),
            models.CheckConstraint(
                name="suggestion_priority_is_known", condition=Q(priority__in=Priority.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} / {self.priority} by {self.provider}"


class ApplyRule(models.Model):
    """Per category: apply by itself at or above a confidence that the desk's own record supports.

    `target_precision` is what the lead asked for; `threshold`, `precision` and `cases` are what the record
    showed when the rule was switched on.
    """

    category = models.CharField(max_length=20, choices=Category, unique=True)
    is_on = models.BooleanField(default=False)
    target_precision = models.FloatField(
        default=0.95, validators=[MinValueValidator(0.5), MaxValueValidator(1.0)]
    )
    threshold = models.FloatField(default=1.0)
    precision = models.FloatField(default=0.0)
    cases = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["category"]
        constraints = [
            models.CheckConstraint(
                name="apply_rule_category_is_known", condition=Q(category__in=Category.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()}: {'on' if self.is_on else 'off'}"


class ProviderCall(models.Model):
    """One call. Latency in milliseconds; `failure` says why there was no answer, empty when there was one."""

    provider = models.CharField(max_length=40)
    model = models.CharField(max_length=100)
    latency_ms = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index("provider", "created_at", name="provider_call_budget")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.failure or 'answered'}"


class TriageModelQuerySet(models.QuerySet["TriageModel"]):
    def live(self) -> Self:
        return self.filter(state=ModelState.LIVE)

    def summaries(self) -> Self:
        """Without the weights and the labels, which may be megabytes."""
        return self.defer("weights", "learned_from", "known", "unseen").select_related("promoted_by")


class TriageModel(models.Model):
    """One fitted version: weights as plain JSON, the labels it learned from, and how it did on others.

    `metrics` holds for each field the `gate.Comparison` with the version then live, and the ruling. A field
    that was not taken has the weights of the version before.
    """

    weights = models.JSONField()
    labels_hash = models.CharField(max_length=64, help_text="Of the labels learned from.")
    label_count = models.PositiveIntegerField()
    learned_from = models.JSONField(
        default=dict, help_text="{ticket id: [category, priority]} of all labels at hand."
    )
    known = models.JSONField(
        default=dict, help_text="{field: {ticket id: label}} that went into the weights of the field."
    )
    unseen = models.JSONField(
        default=dict,
        help_text="{field: {ticket id: [answer, confidence]}} without having learned the ticket.",
    )
    metrics = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=ModelState, default=ModelState.CANDIDATE)
    note = models.CharField(max_length=300, blank=True, default="", help_text="Why promoted, or why not.")
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    promoted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TriageModelQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint("state", name="one_live_triage_model", condition=Q(state="live")),
            models.CheckConstraint(
                name="triage_model_state_is_known", condition=Q(state__in=ModelState.values)
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.pk}"


class VersionChoice(models.Model):
    """A lead's choice of who answers, which stays until changed; without one the best version does.

    No `version` is the lexicon alone. There is one row at most.
    """

    version = models.ForeignKey(TriageModel, null=True, on_delete=models.CASCADE, related_name="+")
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    chosen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.version) if self.version else "The lexicon alone"


class SetAsideQuerySet(models.QuerySet["SetAside"]):
    def waiting(self) -> Self:
        return self.filter(learn=None)

    def left_out(self) -> Self:
        """Those that must not be learned: refused, or not yet looked at."""
        return self.exclude(learn=True)


class SetAside(models.Model):
    """Labels of one field that contradict the record or each other: ``{ticket id: label}``, and why."""

    field = models.CharField(max_length=20)
    labels = models.JSONField()
    reason = models.CharField(max_length=300)
    learn = models.BooleanField(null=True, help_text="What a lead decided; unknown while it waits.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SetAsideQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="set_aside_field_is_known", condition=Q(field__in=["category", "priority"])
            )
        ]

    def __str__(self) -> str:
        return f"{len(self.labels)} labels of {self.field}"

    @property
    def some(self) -> list[tuple[str, str]]:
        return list(self.labels.items())[:5]


class TriageRun(models.Model):
    """A bulk triage or a backtest: its progress survives a crash, because `cursor` is the last ticket done.

    `params` is what was asked for, `result` what has been found so far; both depend on the kind.
    """

    kind = models.CharField(max_length=20, choices=RunKind)
    state = models.CharField(max_length=20, choices=JobState, default=JobState.WAITING)
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    beat_at = models.DateTimeField(null=True, blank=True, help_text="When the worker was last alive.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                "kind", name="one_unfinished_triage_run", condition=Q(state__in=UNFINISHED)
            ),
            models.CheckConstraint(name="triage_run_kind_is_known", condition=Q(kind__in=RunKind.values)),
            models.CheckConstraint(name="triage_run_state_is_known", condition=Q(state__in=JobState.values)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}: {self.done}/{self.total}"

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0
