"""Tickets in and out of the admin as files: upload, preview, confirm; and export of what the list shows."""

from itertools import chain
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import Format
from import_export.tmp_storages import BaseStorage
from unfold.contrib.import_export.forms import SelectableFieldsExportForm
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from helpdesk.admin.panel.listing import filters
from helpdesk.people import signed_in
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import Invalid, TicketQuerySet
from helpdesk.transfer import uploads
from helpdesk.transfer.columns import COLUMNS
from helpdesk.transfer.formats import FORMATS
from helpdesk.transfer.preview import TicketResult
from helpdesk.transfer.resource import TicketResource
from helpdesk.transfer.table import MAX_BYTES, MAX_ROWS
from helpdesk.transfer.unreadable import Unreadable

EXTENSIONS = {extension: number for number, form in enumerate(FORMATS) for extension in form.extensions}


class ImportForm(forms.Form):
    """One file; its format follows from its name."""

    import_file = forms.FileField(
        label="File",
        help_text=f"CSV, Excel (.xlsx) or JSON; at most {MAX_BYTES >> 20} MB and {MAX_ROWS:,} rows.",
        error_messages={
            "empty": "The file is empty. Choose a file with a header row and a row for each ticket."
        },
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ",".join(f".{name}" for name in EXTENSIONS)}),
    )

    def __init__(
        self, formats: list[type[Format]], resources: list[type[TicketResource]], **kwargs: Any
    ) -> None:
        """The formats and resources are what import-export offers to choose from; here there is no choice."""
        super().__init__(**kwargs)

    def clean_import_file(self) -> UploadedFile:
        file = self.cleaned_data["import_file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                f"The file has {file.size / (1 << 20):.1f} MB; the limit is {MAX_BYTES >> 20} MB. "
                "Split it into smaller files."
            )
        if _extension(file) not in EXTENSIONS:
            raise forms.ValidationError(
                f"Files of the kind .{_extension(file)[:20]} are not read. Choose .csv, .xlsx or .json."
            )
        return file

    def clean(self) -> dict[str, Any]:
        if file := self.cleaned_data.get("import_file"):
            self.cleaned_data["format"] = EXTENSIONS[_extension(file)]
        return self.cleaned_data


class ExportForm(SelectableFieldsExportForm):
    """All columns as CSV, unless other ones are chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["format"] = "0"


class ConfirmForm(forms.Form):
    token = forms.CharField(widget=forms.HiddenInput)
    labels_are_right = forms.BooleanField(
        required=False,
        label="The categories and priorities in this file are right: triage may learn from them",
        widget=UnfoldBooleanSwitchWidget,
    )


class UploadStorage(BaseStorage):
    """The upload as it came: nothing is kept before there is something to confirm."""

    def __init__(self, file: UploadedFile) -> None:
        super().__init__(name=file.name)
        self.file = file

    def read(self) -> bytes:
        self.file.seek(0)
        return self.file.read()


class TransferAdmin(ImportExportMixin):
    """The import and export pages of tickets. Mix it in before unfold's `ModelAdmin`."""

    resource_classes = [TicketResource]
    formats = FORMATS
    import_form_class = ImportForm
    confirm_form_class = ConfirmForm
    export_form_class = ExportForm
    import_template_name = "helpdesk/transfer/import.html"
    export_template_name = "helpdesk/transfer/export.html"

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"columns": COLUMNS}

    def write_to_tmp_storage(self, import_file: UploadedFile, input_format: Format) -> UploadStorage:
        return UploadStorage(import_file)

    def add_data_read_fail_error_to_form(self, form: ImportForm, e: Exception) -> None:
        """The library asks here what to say of any exception; ours are the only ones that are expected."""
        if not isinstance(e, Unreadable):
            raise e
        form.add_error("import_file", str(e))

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The upload page; with a file, its preview, and the token to confirm it if it would do something."""
        response = super().import_action(request, **kwargs)
        context = response.context_data
        if "confirm_form" in context:
            del context["confirm_form"]
            result: TicketResult = context["result"]
            if result.new or result.changed or result.agreed:
                form = context["form"].cleaned_data
                content = UploadStorage(form["import_file"]).read()
                upload = uploads.Upload(content, form["format"], result.digest)
                token = uploads.keep(upload, signed_in(request))
                context["confirm_form"] = ConfirmForm(initial={"token": token})
        return response

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Import the file that was previewed, once."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        user = signed_in(request)
        try:
            with uploads.taken(request.POST.get("token", ""), user) as upload:
                table = FORMATS[upload.format]().create_dataset(upload.content)
                result = TicketResource().import_data(
                    table,
                    user=user,
                    expected=upload.digest,
                    confirmed="labels_are_right" in request.POST,
                )
        except (uploads.Gone, Unreadable) as error:
            return self._back_to_import(request, str(error))
        if result.has_errors():
            return self._back_to_import(request, result.base_errors[0].error)
        return self.process_result(result, request)

    def add_success_message(self, result: TicketResult, request: HttpRequest) -> None:
        messages.success(
            request,
            f"Imported: {result.new:,} new, {result.changed:,} changed, {result.unchanged:,} unchanged.",
        )

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

    def _back_to_import(self, request: HttpRequest, reason: str) -> HttpResponse:
        messages.error(request, reason)
        return HttpResponseRedirect(reverse("admin:helpdesk_ticket_import"))


def _extension(file: UploadedFile) -> str:
    return Path(file.name or "").suffix.removeprefix(".").lower()
