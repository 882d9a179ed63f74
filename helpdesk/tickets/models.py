"""The ticket, what is said about it, and every change of it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from helpdesk.choices import UNRESOLVED, Action, Category, Channel, Party, Priority, Status
from helpdesk.permissions import User, can_look_inside
from helpdesk.tickets import queues, sla
from helpdesk.tickets.query import TicketQuerySet
from helpdesk.tickets.search import SearchField

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 200_000
EXCERPT_LENGTH = 120


def is_one_of(field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    """The database's own copy of a vocabulary."""
    return models.CheckConstraint(
        name=f"ticket_{field}_is_known",
        condition=Q(**{f"{field}__in": choices.values}),
        violation_error_message=f"Choose one of: {', '.join(choices.values)}.",
    )


class Ticket(models.Model):
    """One request for help. Written only by `helpdesk.tickets.changes`."""

    title = models.CharField(max_length=TITLE_LENGTH)
    description = models.TextField(max_length=DESCRIPTION_LENGTH)
    category = models.CharField(max_length=20, choices=Category)
    priority = models.CharField(max_length=20, choices=Priority)
    status = models.CharField(max_length=20, choices=Status, default=Status.OPEN)
    requester_name = models.CharField(max_length=200, blank=True, default="")
    requester_email = models.EmailField(blank=True, default="")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.SET_NULL,
        related_name="assigned_tickets",
    )
    # Who had it in the file it came with, while nobody with an account here has it.
    former_assignee = models.CharField(max_length=200, default="", db_default="", editable=False)
    external_source = models.CharField(
        max_length=50, blank=True, default="", help_text="The system this ticket came from, such as zendesk."
    )
    external_id = models.CharField(
        max_length=100, blank=True, default="", help_text="Its number in that system."
    )
    # The mark of the desk that it was born in, and its number there; of one that was born here neither.
    origin_desk = models.UUIDField(null=True, editable=False)
    origin_id = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    first_responded_at = models.DateTimeField(null=True, blank=True, editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    search_text = SearchField(editable=False, default="")
    text_hash = models.CharField(max_length=20, editable=False, default="")
    # Whether a person set or confirmed the label: only then does the local model learn from it.
    category_confirmed = models.BooleanField(default=False, editable=False)
    priority_confirmed = models.BooleanField(default=False, editable=False)
    # What the list shows of the conversation. The first message is the description; notes count as messages,
    # but do not answer the requester. `last_message_by` is nobody for a requester, and for who left the desk.
    last_message_at = models.DateTimeField(null=True, editable=False)
    last_message_from = models.CharField(
        max_length=20, choices=Party, default=Party.REQUESTER, db_default=Party.REQUESTER, editable=False
    )
    last_message_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        db_index=False,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    last_message_excerpt = models.CharField(
        max_length=EXCERPT_LENGTH, default="", db_default="", editable=False
    )
    waiting_since = models.DateTimeField(
        null=True, editable=False, help_text="The first message of the requester that staff has not answered."
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        permissions = [
            ("bulk_ticket", "Can change many tickets at once"),
            ("import_ticket", "Can import tickets"),
            ("export_ticket", "Can export tickets"),
            ("suggest_ticket", "Can ask for triage suggestions"),
        ]
        constraints = [
            is_one_of("category", Category),
            is_one_of("priority", Priority),
            is_one_of("status", Status),
            models.UniqueConstraint(
                "external_source",
                "external_id",
                name="ticket_external_is_unique",
                condition=~Q(external_id=""),
                violation_error_message="Another ticket already has this external source and id.",
            ),
            models.UniqueConstraint(
                "origin_desk",
                "origin_id",
                name="ticket_origin_is_unique",
                condition=Q(origin_desk__isnull=False),
            ),
        ]
        indexes = [
            models.Index(F("created_at").desc(), F("id").desc(), name="ticket_newest"),
            models.Index("status", F("created_at").desc(), F("id").desc(), name="ticket_status"),
            models.Index("category", F("created_at").desc(), F("id").desc(), name="ticket_category"),
            models.Index("priority", F("created_at").desc(), F("id").desc(), name="ticket_priority"),
            models.Index("assignee", F("created_at").desc(), F("id").desc(), name="ticket_assignee"),
            models.Index("requester_email", F("created_at").desc(), name="ticket_requester"),
            models.Index("updated_at", name="ticket_updated"),
            models.Index("resolved_at", name="ticket_resolved"),
            models.Index("due_at", name="ticket_due", condition=Q(status__in=UNRESOLVED)),
            models.Index("status", "category", "priority", "created_at", name="ticket_tally"),
            models.Index(
                "waiting_since",
                name="ticket_waiting",
                condition=Q(status__in=UNRESOLVED, waiting_since__isnull=False),
            ),
            models.Index("assignee", name="ticket_at_work", condition=Q(status__in=UNRESOLVED)),
            models.Index(*queues.URGENCY, name="ticket_urgency"),
            models.Index(F("last_message_at").desc(), F("id").desc(), name="ticket_activity"),
            models.Index("id", name="ticket_unlabelled", condition=Q(category_confirmed=False)),
            models.Index("text_hash", name="ticket_settled", condition=Q(category_confirmed=True)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.title}"

    @property
    def is_waiting(self) -> bool:
        """Whether the requester waits for us."""
        return self.waiting_since is not None and self.status in UNRESOLVED

    @property
    def is_overdue(self) -> bool:
        return sla.is_overdue(self.due_at, self.resolved_at, timezone.now())


BODY_LENGTH = 50_000
# The event of a comment names the comment's id under one of these.
REPLY, NOTE = "reply", "internal note"


class TicketSource(models.Model):
    """What the file that a ticket came with said besides its fields: ``[[header, text], …]`` in its order."""

    ticket = models.OneToOneField(Ticket, primary_key=True, on_delete=models.CASCADE, related_name="source")
    data = models.JSONField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"#{self.pk}: {len(self.data)} columns"


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: User) -> Self:
        return self if can_look_inside(user) else self.filter(is_internal=False)

    def for_conversation(self) -> Self:
        return self.select_related("author").order_by("created_at", "id")


class Comment(models.Model):
    """A message of the requester, a public reply to it, or an internal note that the requester never sees.

    `author` is who wrote it, or who passed on what the requester wrote. `key` is the one-time key of the page
    that sends it: it makes a double click one comment.
    """

    ticket = models.ForeignKey(Ticket, db_index=False, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="ticket_comments",
    )
    # Who wrote it, where a file named somebody without an account here.
    author_name = models.CharField(max_length=200, default="", db_default="", editable=False)
    body = models.TextField(max_length=BODY_LENGTH)
    is_internal = models.BooleanField("internal note", default=False)
    from_requester = models.BooleanField(default=False, db_default=False)
    channel = models.CharField(max_length=20, choices=Channel, blank=True, default="", db_default="")
    key = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index("ticket", "created_at", "id", name="comment_conversation")]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "key"], name="comment_is_sent_once"),
            models.CheckConstraint(
                name="comment_of_a_requester_is_public",
                condition=Q(from_requester=False) | Q(is_internal=False),
            ),
            models.CheckConstraint(
                name="comment_channel_is_known", condition=Q(channel__in=["", *Channel.values])
            ),
        ]

    def __str__(self) -> str:
        return self.body[:60]


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User) -> Self:
        return self if can_look_inside(user) else self.exclude(changes__has_key=NOTE)

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
    confirmed = models.JSONField(
        null=True, editable=False, help_text="The labels that became a person's judgement by it."
    )
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
