"""A whole file of tickets, written at once."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction

from helpdesk import intake
from helpdesk.choices import Channel
from helpdesk.tickets import changes


def write(
    new: Sequence[Mapping[str, Any]],
    changes_by_id: Mapping[int, Mapping[str, Any]],
    *,
    actor: User,
    confirmed: bool = False,
) -> None:
    """Make the new tickets and change the known ones, all or none, as one batch.

    `confirmed`: the person importing says that the labels in the file are right, and may be learned from.
    Blank labels are filled before the transaction begins: classifying takes longer than writing, and SQLite
    lets nobody else write meanwhile.
    """
    by = {"actor": actor, "channel": Channel.IMPORT, "batch": uuid4(), "confirmed": confirmed}
    drafts = [intake.draft(row) for row in new]
    with transaction.atomic():
        for start in range(0, len(drafts), changes.CHUNK):
            intake.create_many(drafts[start : start + changes.CHUNK], **by)
        changes.update_each(changes_by_id, **by)
