"""The page "System": how the desk is run, for whoever runs it."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from helpdesk import permissions
from helpdesk.operations import system


@require_safe
def system_view(request: HttpRequest) -> HttpResponse:
    if not permissions.can_view_system(request.user):
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": "System",
        "sections": [
            ("versions", "Versions", system.versions()),
            ("database", "Database", system.database()),
            ("work", "Background work", system.work()),
            ("disks", "Disk space", system.disks()),
        ],
        "findings": system.findings(),
        "can_manage_jobs": permissions.can_manage_jobs(request.user),
    }
    return render(request, "helpdesk/system.html", context)
