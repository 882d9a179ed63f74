"""A file comes in: it is kept, and the worker is told."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import File
from django.db import transaction

from helpdesk.choices import Channel
from helpdesk.transfer.importing.job import Refused, go_on
from helpdesk.transfer.importing.retention import sweep
from helpdesk.transfer.models import Import

NAME_LENGTH = 200


def receive(
    file: File, name: str, *, owner: User, channel: Channel, waits_in: str = "", **chosen: Any
) -> Import:
    """Keep the file and let the worker read it; `chosen` are columns of `Import`.

    `waits_in` is the state in which a person is asked; without it the import runs to its end. Raises
    `Refused` for a file that is empty or too large, and OSError where the storage cannot take it.
    """
    job = Import(
        owner=owner,
        channel=channel,
        name=name.replace("\0", "")[-NAME_LENGTH:] or "file",
        size=_size(file),
        digest=digest_of(file, {**chosen, "waits_in": waits_in}) if chosen.get("key") else "",
        waits_in=waits_in,
        **chosen,
    )
    job.file.save(job.name, file, save=False)
    try:
        with transaction.atomic():
            job.save()
            go_on.enqueue(job.pk)
            sweep.enqueue()
    except BaseException:
        job.file.delete(save=False)
        raise
    return job


def _size(file: File) -> int:
    """In bytes; raises `Refused` for none or too many."""
    size = file.size or 0
    if not size:
        raise Refused("The file is empty. Choose a file with a header row and a row for each ticket.")
    if size > settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES >> 20
        raise Refused(
            f"The file has {size / (1 << 20):,.0f} MB; the limit is {limit:,} MB. Split it into smaller ones."
        )
    return size


def digest_of(file: File, chosen: Mapping[str, Any]) -> str:
    """The same for the same file with the same choices."""
    digest = hashlib.sha256(json.dumps(dict(chosen), sort_keys=True).encode())
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()
