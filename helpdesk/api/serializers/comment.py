"""A comment as JSON."""

from typing import Any

from rest_framework import serializers

from helpdesk.api.serializers.fields import StaffNameField, VerbatimField
from helpdesk.tickets.models import BODY_LENGTH


class CommentSerializer(serializers.Serializer):
    id = serializers.IntegerField(read_only=True)
    body = VerbatimField(max_length=BODY_LENGTH)
    is_internal = serializers.BooleanField(
        default=False,
        error_messages={"invalid": "Send true or false."},
        help_text="A note among staff, not a reply to the requester.",
    )
    from_requester = serializers.BooleanField(
        required=False,
        error_messages={"invalid": "Send true or false."},
        help_text="Whether the requester wrote it. Left out, it is false for a caller with credentials, "
        "and true for a reply of one without.",
    )
    author = serializers.IntegerField(source="author_id", read_only=True, allow_null=True)
    author_name = StaffNameField(source="author")
    created_at = serializers.DateTimeField(read_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["is_internal"] and attrs.get("from_requester"):
            raise serializers.ValidationError(
                {"from_requester": ["A requester writes no internal notes. Send one of the two."]}
            )
        return attrs
