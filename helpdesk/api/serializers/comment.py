"""A comment as JSON."""

from rest_framework import serializers

from helpdesk.api.serializers.fields import VerbatimField
from helpdesk.people import name_of
from helpdesk.tickets.models import BODY_LENGTH, Comment


class CommentSerializer(serializers.Serializer):
    id = serializers.IntegerField(read_only=True)
    body = VerbatimField(max_length=BODY_LENGTH)
    is_internal = serializers.BooleanField(
        default=False,
        error_messages={"invalid": "Send true or false."},
        help_text="A note among staff, not a reply to the requester.",
    )
    author = serializers.IntegerField(source="author_id", read_only=True, allow_null=True)
    author_name = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)

    def get_author_name(self, comment: Comment) -> str | None:
        return name_of(comment.author)
