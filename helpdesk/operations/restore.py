"""Restoring a backup: all of it is read and checked first, then today's desk is replaced in one step.

An older backup gets the migrations that it lacks before it takes its place. What fails changes nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.core.cache import caches
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import DatabaseError, DataError, IntegrityError, InternalError, NotSupportedError, connection
from django.db.migrations.loader import MigrationLoader

from helpdesk.operations import archive, preparation, stored_files, successors
from helpdesk.operations.archive import Backup, BackupRefused
from helpdesk.operations.backup import DECLINED, known, remember
from helpdesk.operations.models import LastBackup
from helpdesk.operations.obstacles import reason

KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@contextmanager
def checked(file: Path) -> Iterator[Backup]:
    """A backup that is whole and fits this desk; raises BackupRefused for any other."""
    with archive.opened(file) as backup:
        require_fitting(backup)
        backup.verify()
        yield backup


def require_fitting(backup: Backup) -> None:
    manifest = backup.manifest
    if manifest.kind != connection.vendor:
        raise BackupRefused(
            f"{backup.file} is a backup of {KINDS.get(manifest.kind, manifest.kind)}, and DATABASE_URL names "
            f"{connection.display_name}. Restore it into a database of its own kind."
        )
    if connection.vendor == "sqlite" and ":memory:" in str(connection.settings_dict["NAME"]):
        raise BackupRefused(DECLINED)
    loader = MigrationLoader(None)
    if unknown := [name for name in manifest.migrations if name not in known(loader)]:
        raise BackupRefused(
            f"{backup.file} was made by a newer release of Helpdesk ({'.'.join(unknown[0])} is not known "
            "here). Install that release, then restore it."
        )
    members = {name.split("/")[0] for name in backup.sums}
    parts = {"sqlite": {"database.sqlite3"}, "postgresql": {"tables"}}[manifest.kind]
    if members - {"files"} != parts:
        raise BackupRefused(f"{backup.file} holds no database. Use another backup.")


def run(backup: Backup, tell: Callable[[str], object]) -> None:
    """Replace the desk by the one in the backup; raises BackupRefused, and all is as before."""
    successor = {"sqlite": successors.sqlite_successor, "postgresql": successors.postgresql_successor}
    with preparation.alone(tell):
        successors.require_alone()
        last = newest_backup(backup)
        try:
            with stored_files.staged(backup) as files:
                with successor[connection.vendor](backup):
                    # Not our own command, which would wait for the lock that we hold.
                    call_command(migrate.Command(), interactive=False, verbosity=0)
                    caches["shared"].clear()
                    remember(*last)
                stored_files.put_in_place(files)
        except OSError as error:
            raise BackupRefused(
                f"The backup cannot be unpacked beside the database and its files: {error.strerror}. "
                "See that their disks have room and may be written to, and restore it again."
            ) from error
        except (DataError, IntegrityError) as error:
            raise BackupRefused(
                f"{backup.file} is damaged: its rows do not fit together ({reason(error)}). "
                "Use another backup."
            ) from error
        except (InternalError, NotSupportedError) as error:
            raise BackupRefused(
                f"Something else in the database hangs on the tables of Helpdesk: {reason(error)}. "
                "Remove it, restore, and make it again."
            ) from error


def newest_backup(backup: Backup) -> tuple[datetime, int, str]:
    """Time, size and file. What the restored desk knew is older than the backup it came from."""
    restored = (backup.manifest.made_at, backup.size, str(backup.file))
    try:
        today = LastBackup.objects.values_list("made_at", "size", "file").first()
    except DatabaseError:  # it is empty, older, or what makes a restore necessary
        return restored
    return max(restored, today) if today else restored
