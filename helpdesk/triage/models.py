"""Every proposal of the classifier, and what became of it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from helpdesk.choices import JUDGED, Category, Priority, Verdict
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
    The final labels are those a person settled on.
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
