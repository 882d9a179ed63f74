"""The history of every ticket, one row per change."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from helpdesk.choices import Action, Channel


class EventQuerySet(models.QuerySet["Event"]):
    def for_history(self, ticket_id: int) -> Self:
        """Newest first, with the actors at hand."""
        return self.filter(ticket_id=ticket_id).select_related("actor").order_by("-created_at", "-id")


class Event(models.Model):
    """Who changed what, from what, to what, when and by which channel.

    `changes` is ``{field: [old, new]}`` in JSON values. Events outlive their ticket: the column carries no
    foreign key constraint, and the event of a deletion holds every field's last value.
    """

    ticket = models.ForeignKey(
        "helpdesk.Ticket",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="events",
    )
    action = models.CharField(max_length=20, choices=Action)
    channel = models.CharField(max_length=20, choices=Channel)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="ticket_events",
    )
    batch = models.UUIDField(null=True, blank=True, db_index=True)
    changes = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index("ticket", "created_at", "id", name="event_history")]
        constraints = [
            models.CheckConstraint(
                name="event_action_is_known", condition=models.Q(action__in=Action.values)
            ),
            models.CheckConstraint(
                name="event_channel_is_known", condition=models.Q(channel__in=Channel.values)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.action} by {self.channel}"
