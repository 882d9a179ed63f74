"""The addresses of imports, below ``/admin/imports/``. Their names belong to the admin site."""

from django.contrib import admin
from django.urls import path

from helpdesk.admin.imports import actions, choices, views

guarded = admin.site.admin_view

urlpatterns = [
    path("", guarded(views.list_view), name="helpdesk_imports"),
    path("new/", guarded(views.upload_view), name="helpdesk_import_new"),
    path("<int:pk>/", guarded(views.page_view), name="helpdesk_import"),
    path("<int:pk>/columns/", guarded(choices.columns_view), name="helpdesk_import_columns"),
    path("<int:pk>/values/", guarded(choices.values_view), name="helpdesk_import_values"),
    path("<int:pk>/progress/", guarded(views.progress_view), name="helpdesk_import_progress"),
    path("<int:pk>/refused/", guarded(views.refused_view), name="helpdesk_import_refused"),
    path("<int:pk>/start/", guarded(actions.start), name="helpdesk_import_start"),
    path("<int:pk>/cancel/", guarded(actions.cancel), name="helpdesk_import_cancel"),
    path("<int:pk>/resume/", guarded(actions.resume), name="helpdesk_import_resume"),
    path("<int:pk>/undo/", guarded(actions.undo), name="helpdesk_import_undo"),
]
