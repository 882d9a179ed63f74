"""A file between its preview and its confirmation: kept for an hour, taken once, by the person who sent it.

The browser holds a signed ticket for it, so that neither the name of the file nor anything else about it can
be made up; the file itself lies in the temporary directory, which all processes of one server share.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.core import signing

PREFIX = "helpdesk-import-"
LIFETIME = 60 * 60
SALT = "helpdesk.import"
GONE = (
    "This upload was imported already, or it is older than an hour. Look at the ticket list; "
    "if its tickets are missing, upload the file again."
)


class Gone(Exception):
    """There is nothing to import any more; the message says what to do."""


@dataclass(frozen=True)
class Upload:
    """A file, the number of its format, and the digest of the preview that was shown for it."""

    content: bytes
    format: int
    digest: str


def keep(upload: Upload, user: User) -> str:
    """Keep the file and return the token for it."""
    _sweep()
    with tempfile.NamedTemporaryFile(prefix=PREFIX, delete=False) as file:
        file.write(upload.content)
    about = {"name": Path(file.name).name, "user": user.pk, "format": upload.format, "digest": upload.digest}
    return signing.dumps(about, salt=SALT)


@contextmanager
def taken(token: str, user: User) -> Iterator[Upload]:
    """Take the file for good, unless the block fails; raises Gone if another request has taken it."""
    try:
        about = signing.loads(token, salt=SALT, max_age=LIFETIME)
        if about["user"] != user.pk:
            raise Gone(GONE)
        path = _directory() / about["name"]
        mine = path.rename(path.with_suffix(".taken"))
    except (signing.BadSignature, FileNotFoundError):
        raise Gone(GONE) from None
    try:
        yield Upload(mine.read_bytes(), about["format"], about["digest"])
    except BaseException:
        mine.rename(path)
        raise
    mine.unlink()


def _sweep() -> None:
    """Remove what nobody confirmed."""
    oldest = time.time() - LIFETIME
    for path in _directory().glob(f"{PREFIX}*"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:
            continue  # another process was faster


def _directory() -> Path:
    return Path(tempfile.gettempdir())
