"""An entry of a ticket's history as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from helpdesk.api.serializers.fields import StaffNameField
from helpdesk.choices import Action, Channel
from helpdesk.tickets.models import Event

ASSIGNEE = "assignee_id"


@extend_schema_field({"type": ["string", "integer", "null"]})
class ValueField(serializers.Field):
    """The value of a field of a ticket."""

    def to_representation(self, value: Any) -> Any:
        return value


class ChangeSerializer(serializers.Serializer):
    """One field. When it is the assignee, the values are ids and the names are theirs."""

    field = serializers.CharField()
    old = ValueField()
    new = ValueField()
    old_name = serializers.CharField(required=False, allow_null=True)
    new_name = serializers.CharField(required=False, allow_null=True)


# Its context holds the `names` of `history.names_in`, as far as the caller may know them.
class EventSerializer(serializers.Serializer):
    """Who changed what, from what, to what, when and by which channel."""

    id = serializers.IntegerField()
    action = serializers.ChoiceField(Action.choices)
    channel = serializers.ChoiceField(Channel.choices)
    actor = serializers.IntegerField(source="actor_id", allow_null=True)
    actor_name = StaffNameField(source="actor")
    batch = serializers.UUIDField(
        allow_null=True, help_text="The same for all changes that were made at once."
    )
    changes = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(ChangeSerializer(many=True))
    def get_changes(self, event: Event) -> list[dict[str, Any]]:
        return [self._change(field, *values) for field, values in event.changes.items()]

    def _change(self, field: str, old: Any, new: Any) -> dict[str, Any]:
        if field != ASSIGNEE:
            return {"field": field, "old": old, "new": new}
        names = self.context["names"]
        people = {"old_name": names.get(old), "new_name": names.get(new)}
        return {"field": "assignee", "old": old, "new": new, **people}
