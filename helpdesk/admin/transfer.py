"""Export of what the list shows, and the way from the list to the imports."""

from itertools import chain
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import Format
from unfold.contrib.import_export.forms import SelectableFieldsExportForm

from helpdesk.admin.panel.listing import filters
from helpdesk.people import signed_in
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import Invalid, TicketQuerySet
from helpdesk.transfer.formats import FORMATS
from helpdesk.transfer.resource import TicketResource


class ExportForm(SelectableFieldsExportForm):
    """All columns as CSV, unless other ones are chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["format"] = "0"


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
    ) -> StreamingHttpResponse:
        """Sent while it is written. The first piece is made now, so that an error can still be a page."""
        fields = self.get_export_resource_fields_from_form(export_form)
        pieces = iter(file_format.export_data(TicketResource().export(queryset, export_fields=fields)))
        response = StreamingHttpResponse(
            chain([next(pieces)], pieces), content_type=file_format.get_content_type()
        )
        name = f"tickets-{timezone.localdate().isoformat()}.{file_format.get_extension()}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
