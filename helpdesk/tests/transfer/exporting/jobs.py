"""Exports as people ask for them, and as the worker writes them."""

from typing import Any
from unittest.mock import patch

from django.contrib.auth.models import User
from django.core.files.storage import default_storage

from helpdesk.choices import Channel
from helpdesk.transfer.exporting import job as jobs
from helpdesk.transfer.models import TicketExport


def wanted(owner: User, **how: Any) -> TicketExport:
    ordinary = {"channel": Channel.ADMIN, "format": "csv", "columns": ["id", "title"]}
    return TicketExport(owner=owner, **ordinary | how)


def run(export: TicketExport) -> TicketExport:
    """As the worker does it, but for telling how far it is: another connection sees nothing of a test's."""
    with patch.object(jobs, "TELL_SECONDS", 600):
        jobs.write.call(export.pk)
    export.refresh_from_db()
    return export


def stored() -> list[str]:
    """The files of exports in the storage."""
    if not default_storage.exists("ticketexports"):
        return []
    return default_storage.listdir("ticketexports")[1]
