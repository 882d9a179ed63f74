"""The filters of the ticket list. Each is a query parameter that tabs, cards and links share."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import TextChoices
from django.http import HttpRequest
from unfold.contrib.filters.admin import CheckboxFilter, DropdownFilter, RangeDateFilter

from helpdesk import people
from helpdesk.choices import Category, Priority, Status
from helpdesk.tickets.query import Invalid, TicketQuerySet, start_of


class QueryFilter:
    """Asks what the API's parameter of the same name asks; nonsense finds nothing, and the page says why.

    Mix it in before one of unfold's filters.
    """

    title: str
    parameter_name: str
    value: Callable[[], str | list[str] | None]

    def queryset(self, request: HttpRequest, queryset: TicketQuerySet) -> TicketQuerySet:
        chosen = self.value() or ""
        text = chosen if isinstance(chosen, str) else ",".join(chosen)
        try:
            return queryset.matching({self.parameter_name: text}, request.user)
        except Invalid as wrong:
            for reasons in wrong.messages.values():
                messages.error(request, f"{self.title.capitalize()}: {' '.join(reasons)}")
            return queryset.none()


class VocabularyFilter(QueryFilter, CheckboxFilter):
    """Several values of one vocabulary, such as ``?status=open&status=in_progress``."""

    choices_class: type[TextChoices]

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Sequence[tuple[str, str]]:
        return self.choices_class.choices


class StatusFilter(VocabularyFilter):
    title, parameter_name, choices_class = "status", "status", Status


class PriorityFilter(VocabularyFilter):
    title, parameter_name, choices_class = "priority", "priority", Priority


class CategoryFilter(VocabularyFilter):
    title, parameter_name, choices_class = "category", "category", Category


class AttentionFilter(QueryFilter, DropdownFilter):
    """What still waits for somebody, whatever its exact status."""

    title, parameter_name = "attention", "attention"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Sequence[tuple[str, str]]:
        return [("unresolved", "Unresolved"), ("overdue", "Overdue")]


class AssigneeFilter(QueryFilter, DropdownFilter):
    """A member of staff, "me" or "nobody"."""

    title, parameter_name = "assignee", "assignee"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Sequence[tuple[str, str]]:
        staff = people.assignable().order_by("first_name", "username")
        named = [(str(user.pk), people.name_of(user)) for user in staff]
        return [("me", "Me"), ("none", "Nobody"), *named]


class DayRangeFilter(RangeDateFilter):
    """Whole days, both ends included; it compares moments, so that an index serves it."""

    def queryset(self, request: HttpRequest, queryset: TicketQuerySet) -> TicketQuerySet:
        first, last = self._day("from"), self._day("to")
        start = start_of(first) if first else None
        end = start_of(last + timedelta(days=1)) if last else None
        return queryset.between(self.field_path, start, end)

    def _day(self, side: str) -> date | None:
        """The date of one side, in ISO form or as the calendar writes it; None when it is neither."""
        raw = self.used_parameters.get(f"{self.field_path}_{side}") or ""
        try:
            return forms.DateField(required=False).clean(raw)
        except forms.ValidationError:
            return None
