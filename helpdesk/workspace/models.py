"""What belongs to one person: words not sent yet, what was read, where one is, how one likes to work."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from helpdesk.tickets.models import BODY_LENGTH, Ticket


class OfPersonAndTicket(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, db_index=False, on_delete=models.CASCADE, related_name="+"
    )
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True
        default_permissions = ()


class Draft(OfPersonAndTicket):
    """A reply or a note that one person has begun."""

    is_internal = models.BooleanField(default=False)
    text = models.TextField(max_length=BODY_LENGTH)
    saved_at = models.DateTimeField()

    class Meta(OfPersonAndTicket.Meta):
        constraints = [
            models.UniqueConstraint(fields=["user", "ticket", "is_internal"], name="one_draft_of_a_kind")
        ]

    def __str__(self) -> str:
        return self.text[:60]


class ReadMark(OfPersonAndTicket):
    """Up to which moment one person has read the conversation of a ticket."""

    read_at = models.DateTimeField()

    class Meta(OfPersonAndTicket.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="one_read_mark")]

    def __str__(self) -> str:
        return f"#{self.ticket_id} read up to {self.read_at}"


class Presence(OfPersonAndTicket):
    """When a person's page was last known to show a ticket, and whether an answer was being written there."""

    seen_at = models.DateTimeField()
    is_replying = models.BooleanField(default=False)

    class Meta(OfPersonAndTicket.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="one_presence")]

    def __str__(self) -> str:
        return f"#{self.ticket_id} seen at {self.seen_at}"


class Preferences(models.Model):
    """How one person likes to work. What was said before `read_from` counts as read."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    has_shortcuts = models.BooleanField(
        default=True, help_text="Whether single keys act on lists and tickets."
    )
    read_from = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return f"Preferences of user {self.user_id}"
