"""The filters of the list and of the statistics; each calls a method of `TicketQuerySet`."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from helpdesk.api.serializers.fields import AssigneeField, MomentField, SomeOfField, TextField
from helpdesk.choices import Category, Priority, Status
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet

APPLY: dict[str, Callable[[TicketQuerySet, Any], TicketQuerySet]] = {
    "status": lambda tickets, values: tickets.filter(status__in=values),
    "priority": lambda tickets, values: tickets.filter(priority__in=values),
    "category": lambda tickets, values: tickets.filter(category__in=values),
    "search": lambda tickets, text: tickets.search(text),
    "assignee": lambda tickets, user_id: tickets.filter(assignee=user_id),
    "requester": lambda tickets, text: tickets.requested_by(text),
    "created_after": lambda tickets, moment: tickets.created_between(moment, None),
    "created_before": lambda tickets, moment: tickets.created_between(None, moment),
    "updated_after": lambda tickets, moment: tickets.updated_since(moment),
    "overdue": lambda tickets, yes: tickets.overdue() if yes else tickets.on_time(),
}
SEVERAL = "One, or several separated by commas."
YES_OR_NO = {"invalid": "Send true or false."}


class TicketFilters(serializers.Serializer):
    """Query parameters. They combine; an empty one does not filter, an unknown one is ignored."""

    status = SomeOfField(choices=Status.choices, required=False, help_text=SEVERAL)
    priority = SomeOfField(choices=Priority.choices, required=False, help_text=SEVERAL)
    category = SomeOfField(choices=Category.choices, required=False, help_text=SEVERAL)
    search = TextField(
        required=False, help_text="Every word must begin a word of the title or the description, in any case."
    )
    assignee = AssigneeField(required=False, help_text="The id of a user, `me`, or `none` for nobody.")
    requester = TextField(required=False, help_text="The requester's e-mail address, or a part of the name.")
    created_after = MomentField(required=False, help_text="Created at this moment or later.")
    created_before = MomentField(required=False, help_text="Created before this moment.")
    updated_after = MomentField(required=False, help_text="Changed at this moment or later.")
    overdue = serializers.BooleanField(
        required=False, error_messages=YES_OR_NO, help_text="Whether it is unresolved past its due time."
    )

    @classmethod
    def of(cls, request: Request) -> "TicketFilters":
        """The filters of a request; a parameter that is given twice is the same as one with a comma."""
        joined = {name: ",".join(values).strip(", ") for name, values in request.query_params.lists()}
        given = {name: text for name, text in joined.items() if text}
        return cls(data=given, context={"request": request})

    def tickets(self) -> TicketQuerySet:
        """The tickets that pass; raises ValidationError for a value that makes no sense."""
        tickets = Ticket.objects.all()
        if not self.initial_data:  # the ordinary case, and validation is a tenth of its cost
            return tickets
        self.is_valid(raise_exception=True)
        for name, value in self.validated_data.items():
            tickets = APPLY[name](tickets, value)
        return tickets
