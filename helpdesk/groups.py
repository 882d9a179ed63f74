"""The three groups a new desk starts with, and what each may do."""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

VIEWER = ["view_ticket", "view_comment", "view_event", "view_suggestion"]
AGENT = [*VIEWER, "add_ticket", "change_ticket", "add_comment", "suggest_ticket"]
LEAD = [
    *AGENT,
    "delete_ticket",
    "bulk_ticket",
    "import_ticket",
    "export_ticket",
    "change_triagemodel",
    "manage_jobs",
    "view_authtoken",
    "add_authtoken",
    "delete_authtoken",
]
GROUPS = {"Viewer": VIEWER, "Agent": AGENT, "Lead": LEAD}


def create_groups(using: str, **kwargs: Any) -> None:
    """Create missing groups after a migration; a group that exists keeps what its desk made of it."""
    for app in ("helpdesk", "knox"):
        create_permissions(apps.get_app_config(app), verbosity=0, using=using)
    for name, codenames in GROUPS.items():
        group, created = Group.objects.using(using).get_or_create(name=name)
        if created:
            ours = Q(content_type__app_label__in=["helpdesk", "knox"], codename__in=codenames)
            group.permissions.set(Permission.objects.using(using).filter(ours))
