"""Versions of the local model, as learned from the labels of this desk."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from helpdesk.choices import ModelState


class TriageModelQuerySet(models.QuerySet["TriageModel"]):
    def live(self) -> Self:
        return self.filter(state=ModelState.LIVE)

    def summaries(self) -> Self:
        """Without the weights and the labels, which may be megabytes."""
        return self.defer("weights", "learned_from").select_related("promoted_by")


class TriageModel(models.Model):
    """One fitted version: weights as plain JSON, the labels it learned from, and how it did on held-out ones.

    `metrics` holds what `triage.learning` measured for this candidate and for the version then live.
    """

    weights = models.JSONField()
    labels_hash = models.CharField(max_length=64, help_text="Of the labels learned from.")
    label_count = models.PositiveIntegerField()
    learned_from = models.JSONField(default=dict, help_text="{ticket id: [category, priority]}")
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
