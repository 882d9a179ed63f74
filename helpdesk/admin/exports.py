"""The pages of exports: who took what out, how far a large one is, and its file while there is one."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from helpdesk import permissions
from helpdesk.choices import UNFINISHED, JobState
from helpdesk.people import signed_in
from helpdesk.transfer.exporting import job as jobs
from helpdesk.transfer.exporting.content import BY_EXTENSION
from helpdesk.transfer.models import TicketExport

PER_PAGE = 25


def seen(request: HttpRequest) -> QuerySet[TicketExport]:
    """The exports that this person may see; raises PermissionDenied for those who may not export."""
    user = signed_in(request)
    if not permissions.can_export(user):
        raise PermissionDenied
    return jobs.visible_to(user, sees_all=permissions.can_see_all_exports(user))


@require_safe
def list_view(request: HttpRequest) -> HttpResponse:
    exports = seen(request)
    page = Paginator(exports.exclude(state__in=UNFINISHED), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": "Exports",
        "page": page,
        "lines": [_told(export) for export in page],
        "working": [
            render_to_string("helpdesk/exports/card.html", _told(export), request)
            for export in exports.filter(state__in=UNFINISHED)[:PER_PAGE]
        ],
    }
    return _shown(request, "helpdesk/exports/list.html", context)


@require_safe
def page_view(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(seen(request), pk=pk))


@require_safe
def progress_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of an export that is being written, which asks for itself; its end is shown by the page."""
    export = get_object_or_404(seen(request), pk=pk)
    response = render(request, "helpdesk/exports/card.html", _told(export))
    if export.state not in UNFINISHED:
        response["HX-Refresh"] = "true"
    return response


@require_safe
def download_view(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The file; without one its page, which says why."""
    export = get_object_or_404(seen(request), pk=pk)
    if not export.is_fetchable:
        return _page(request, export, 404 if export.state in UNFINISHED else 410)
    try:
        file = export.file.open("rb")
    except FileNotFoundError:
        messages.error(request, "The file is not in the storage any more. Export the tickets again.")
        return _page(request, export, 410)
    content_type = BY_EXTENSION[export.format].content_type
    return FileResponse(file, as_attachment=True, filename=export.download_name, content_type=content_type)


def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel it, or remove its file."""
    export = get_object_or_404(seen(request), pk=pk)
    if request.method == "POST":  # whoever had to sign in on the way comes by GET, and sees the page
        try:
            jobs.remove(export)
            was_written = export.state == JobState.DONE
            messages.success(request, "The file is removed." if was_written else "The export is cancelled.")
        except jobs.ExportRefused as why:
            messages.error(request, str(why))
    return HttpResponseRedirect(reverse("admin:helpdesk_export", args=[export.pk]))


def _page(request: HttpRequest, export: TicketExport, status: int = 200) -> HttpResponse:
    context = {"title": "Export", **_told(export)}
    return _shown(request, "helpdesk/exports/page.html", context, status)


def _told(export: TicketExport) -> dict[str, Any]:
    """What every part about an export says of it."""
    return {
        "export": export,
        "is_at_work": export.state in UNFINISHED,
        "is_left_alone": jobs.is_left_alone(export),
        "percent": min(100, export.rows * 100 // export.total) if export.total else 0,
        "filters": ", ".join(f"{name}: {text}" for name, text in export.query.items()),
        "again": f"{reverse('admin:helpdesk_ticket_export')}?{urlencode(export.query)}",
        "standing": _standing(export),
    }


def _standing(export: TicketExport) -> str:
    """In one or two words, whatever its state."""
    if export.state != JobState.DONE:
        return str(export.get_state_display())
    if export.expires_at is None:
        return "Sent at once"
    if export.is_fetchable:
        return "Ready"
    return "Expired" if export.expires_at <= timezone.now() else "Removed"


def _shown(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {**admin.site.each_context(request), "days": settings.EXPORT_DAYS, **context}
    return render(request, template, context, status=status)


guarded = admin.site.admin_view
urlpatterns = [
    path("", guarded(list_view), name="helpdesk_exports"),
    path("<int:pk>/", guarded(page_view), name="helpdesk_export"),
    path("<int:pk>/progress/", guarded(progress_view), name="helpdesk_export_progress"),
    path("<int:pk>/download/", guarded(download_view), name="helpdesk_export_download"),
    path("<int:pk>/remove/", guarded(remove), name="helpdesk_export_remove"),
]
