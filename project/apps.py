"""Which admin site the project uses."""

from django.contrib.admin.apps import AdminConfig


class HelpdeskAdminConfig(AdminConfig):
    default_site = "project.site.HelpdeskAdminSite"
