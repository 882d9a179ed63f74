"""The pages of imports: all of them, the upload, one with its preview, and how far it is."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk import permissions
from helpdesk.admin.imports import rows
from helpdesk.choices import AT_WORK, Channel, ImportState, Standing
from helpdesk.people import signed_in
from helpdesk.tickets import undo
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.importing import reception, report
from helpdesk.transfer.models import Import
from helpdesk.transfer.unreadable import Unreadable

PER_PAGE = 25
KINDS = ".csv,.tsv,.txt,.xlsx,.json,.jsonl"
STEPS = ("File", "Columns", "Values", "Preview", "Import")


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File",
        error_messages={
            "empty": "The file is empty. Choose a file with a header row and a row for each ticket.",
            "required": "Choose a file.",
        },
        widget=forms.FileInput(attrs={"accept": KINDS}),
    )


def importer(request: HttpRequest) -> User:
    """Who asks; raises PermissionDenied for those who may not import."""
    user = signed_in(request)
    if not permissions.can_import(user):
        raise PermissionDenied
    return user


def find(request: HttpRequest, pk: int) -> Import:
    """An import that this person may see; raises Http404."""
    user = importer(request)
    seen = report.visible_to(user, sees_all=permissions.can_see_all_imports(user))
    return get_object_or_404(seen, pk=pk)


@require_safe
def list_view(request: HttpRequest) -> HttpResponse:
    user = importer(request)
    jobs_seen = report.visible_to(user, sees_all=permissions.can_see_all_imports(user))
    page = Paginator(jobs_seen.exclude(state__in=AT_WORK), PER_PAGE).get_page(request.GET.get("page"))
    working = [
        render_to_string("helpdesk/imports/progress.html", _told(job), request)
        for job in jobs_seen.filter(state__in=AT_WORK)[:PER_PAGE]
    ]
    context = {"title": "Imports", "page": page, "working": working, "is_list": True}
    return shown(request, "helpdesk/imports/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_view(request: HttpRequest) -> HttpResponse:
    """Choose a file; it is kept, and the worker reads it."""
    user = importer(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = reception.receive(
                file, file.name, owner=user, channel=Channel.ADMIN, waits_in=ImportState.MAPPING
            )
        except jobs.Refused as reason:
            form.add_error("file", str(reason))
        except OSError:
            form.add_error("file", "There is no room for it on the server. Ask whoever runs the desk.")
        else:
            return HttpResponseRedirect(reverse("admin:helpdesk_import", args=[job.pk]))
    limits = {"megabytes": settings.IMPORT_MAX_BYTES >> 20, "rows": settings.IMPORT_MAX_ROWS}
    context = {"title": "Import a file", "form": form, "step": 1, **limits}
    return shown(request, "helpdesk/imports/upload.html", context, 400 if form.errors else 200)


@require_safe
def page_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One import, whatever its state: its progress, or its preview, or what became of it."""
    job = find(request, pk)
    context = _told(job) | {"title": "Import", "step": 4 if job.state == ImportState.READY else 5}
    if job.state == ImportState.MAPPING:
        return HttpResponseRedirect(reverse("admin:helpdesk_import_columns", args=[job.pk]))
    if job.state in (ImportState.SCANNING, ImportState.JUDGING):
        context["step"] = 2
    if job.rows.exists() and job.state not in (ImportState.JUDGING, ImportState.SCANNING):
        tab = request.GET.get("tab", "")
        tab = tab if tab in {*Standing.values, rows.WARNED} else rows.first_tab(job)
        page, lines = rows.page_of(job, tab, request.GET.get("page", ""))
        context |= {
            "tabs": rows.tabs(job),
            "tab": tab,
            "page": page,
            "lines": lines,
            "mistakes": report.mistakes(job, warnings=tab == rows.WARNED),
        }
    return shown(request, "helpdesk/imports/page.html", context)


@require_safe
def progress_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of an import at work, which asks for itself; when the work is done the page is shown anew."""
    job = find(request, pk)
    response = render(request, "helpdesk/imports/progress.html", _told(job))
    if job.state not in AT_WORK:
        response["HX-Refresh"] = "true"
    return response


@require_safe
def refused_view(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    job = find(request, pk)
    try:
        lines = report.refused_rows(job)
    except Unreadable as gone:
        return HttpResponse(str(gone), status=410, content_type="text/plain; charset=utf-8")
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-{job.pk}.csv"'
    return response


def _told(job: Import) -> dict[str, Any]:
    """What every part about an import says of it."""
    total = job.new + job.changed
    written, undone = job.done_new + job.done_changed, jobs.taken_back(job)
    done = written + job.done_skipped
    return {
        "job": job,
        "is_at_work": job.state in AT_WORK,
        "is_running": job.state == ImportState.RUNNING,
        "is_left_alone": jobs.is_left_alone(job),
        "total": total,
        "done": done,
        "percent": min(100, done * 100 // total) if total else 0,
        "undone": undone,
        "has_tickets": written > (undone.removed if undone else 0),
        "can_undo": job.state in (ImportState.DONE, ImportState.FAILED)
        and bool(written)
        and not jobs.is_too_old(job),
        "can_resume": job.state == ImportState.FAILED and job.started_at is not None,
        "can_cancel": job.state in (*jobs.UNWRITTEN, ImportState.RUNNING),
    }


def undo_forecast(job: Import) -> dict[str, int]:
    """What an undo would do now."""
    touched = undo.touched(job.batch)
    return {"total": job.done_new + job.done_changed, "touched": touched}


def shown(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {**admin.site.each_context(request), "steps": list(enumerate(STEPS, 1)), **context}
    return render(request, template, context, status=status)
