"""Each undo that was done: of what, by whom, and what it left."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from helpdesk.choices import Channel
from helpdesk.tickets.models import Event


class Undo(models.Model):
    """One event, or all events of one batch, taken back. The database lets each be taken back once.

    Its own changes are the events of `batch`. `left` is what it did not put back, of at most a
    thousand tickets: ``[ticket, fields, reason]``.
    """

    event = models.OneToOneField(Event, null=True, on_delete=models.CASCADE, related_name="undo")
    of_batch = models.UUIDField(null=True, unique=True)
    batch = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    channel = models.CharField(max_length=20, choices=Channel)
    total = models.PositiveIntegerField(help_text="Tickets to look at.")
    done = models.PositiveIntegerField(default=0, help_text="Tickets looked at.")
    restored = models.PositiveIntegerField(default=0, help_text="Tickets of which something was put back.")
    removes = models.BooleanField(
        default=False, db_default=False, help_text="Whether tickets that were made go away again."
    )
    removed = models.PositiveIntegerField(default=0, db_default=0, help_text="Tickets that went away.")
    left_count = models.PositiveIntegerField(default=0, help_text="Tickets of which something was left.")
    left = models.JSONField(default=list)
    cursor = models.BigIntegerField(default=0, help_text="The last ticket looked at.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "helpdesk"
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="undo_is_of_one_thing",
                condition=Q(event=None, of_batch__isnull=False) | Q(event__isnull=False, of_batch=None),
            ),
            models.CheckConstraint(name="undo_channel_is_known", condition=Q(channel__in=Channel.values)),
        ]

    def __str__(self) -> str:
        return f"Undo of {self.of_batch or self.event_id}"
