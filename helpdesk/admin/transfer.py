"""Export of what the list shows, and the way from the list to the imports."""

from itertools import chain
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.urls import reverse
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import Format
from unfold.contrib.import_export.forms import SelectableFieldsExportForm

from helpdesk.admin.panel.listing import filters
from helpdesk.choices import Channel
from helpdesk.people import signed_in
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import Invalid, TicketQuerySet
from helpdesk.transfer import records
from helpdesk.transfer.columns import COLUMNS
from helpdesk.transfer.exporting import job as jobs
from helpdesk.transfer.exporting.content import ORDER, WORDS, fits, most_at_once, pieces_of
from helpdesk.transfer.formats import FORMATS
from helpdesk.transfer.models import TicketExport
from helpdesk.transfer.parts import PARTS
from helpdesk.transfer.resource import TicketResource

NUMBER_OF = {form.extensions[0]: number for number, form in enumerate(FORMATS)}


class ExportForm(SelectableFieldsExportForm):
    """All columns as CSV, or what this person took out the last time."""

    parts = forms.MultipleChoiceField(
        label="In JSON Lines also",
        choices=[(name, name.capitalize()) for name in PARTS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["format"] = "0"

    def remember(self, last: TicketExport | None) -> None:
        if last:
            self.initial |= {"format": str(NUMBER_OF.get(last.format, 0)), "parts": last.parts}
            self.initial |= {f"ticketresource_{name}": name in last.columns for name in COLUMNS}


class TransferAdmin(ImportExportMixin):
    """The import and export pages of tickets. Mix it in before unfold's `ModelAdmin`."""

    resource_classes = [TicketResource]
    formats = FORMATS
    export_form_class = ExportForm
    export_template_name = "helpdesk/transfer/export.html"

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The library's page of one request; an import is a job and has pages of its own."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:helpdesk_import_new"))

    process_import = import_action

    def init_request_context_data(self, request: HttpRequest, form: ExportForm) -> dict[str, Any]:
        """The page shows what was chosen the last time."""
        form.remember(records.last_of(signed_in(request)))
        limits = {"at_once": most_at_once("csv"), "sheet_at_once": most_at_once("xlsx")}
        return super().init_request_context_data(request, form) | limits

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """The list's filters come along in the query; nonsense is dropped, and it is said."""
        try:
            Ticket.objects.all().matching(filters(request.GET), signed_in(request))
        except Invalid:
            messages.error(
                request, "The filters were not valid and are dropped: this page exports all tickets."
            )
            return HttpResponseRedirect(request.path)
        return super().export_action(request)

    def _do_file_export(
        self, file_format: Format, request: HttpRequest, queryset: TicketQuerySet, export_form: forms.Form
    ) -> HttpResponse | StreamingHttpResponse:
        """Sent while it is written, or left to the worker. A ValueError becomes a message on the page."""
        fields = self.get_export_resource_fields_from_form(export_form)
        name = file_format.get_title()
        export = TicketExport(
            owner=signed_in(request),
            channel=Channel.ADMIN,
            format=name,
            columns=[column for column in COLUMNS if column in fields],
            parts=export_form.cleaned_data["parts"] if name == "jsonl" else [],
            query={name: text for name, text in _asked(request.GET).items() if text},
        )
        if fits(export):
            return self._sent_at_once(export, file_format)
        try:
            export = jobs.ask(export)
        except jobs.ExportRefused as why:
            raise ValueError(str(why)) from why
        return HttpResponseRedirect(reverse("admin:helpdesk_export", args=[export.pk]))

    def _sent_at_once(self, export: TicketExport, file_format: Format) -> StreamingHttpResponse:
        """The first piece is made now, so that an error can still be a page."""
        pieces = pieces_of(export)
        first = next(pieces, b"")
        records.keep(export)
        response = StreamingHttpResponse(chain([first], pieces), content_type=file_format.get_content_type())
        response["Content-Disposition"] = f'attachment; filename="{export.download_name}"'
        return response


def _asked(given: QueryDict) -> dict[str, str]:
    """Filters, words and order of the list."""
    return filters(given) | {name: given.get(name, "") for name in (WORDS, ORDER)}
