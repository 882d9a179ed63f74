"""Files that people gave to the desk, where they lie in a folder: what Django's default storage keeps."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage, storages

from helpdesk.operations.archive import Backup, BackupRefused, Writer

MEMBERS = "files/"
STAGE = ".helpdesk-restore"  # in the folder itself, which may be a disk of its own


def folder() -> Path | None:
    """None when the storage keeps its files elsewhere: in memory, or with another service."""
    storage = storages["default"]
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def add_to(archive: Writer) -> None:
    """All of them, after the state of the database was fixed: what that names is there."""
    home = folder()
    for file in home.rglob("*") if home else ():
        name = file.relative_to(home or file)
        # One that somebody deletes meanwhile is not missed.
        with suppress(FileNotFoundError):
            if file.is_file() and not file.is_symlink() and name.parts[0] != STAGE:
                with file.open("rb") as stream:
                    archive.add(MEMBERS + name.as_posix(), stream)


@contextmanager
def staged(backup: Backup) -> Iterator[dict[Path, Path]]:
    """Unpack the files beside those of today: where each lies, and where it belongs.

    Raises BackupRefused when there is no place for them.
    """
    names = [name for name in backup.sums if name.startswith(MEMBERS)]
    home = folder()
    if names and not home:
        raise BackupRefused(
            f"{backup.file} holds stored files ({len(names)}), and the default storage of this desk keeps "
            "none in a folder. Set FileSystemStorage in STORAGES, then restore it."
        )
    if not (names and home):
        yield {}
        return
    stage = home / STAGE
    try:
        yield dict(_unpacked(backup, names, home))
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _unpacked(backup: Backup, names: list[str], home: Path) -> Iterator[tuple[Path, Path]]:
    stage = home / STAGE
    shutil.rmtree(stage, ignore_errors=True)
    for number, name in enumerate(names):
        try:
            place = Path(storages["default"].path(name.removeprefix(MEMBERS)))
        except SuspiciousFileOperation:
            raise BackupRefused(
                f"{backup.file} holds a file outside the folder of stored files. Use another backup."
            ) from None
        stage.mkdir(parents=True, exist_ok=True)
        with backup.open(name) as source, (stage / str(number)).open("wb") as target:
            shutil.copyfileobj(source, target)
        yield stage / str(number), place


def put_in_place(files: dict[Path, Path]) -> None:
    """Files that the backup does not know stay: nothing of the restored database names them."""
    for source, place in files.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        source.replace(place)
