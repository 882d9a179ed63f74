"""The ticket list and the ticket page."""

import contextlib
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.db.models import Field
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from helpdesk import intake, people, permissions
from helpdesk.admin.bulk import BULK_ACTIONS
from helpdesk.admin.forms import BadgeSelect, RememberingForm, TicketForm
from helpdesk.admin.panel import bulk, fields, poll, preview
from helpdesk.admin.panel.listing import CappedPaginator, TicketChangeList
from helpdesk.admin.transfer import TransferAdmin
from helpdesk.admin.triage import suggest
from helpdesk.choices import VOCABULARIES, Channel
from helpdesk.tickets import changes, comments, history
from helpdesk.tickets.fields import EDITABLE
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet
from helpdesk.triage import suggestions


@admin.register(Ticket)
class TicketAdmin(TransferAdmin, ModelAdmin):
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
    change_form_after_template = "helpdesk/conversation.html"
    readonly_fields = ("created_at", "updated_at", "due_at", "first_responded_at", "resolved_at", "closed_at")
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
    times_fieldset = (
        "Times",
        {
            "classes": ["tab"],
            "fields": (
                ("created_at", "updated_at"),
                ("due_at", "first_responded_at"),
                ("resolved_at", "closed_at"),
            ),
        },
    )

    def has_change_many_permission(self, request: HttpRequest) -> bool:
        return permissions.can_change_many(request.user)

    def get_queryset(self, request: HttpRequest) -> TicketQuerySet:
        return Ticket.objects.visible_to(request.user).select_related("assignee", "last_message_by")

    def get_fieldsets(self, request: HttpRequest, obj: Ticket | None = None) -> tuple[Any, ...]:
        return (*self.fieldsets, self.times_fieldset) if obj else self.fieldsets

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[TicketChangeList]:
        return TicketChangeList

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Ticket.DoesNotExist:
            return self._gone(request)

    def _gone(self, request: HttpRequest) -> HttpResponse:
        """A ticket was deleted in the very moment of saving."""
        self.message_user(request, "The ticket was just deleted. Nothing was saved.", messages.ERROR)
        return redirect("admin:helpdesk_ticket_changelist")

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
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        obj: Ticket | None = None,
        **kwargs: Any,
    ) -> HttpResponse:
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        context["can_suggest"] = may_edit and permissions.can_suggest(request.user)
        if obj:
            context |= {
                "conversation": obj.comments.for_conversation(),
                "can_comment": permissions.can_comment(request.user),
                "history": history.read(obj.pk),
                "suggestion": obj.suggestions.offered(),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", view(preview.preview), name="helpdesk_ticket_preview"),
            path("bulk/preview/", view(bulk.preview), name="helpdesk_ticket_bulk_preview"),
            path("bulk/", view(bulk.change), name="helpdesk_ticket_bulk"),
            path("bulk/<uuid:batch>/", view(bulk.progress), name="helpdesk_ticket_bulk_progress"),
            path("bulk/<uuid:batch>/cancel/", view(bulk.cancel), name="helpdesk_ticket_bulk_cancel"),
            path("poll/", view(poll.new_tickets), name="helpdesk_ticket_poll"),
            path("undo/", view(fields.undo_change), name="helpdesk_ticket_undo"),
            path("<int:pk>/field/", view(fields.change_field), name="helpdesk_ticket_field"),
            path("suggest/", view(suggest.suggest_view), name="helpdesk_suggest"),
            *(
                path(
                    f"suggest/<int:pk>/{action}/",
                    view(suggest.decide_view),
                    {"action": action},
                    name=f"helpdesk_suggest_{action}",
                )
                for action in suggest.ACTIONS
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

    def save_model(self, request: HttpRequest, obj: Ticket, form: RememberingForm, change: bool) -> None:
        """Hand what the form changed to the write path; the object itself is never saved."""
        if change:
            self._tell_of_overruled(request, form)
            changes.update(obj, form.changes(), actor=people.signed_in(request), channel=Channel.ADMIN)
        else:
            values = {name: form.cleaned_data[name] for name in EDITABLE}
            created = intake.create(values, actor=people.signed_in(request), channel=Channel.ADMIN)
            obj.pk, obj._state.adding = created.pk, False
        obj.refresh_from_db()

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: list[Any], change: bool
    ) -> None:
        """After the ticket itself: the reply, and what became of the suggestion that the page showed."""
        if not isinstance(form, TicketForm):
            return
        if suggestion := form.shown_suggestion():
            with contextlib.suppress(suggestions.NotPending):
                suggestions.settle(suggestion, form.instance, actor=people.signed_in(request))
        reply = form.cleaned_data.get("reply")
        if reply and permissions.can_comment(request.user):
            internal = form.cleaned_data["reply_is_internal"]
            comments.add(
                form.instance,
                reply,
                author=people.signed_in(request),
                channel=Channel.ADMIN,
                is_internal=internal,
            )

    def _tell_of_overruled(self, request: HttpRequest, form: RememberingForm) -> None:
        """Two people changed the same field: the later save wins, and says so."""
        if names := form.overruled():
            what = ", ".join(names).replace("_", " ")
            self.message_user(
                request,
                f"Somebody else changed {what} of #{form.instance.pk} while you were editing; "
                "your value replaced theirs. The ticket's history shows both.",
                messages.WARNING,
            )
