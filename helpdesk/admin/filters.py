"""The filters of the ticket list. Each is a query parameter that tabs, cards and links share."""

from collections.abc import Sequence
from datetime import date, timedelta

from django import forms
from django.contrib.admin.options import ModelAdmin
from django.db.models import TextChoices
from django.http import HttpRequest
from unfold.contrib.filters.admin import CheckboxFilter, DropdownFilter, RangeDateFilter

from helpdesk import people
from helpdesk.choices import Category, Priority, Status
from helpdesk.tickets.query import TicketQuerySet, as_pk, start_of


class VocabularyFilter(CheckboxFilter):
    """Several values of one vocabulary, such as ``?status=open&status=in_progress``."""

    choices_class: type[TextChoices]

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Sequence[tuple[str, str]]:
        return self.choices_class.choices

    def queryset(self, request: HttpRequest, queryset: TicketQuerySet) -> TicketQuerySet:
        values = [value for value in self.value() if value]
        return queryset.filter(**{f"{self.parameter_name}__in": values}) if values else queryset


class StatusFilter(VocabularyFilter):
    title, parameter_name, choices_class = "status", "status", Status


class PriorityFilter(VocabularyFilter):
    title, parameter_name, choices_class = "priority", "priority", Priority


class CategoryFilter(VocabularyFilter):
    title, parameter_name, choices_class = "category", "category", Category


class AttentionFilter(DropdownFilter):
    """What still waits for somebody, whatever its exact status."""

    title, parameter_name = "attention", "attention"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Sequence[tuple[str, str]]:
        return [("unresolved", "Unresolved"), ("overdue", "Overdue")]

    def queryset(self, request: HttpRequest, queryset: TicketQuerySet) -> TicketQuerySet:
        match self.value():
            case "unresolved":
                return queryset.unresolved()
            case "overdue":
                return queryset.overdue()
        return queryset


class AssigneeFilter(DropdownFilter):
    """A member of staff, "me" or "nobody"."""

    title, parameter_name = "assignee", "assignee"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Sequence[tuple[str, str]]:
        staff = people.assignable().order_by("first_name", "username")
        named = [(str(user.pk), people.name_of(user)) for user in staff]
        return [("me", "Me"), ("none", "Nobody"), *named]

    def queryset(self, request: HttpRequest, queryset: TicketQuerySet) -> TicketQuerySet:
        match self.value():
            case None | "":
                return queryset
            case "me":
                return queryset.filter(assignee=request.user)
            case "none":
                return queryset.unassigned()
            case pk:
                return queryset.filter(assignee__pk=as_pk(pk) or 0)


class DayRangeFilter(RangeDateFilter):
    """Whole days, both ends included; it compares moments, so that an index serves it."""

    def queryset(self, request: HttpRequest, queryset: TicketQuerySet) -> TicketQuerySet:
        first, last = self._day("from"), self._day("to")
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": start_of(first)})
        if last:
            queryset = queryset.filter(**{f"{self.field_path}__lt": start_of(last + timedelta(days=1))})
        return queryset

    def _day(self, side: str) -> date | None:
        """The date of one side, in ISO form or as the calendar writes it; None when it is neither."""
        raw = self.used_parameters.get(f"{self.field_path}_{side}") or ""
        try:
            return forms.DateField(required=False).clean(raw)
        except forms.ValidationError:
            return None
