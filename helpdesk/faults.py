"""What is wrong with the database, or its disk, when it fails, and what to do about it."""

import errno
import logging
import sqlite3
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError


@dataclass(frozen=True)
class Fault:
    """A failure of the database that is no mistake of the program.

    `code` is for programs, `detail` for whoever sent the request, `cure` for the operator. `retry_after` is
    in seconds.
    """

    code: str
    detail: str
    cure: str
    retry_after: int
    level: int = logging.ERROR


TIMEOUT = Fault(
    "database_timeout",
    "The database took too long to answer. Narrow the filters, or try again in a few seconds.",
    "A statement took longer than DATABASE_STATEMENT_TIMEOUT. "
    "Raise it if this happens often, or see what keeps the database busy.",
    retry_after=5,
    level=logging.WARNING,
)
LOCKED = Fault(
    "database_locked",
    "Somebody else was writing for so long that this had to give up. Try again in a few seconds.",
    "Another process holds a lock on the database. End the import, backup or shell that has kept it open.",
    retry_after=5,
    level=logging.WARNING,
)
UNREACHABLE = Fault(
    "database_unreachable",
    "Helpdesk cannot reach its database. Try again in a minute; if it stays so, tell your administrator.",
    "The database does not answer. Check DATABASE_URL and that the database runs.",
    retry_after=10,
)
FULL = Fault(
    "database_full",
    "There is no space left to save anything. Tell your administrator, and try again later.",
    "A disk is full: the one of the database, or the one of temporary files. Free some space on it.",
    retry_after=60,
)
READ_ONLY = Fault(
    "database_read_only",
    "Helpdesk can be read but not changed at the moment. Tell your administrator, and try again later.",
    "The database refuses to be written. Check who may write to its file and folder, and that it is neither "
    "a standby nor set to read-only.",
    retry_after=60,
)
UNMIGRATED = Fault(
    "database_unmigrated",
    "The database does not fit this version of Helpdesk. Tell your administrator, and try again later.",
    "Tables or columns are missing. Run manage.py migrate.",
    retry_after=60,
)

# https://www.postgresql.org/docs/current/errcodes-appendix.html; two characters are a whole class.
_POSTGRESQL = {
    "57014": TIMEOUT,
    "40001": LOCKED,
    "40P01": LOCKED,
    "55P03": LOCKED,
    "08": UNREACHABLE,
    "28": UNREACHABLE,
    "3D000": UNREACHABLE,
    "53300": UNREACHABLE,
    "57P": UNREACHABLE,
    "53100": FULL,
    "25006": READ_ONLY,
    "42P01": UNMIGRATED,
    "42703": UNMIGRATED,
}
# The low byte of an extended code is the primary one: https://sqlite.org/rescode.html
_SQLITE = {
    sqlite3.SQLITE_INTERRUPT: TIMEOUT,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_PERM: UNREACHABLE,
    sqlite3.SQLITE_CANTOPEN: UNREACHABLE,
    sqlite3.SQLITE_NOTADB: UNREACHABLE,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE: FULL,  # the index of the log could not grow
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_READONLY_DBMOVED: UNREACHABLE,
}
_SYSTEM = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: READ_ONLY}
_MISSING_IN_SQLITE = ("no such table: ", "no such column: ", " has no column named ")


def fault_of(error: BaseException | None) -> Fault | None:
    """Which fault an error of Django's database layer, or of a disk, stands for.

    None for all others: those are mistakes of the program.
    """
    if isinstance(error, OSError):
        return _SYSTEM.get(error.errno or 0)
    cause = getattr(error, "__cause__", None)
    if isinstance(cause, sqlite3.Error):
        return _sqlite_fault(cause)
    if cause and hasattr(cause, "pgcode"):
        lost = isinstance(error, OperationalError | InterfaceError)
        return _postgresql_fault(cause.pgcode, lost=lost)
    return None


def first_line(error: BaseException) -> str:
    """What the database said, for the log: the driver adds the statement and hints on lines of their own."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def _sqlite_fault(error: sqlite3.Error) -> Fault | None:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    if code == sqlite3.SQLITE_ERROR and any(sign in str(error) for sign in _MISSING_IN_SQLITE):
        return UNMIGRATED
    return _SQLITE.get(code) or _SQLITE.get(code & 0xFF)


def _postgresql_fault(code: str | None, *, lost: bool) -> Fault | None:
    """A connection that cannot be made, or was cut, comes without a code."""
    if code is None:
        return UNREACHABLE if lost else None
    return next((fault for begin, fault in _POSTGRESQL.items() if code.startswith(begin)), None)
