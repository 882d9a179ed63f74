"""What can be done to many tickets at once, through the write path."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from unfold.decorators import action

from helpdesk.choices import Category, Channel, Priority, Status
from helpdesk.people import signed_in
from helpdesk.tickets import changes as tickets
from helpdesk.tickets.query import TicketQuerySet

BATCH_LIMIT = 10_000

BulkAction = Callable[[ModelAdmin, HttpRequest, TicketQuerySet], None]


def change_selected(
    model_admin: ModelAdmin, request: HttpRequest, queryset: TicketQuerySet, changes: Mapping[str, Any]
) -> None:
    """Write `changes` on the selected tickets as one batch, and say how many differed."""
    ids = list(queryset.order_by().values_list("pk", flat=True)[: BATCH_LIMIT + 1])
    if len(ids) > BATCH_LIMIT:
        model_admin.message_user(
            request,
            f"More than {BATCH_LIMIT:,} tickets are selected. Nothing was changed: narrow the filters first.",
            messages.ERROR,
        )
        return
    count = tickets.update_many(ids, changes, actor=signed_in(request), channel=Channel.ADMIN, batch=uuid4())
    left = len(ids) - count
    note = f" {left} had nothing to change." if left else ""
    model_admin.message_user(request, f"{count} ticket{pluralize(count)} changed.{note}", messages.SUCCESS)


@action(description="Assign to me", permissions=["change"])
def assign_to_me(model_admin: ModelAdmin, request: HttpRequest, queryset: TicketQuerySet) -> None:
    change_selected(model_admin, request, queryset, {"assignee": request.user})


@action(description="Unassign", permissions=["change_many"])
def unassign(model_admin: ModelAdmin, request: HttpRequest, queryset: TicketQuerySet) -> None:
    change_selected(model_admin, request, queryset, {"assignee": None})


def setter(field: str, value: str, label: str) -> BulkAction:
    """An action that gives every selected ticket one value of a vocabulary."""

    def set_value(model_admin: ModelAdmin, request: HttpRequest, queryset: TicketQuerySet) -> None:
        change_selected(model_admin, request, queryset, {field: value})

    set_value.__name__ = f"set_{field}_{value}"
    return action(set_value, description=f"Set {field}: {label}", permissions=["change_many"])


BULK_ACTIONS: list[BulkAction] = [
    assign_to_me,
    unassign,
    *(setter("status", choice.value, choice.label) for choice in Status),
    *(setter("priority", choice.value, choice.label) for choice in Priority),
    *(setter("category", choice.value, choice.label) for choice in Category),
]
