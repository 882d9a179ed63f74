"""The pages on which a person settles the columns and the values of a file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from helpdesk.admin.imports import columns, values
from helpdesk.admin.imports.views import find, shown
from helpdesk.choices import ImportState
from helpdesk.people import staff_by_name
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.mapping.choosing import choose
from helpdesk.transfer.mapping.plan import ImportMapping
from helpdesk.transfer.mapping.scan import Scan
from helpdesk.transfer.models import Import
from helpdesk.transfer.reading.source import Reading

SETTLING = (ImportState.MAPPING, ImportState.READY)


@require_http_methods(["GET", "HEAD", "POST"])
def columns_view(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column becomes, and how the file is read."""
    job = find(request, pk)
    if job.state not in SETTLING or job.scan is None:
        return _to("helpdesk_import", job)
    scan, mapping = Scan.from_json(job.scan), ImportMapping.from_json(job.mapping or {})
    error = ""
    if request.method == "POST":
        try:
            if "read" in request.POST:
                return _read_again(request.POST, job)
            mapping = _chosen(job, scan, mapping, columns.chosen(request.POST, scan, mapping))
            return _to("helpdesk_import_values", job)
        except (ValueError, jobs.Refused) as refused:
            error = str(refused)
            mapping = columns.as_sent(request.POST, scan, mapping)
    context = {
        "title": "Import",
        "step": 2,
        "job": job,
        "error": error,
        **columns.context(job, scan, mapping),
    }
    return shown(request, "helpdesk/imports/columns.html", context, 400 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def values_view(request: HttpRequest, pk: int) -> HttpResponse:
    """What each text becomes, and how dates are read; then the preview is made."""
    job = find(request, pk)
    if job.state not in SETTLING or job.scan is None:
        return _to("helpdesk_import", job)
    scan, mapping = Scan.from_json(job.scan), ImportMapping.from_json(job.mapping or {})
    error = ""
    if request.method == "POST":
        try:
            mapping = _chosen(job, scan, mapping, values.chosen(request.POST, scan, mapping))
            if "again" in request.POST:
                return _to("helpdesk_import_values", job)
            jobs.judge(job, waits_in=ImportState.READY)
            return _to("helpdesk_import", job)
        except (ValueError, jobs.Refused) as refused:
            error = str(refused)
    context = {"title": "Import", "step": 3, "job": job, "error": error}
    context |= values.context(scan, mapping)
    return shown(request, "helpdesk/imports/values.html", context, 400 if error else 200)


def _chosen(job: Import, scan: Scan, mapping: ImportMapping, choices: dict[str, Any]) -> ImportMapping:
    """Keep the choices with the import; raises ValueError for those that do not fit, and `Refused`."""
    settled = choose(scan, mapping, choices, staff_by_name())
    jobs.settle(job, settled.to_json())
    return settled


def _read_again(sent: QueryDict, job: Import) -> HttpResponse:
    chosen = {name: sent.get(name, "") for name in ("encoding", "delimiter", "header", "sheet")}
    reading = Reading.from_json({**chosen, "kind": job.reading.get("kind", "")})
    jobs.read_again(job, reading.to_json(), profile=sent.get("profile", ""))
    return _to("helpdesk_import", job)


def _to(name: str, job: Import) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"admin:{name}", args=[job.pk]))
