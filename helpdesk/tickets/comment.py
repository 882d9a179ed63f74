"""What was said about a ticket."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from helpdesk.tickets.models import Ticket

BODY_LENGTH = 50_000


class CommentQuerySet(models.QuerySet["Comment"]):
    def for_conversation(self) -> Self:
        return self.select_related("author").order_by("created_at", "id")


class Comment(models.Model):
    """A public reply, or an internal note that the requester never sees."""

    ticket = models.ForeignKey(Ticket, db_index=False, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="ticket_comments",
    )
    body = models.TextField(max_length=BODY_LENGTH)
    is_internal = models.BooleanField("internal note", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index("ticket", "created_at", "id", name="comment_conversation")]

    def __str__(self) -> str:
        return self.body[:60]
