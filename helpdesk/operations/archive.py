"""The file of a backup: a ZIP of the database and the stored files, with a manifest that vouches for each.

It is written and read as a stream, whatever its size, and appears under its name only when it is whole.
"""

import fcntl
import json
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from helpdesk.operations.obstacles import user

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024
# What reading a ZIP that is cut off, changed or none at all may raise.
BROKEN = (
    BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
    RuntimeError,
)


class BackupRefused(Exception):
    """A backup cannot be made or restored, and all is as it was; the message says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `kind` is Django's name of the database."""

    kind: str
    made_at: datetime
    release: str
    tickets: int
    migrations: list[tuple[str, str]]
    tables: dict[str, list[str]]  # the columns of each, of PostgreSQL only
    sequences: list[tuple[str, str, int, bool]]  # table, column, last value, whether that was given out


@dataclass(frozen=True)
class Sum:
    """The size in bytes of a member, and its SHA-256."""

    size: int
    sha256: str


class SummingStream:
    """Takes what is written to it to another stream, and sums it up."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.size, self.hash = stream, 0, sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.hash.update(data)
        return self.stream.write(data)

    def sum(self) -> Sum:
        return Sum(self.size, self.hash.hexdigest())


class Writer:
    def __init__(self, archive: ZipFile) -> None:
        self.archive = archive
        self.sums: dict[str, Sum] = {}

    @contextmanager
    def member(self, name: str) -> Iterator[SummingStream]:
        with self.archive.open(name, "w", force_zip64=True) as stream:
            summing = SummingStream(stream)
            yield summing
        self.sums[name] = summing.sum()

    def add(self, name: str, source: IO[bytes]) -> None:
        with self.member(name) as target:
            while chunk := source.read(CHUNK):
                target.write(chunk)

    def finish(self, manifest: Manifest) -> None:
        told = asdict(manifest) | {"made_at": manifest.made_at.isoformat(), "format": FORMAT}
        members = {name: asdict(sums) for name, sums in self.sums.items()}
        self.archive.writestr(MANIFEST, json.dumps(told | {"members": members}, indent=1))


@contextmanager
def created(file: Path) -> Iterator[Writer]:
    """A file that appears under its name at the end of the block; after an error nothing of it is left.

    Raises BackupRefused for a name that is taken by something else, or when another backup is writing it.
    """
    require_replaceable(file)
    partial = file.with_name(f"{file.name}.partial")
    with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRefused(f"Another backup is being written to {file}. Wait for it.") from None
        try:
            os.fchmod(stream.fileno(), 0o600)
            stream.truncate()
            with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
                yield Writer(archive)
            stream.flush()
            os.fsync(stream.fileno())
            partial.replace(file)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """A file that was renamed is there after a loss of power only when its folder is on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_replaceable(file: Path) -> None:
    """An earlier backup may be replaced; the database itself, say, may not."""
    if file.is_dir():
        raise BackupRefused(f"{file} is a folder. Name a file in it, such as {file / 'helpdesk.zip'}.")
    if file.exists():
        try:
            with opened(file):
                pass
        except BackupRefused:
            raise BackupRefused(
                f"{file} exists and is no backup of Helpdesk. Give the backup another name, or remove it."
            ) from None


class Backup:
    """A backup that is read. `manifest` is known when it is opened, `verify` reads all of it."""

    def __init__(self, file: Path, archive: ZipFile) -> None:
        self.file, self.archive = file, archive
        told = json.loads(archive.read(MANIFEST))
        if told["format"] != FORMAT:
            raise BackupRefused(
                f"{file} was made by a newer release of Helpdesk ({told['release']}). Install that one, "
                "then restore it."
            )
        self.sums = {name: Sum(**sums) for name, sums in told["members"].items()}
        self.manifest = Manifest(
            kind=str(told["kind"]),
            made_at=datetime.fromisoformat(told["made_at"]),
            release=str(told["release"]),
            tickets=int(told["tickets"]),
            migrations=[(app, name) for app, name in told["migrations"]],
            tables={table: list(columns) for table, columns in told["tables"].items()},
            sequences=[(table, column, last, called) for table, column, last, called in told["sequences"]],
        )

    @property
    def size(self) -> int:
        """Of the file, in bytes."""
        return self.file.stat().st_size

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(name)

    def verify(self) -> None:
        """Raises BackupRefused unless every member is what the manifest says, and there is no other."""
        try:
            whole = sorted(self.archive.namelist()) == sorted([*self.sums, MANIFEST]) and all(
                self._sum(name) == expected for name, expected in self.sums.items()
            )
        except BROKEN:
            whole = False
        if not whole:
            raise BackupRefused(f"{self.file} is damaged: its digests do not fit. Use another backup.")

    def _sum(self, name: str) -> Sum:
        size, digest = 0, sha256()
        with self.open(name) as stream:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                digest.update(chunk)
        return Sum(size, digest.hexdigest())


@contextmanager
def opened(file: Path) -> Iterator[Backup]:
    """Raises BackupRefused for a file that cannot be read, is cut off, or is something else."""
    with reading(file) as stream:
        try:
            archive = ZipFile(stream)
            backup = Backup(file, archive)
        except BROKEN:
            raise BackupRefused(
                f"{file} is no backup of Helpdesk, or it was cut off. Use another one."
            ) from None
        with archive:
            yield backup


@contextmanager
def reading(file: Path) -> Iterator[IO[bytes]]:
    try:
        stream = file.open("rb")
    except OSError as error:
        raise BackupRefused(
            f"{file} cannot be read: {error.strerror}. Name a backup that {user()} may read."
        ) from error
    with stream:
        yield stream
