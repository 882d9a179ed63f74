"""What a person does with an import: each is a POST, answered by its page and a message."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from helpdesk.admin.imports.views import find, undo_forecast
from helpdesk.choices import Channel, ImportState
from helpdesk.people import signed_in
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.models import Import


def start(request: HttpRequest, pk: int) -> HttpResponse:
    job = find(request, pk)
    if request.method == "POST":  # whoever had to sign in on the way comes by GET, and sees the page
        try:
            jobs.start(
                job,
                all_or_nothing=request.POST.get("refused") != "leave",
                labels_right="labels_right" in request.POST,
            )
        except jobs.Refused as why:
            messages.error(request, str(why))
    return _back(job)


def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    job = find(request, pk)
    if request.method == "POST":
        try:
            jobs.cancel(job)
            rest = "" if job.state == ImportState.CANCELLED else " What it has written is being taken back."
            messages.success(request, f"{job.name} is cancelled.{rest}")
        except jobs.Refused as why:
            messages.error(request, str(why))
    return _back(job)


def resume(request: HttpRequest, pk: int) -> HttpResponse:
    job = find(request, pk)
    if request.method == "POST":
        try:
            jobs.resume(job)
        except jobs.Refused as why:
            messages.error(request, str(why))
    return _back(job)


def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first, with what would happen; one click more does it."""
    job = find(request, pk)
    if request.method == "POST":
        try:
            jobs.undo_all(job, actor=signed_in(request), channel=Channel.ADMIN)
        except jobs.Refused as why:
            messages.error(request, str(why))
        return _back(job)
    context = {
        **admin.site.each_context(request),
        "title": f"Undo {job.name}",
        "job": job,
        **undo_forecast(job),
    }
    return render(request, "helpdesk/imports/undo.html", context)


def _back(job: Import) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:helpdesk_import", args=[job.pk]))
