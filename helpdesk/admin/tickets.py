"""The ticket list, the form of a new ticket, and the addresses of the panel."""

import contextlib
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Field
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from helpdesk import intake, people, permissions
from helpdesk.admin.bulk import BULK_ACTIONS
from helpdesk.admin.dress import DeskAdmin
from helpdesk.admin.forms import BadgeSelect, TicketForm
from helpdesk.admin.panel import brought, bulk, composer, fields, offers, poll, preferences, preview, ticket
from helpdesk.admin.panel.listing import CappedPaginator, TicketChangeList
from helpdesk.admin.transfer import TransferAdmin
from helpdesk.admin.triage import suggest
from helpdesk.choices import VOCABULARIES, Channel
from helpdesk.tickets import changes
from helpdesk.tickets.fields import EDITABLE, LABELS
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet
from helpdesk.triage import suggestions

# What the panel asks about one ticket, by the last part of its address.
OF_ONE: dict[str, Callable[..., HttpResponseBase]] = {
    "preview": preview.preview,
    "field": fields.change_field,
    "earlier": ticket.earlier,
    "source": brought.whole,
    "here": ticket.here,
    "send": composer.send,
    "draft": composer.draft,
    "suggest": offers.ask,
}


@admin.register(Ticket)
class TicketAdmin(TransferAdmin, DeskAdmin, ModelAdmin):
    form = TicketForm
    actions = BULK_ACTIONS
    list_display = ("title",)
    list_filter = ()
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    paginator = CappedPaginator
    search_fields = ("title",)
    warn_unsaved_form = True
    import_export_change_list_template = "admin/helpdesk/ticket/change_list.html"
    change_form_before_template = "helpdesk/triage_panel.html"
    fieldsets = (
        (None, {"fields": ("title", "description")}),
        ("Triage", {"fields": (("category", "priority"), ("status", "assignee"))}),
        (
            "Requester",
            {
                "classes": ["tab"],
                "fields": (("requester_name", "requester_email"), ("external_source", "external_id")),
            },
        ),
    )

    def has_change_many_permission(self, request: HttpRequest) -> bool:
        return permissions.can_change_many(request.user)

    def get_queryset(self, request: HttpRequest) -> TicketQuerySet:
        return Ticket.objects.visible_to(request.user).select_related("assignee", "last_message_by")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[TicketChangeList]:
        return TicketChangeList

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return ticket.show(request, object_id)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A ticket's page tells its history."""
        if not permissions.can_view(request.user):
            raise PermissionDenied
        return redirect("admin:helpdesk_ticket_change", object_id)

    def formfield_for_choice_field(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> forms.ChoiceField:
        kwargs.setdefault("widget", BadgeSelect(VOCABULARIES[db_field.name]))
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField:
        kwargs["queryset"] = people.assignable().order_by("first_name", "username")
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.label_from_instance = people.name_of
        return field

    def get_form(
        self, request: HttpRequest, obj: Ticket | None = None, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """A new ticket may leave category and priority to triage."""
        form = super().get_form(request, obj, **kwargs)
        if obj is None:
            for name in ("category", "priority"):
                field = form.base_fields[name]
                field.required = False
                field.choices = [("", "Suggest when saved"), *field.choices]
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["can_suggest"] = permissions.can_suggest(request.user)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            *(
                path(f"<int:pk>/{name}/", view(answer), name=f"helpdesk_ticket_{name}")
                for name, answer in OF_ONE.items()
            ),
            path("bulk/preview/", view(bulk.preview), name="helpdesk_ticket_bulk_preview"),
            path("bulk/", view(bulk.change), name="helpdesk_ticket_bulk"),
            path("bulk/<uuid:batch>/", view(bulk.progress), name="helpdesk_ticket_bulk_progress"),
            path("bulk/<uuid:batch>/cancel/", view(bulk.cancel), name="helpdesk_ticket_bulk_cancel"),
            path("shortcuts/", view(preferences.switch_shortcuts), name="helpdesk_ticket_shortcuts"),
            path("poll/", view(poll.new_tickets), name="helpdesk_ticket_poll"),
            path("undo/", view(fields.undo_change), name="helpdesk_ticket_undo"),
            path("suggest/", view(suggest.suggest_view), name="helpdesk_suggest"),
            path("suggest/<int:pk>/take/", view(offers.take), name="helpdesk_suggest_take"),
            *(
                path(
                    f"suggest/<int:pk>/{action}/",
                    view(offers.decide),
                    {"action": action},
                    name=f"helpdesk_suggest_{action}",
                )
                for action in offers.DECIDE
            ),
            *super().get_urls(),
        ]

    def delete_model(self, request: HttpRequest, obj: Ticket) -> None:
        changes.delete(obj, actor=people.signed_in(request), channel=Channel.ADMIN)

    def delete_queryset(self, request: HttpRequest, queryset: TicketQuerySet) -> None:
        ids = list(queryset.order_by().values_list("pk", flat=True))
        changes.delete_many(ids, actor=people.signed_in(request), channel=Channel.ADMIN, batch=uuid4())

    def log_addition(self, *args: Any) -> None:
        """A ticket's history is its events; the admin's own log would tell it twice."""

    log_change = log_deletions = log_addition

    def save_model(self, request: HttpRequest, obj: Ticket, form: TicketForm, change: bool) -> None:
        """Hand a new ticket to the write path; the object itself is never saved."""
        values = {name: form.cleaned_data[name] for name in EDITABLE}
        created = intake.create(values, actor=people.signed_in(request), channel=Channel.ADMIN)
        obj.pk, obj._state.adding = created.pk, False
        obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: TicketForm, formsets: list[Any], change: bool) -> None:
        """What became of the suggestion that the page showed."""
        if suggestion := form.shown_suggestion():
            given = [name for name in LABELS if form.cleaned_data[name]]
            with contextlib.suppress(suggestions.NotPending):
                suggestions.settle(suggestion, form.instance, given=given, actor=people.signed_in(request))
