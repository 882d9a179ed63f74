"""The tests' database as it is after something has gone wrong with it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def another(**settings: Any) -> Iterator[BaseDatabaseWrapper]:
    """A second connection, with settings of its own."""
    other = connections["default"].copy()
    other.settings_dict = {**other.settings_dict, **settings}
    try:
        yield other
    finally:
        other.close()


@contextmanager
def connected(**settings: Any) -> Iterator[None]:
    """In this block all code finds the database by other settings."""
    before = connections["default"]
    with another(**settings) as other:
        connections["default"] = other
        try:
            yield
        finally:
            connections["default"] = before


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of this size in place of the folder; raises PermissionError for who is not root."""
    if os.geteuid() != 0:
        raise PermissionError("Only root may mount a file system.")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> None:
    """Leave no byte free on the disk of the folder."""
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return
