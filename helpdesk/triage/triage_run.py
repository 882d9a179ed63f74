"""Long work of triage in the background, as a row that a page can show."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from helpdesk.choices import UNFINISHED, JobState, RunKind


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
