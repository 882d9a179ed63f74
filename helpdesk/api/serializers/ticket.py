"""A ticket as JSON."""

from collections import namedtuple
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from rest_framework import serializers

from helpdesk.api.serializers.fields import NAMELESS, OneOfField, StaffField, TextField, VerbatimField
from helpdesk.choices import Category, Priority, Status
from helpdesk.permissions import User, can_look_inside
from helpdesk.tickets.fields import LABELS
from helpdesk.tickets.models import DESCRIPTION_LENGTH, TITLE_LENGTH, Ticket

SERVER_SETS = "The server sets this. Leave it out of a new ticket; an import may bring it along."
FILLED = "Left out, empty or null in a new ticket, it is filled by the local classifier."


# Declared field by field: a ModelSerializer costs several times as much per request.
class TicketSerializer(serializers.Serializer):
    """One request for help."""

    id = serializers.IntegerField(read_only=True)
    title = TextField(max_length=TITLE_LENGTH)
    description = VerbatimField(max_length=DESCRIPTION_LENGTH)
    category = OneOfField(Category.choices, required=False, help_text=FILLED)
    priority = OneOfField(Priority.choices, required=False, help_text=FILLED)
    status = OneOfField(Status.choices, required=False)
    requester_name = TextField(required=False, allow_blank=True, max_length=200)
    requester_email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    assignee = StaffField(required=False, allow_null=True, help_text="The id of who may change tickets.")
    external_source = TextField(
        required=False,
        allow_blank=True,
        max_length=50,
        help_text="The system it came from, such as `zendesk`.",
    )
    external_id = TextField(
        required=False, allow_blank=True, max_length=100, help_text="Its number in that system; unique there."
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    first_responded_at = serializers.DateTimeField(read_only=True, allow_null=True)
    resolved_at = serializers.DateTimeField(read_only=True, allow_null=True)
    closed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    due_at = serializers.DateTimeField(read_only=True, allow_null=True)
    assignee_name = serializers.CharField(read_only=True, allow_null=True, help_text=NAMELESS)

    def get_fields(self) -> dict[str, serializers.Field]:
        """Of a PATCH only those that it names: DRF copies each field for each request."""
        sent = getattr(self, "initial_data", None)
        if not self.partial or not isinstance(sent, dict):
            return super().get_fields()
        return {name: deepcopy(field) for name, field in self._declared_fields.items() if name in sent}

    def to_representation(self, ticket: Ticket) -> dict[str, Any]:
        user = ticket.assignee
        names = (user.username, user.first_name, user.last_name) if user else (None, "", "")
        row = [*(getattr(ticket, column) for column in COLUMNS[: -len(names)]), *names]
        return as_json(row, self.context["request"].user)


class NewTicketSerializer(TicketSerializer):
    """A new ticket: blank labels are left to triage, and what the server sets cannot be given."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict):
            given = {name for name, value in data.items() if value not in ("", None)}
            if refused := [name for name, field in self.fields.items() if field.read_only and name in given]:
                raise serializers.ValidationError({name: [SERVER_SETS] for name in refused})
            data = {name: value for name, value in data.items() if name in given or name not in LABELS}
        return super().to_internal_value(data)


KEYS = tuple(TicketSerializer().get_fields())
COLUMNS = (
    *("assignee_id" if key == "assignee" else key for key in KEYS[:-1]),
    "assignee__username",
    "assignee__first_name",
    "assignee__last_name",
)
"""What to read with `values_list` for `as_json`."""
TicketRow: Any = namedtuple("TicketRow", COLUMNS)  # type: ignore[misc]  # its names are known at runtime only


def as_json(row: Sequence[Any], reader: User) -> dict[str, Any]:
    """One row of `COLUMNS` as the contract wants it. The one place where a ticket becomes JSON."""
    username, first_name, last_name = row[-3:]
    ticket = dict(
        zip(KEYS, row, strict=False)
    )  # under the last key the user name, which is not for everybody
    is_named = username and can_look_inside(reader)
    ticket["assignee_name"] = (f"{first_name} {last_name}".strip() or username) if is_named else None
    return ticket
