"""Backups: what they refuse to be written over, what is refused as one, and that nothing else is left."""

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from helpdesk.operations import archive
from helpdesk.operations.models import LastBackup
from helpdesk.tests import databases
from helpdesk.tests.operations import desks
from helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def back_up(file: Path) -> str:
    output = StringIO()
    call_command("backup", str(file), stdout=output)
    return output.getvalue()


@pytest.fixture
def file(tmp_path: Path, ticket: Ticket) -> Path:
    """A backup of a desk with one ticket."""
    file = tmp_path / "desk.zip"
    back_up(file)
    return file


def changed(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """The same archive with another manifest."""
    with ZipFile(file) as before:
        members = {name: before.read(name) for name in before.namelist()}
    manifest = json.loads(members[archive.MANIFEST])
    change(manifest)
    members[archive.MANIFEST] = json.dumps(manifest).encode()
    with ZipFile(file, "w") as after:
        for name, content in members.items():
            after.writestr(name, content)


def refusal(file: Path) -> str:
    """Why a backup is not restored; nothing was changed."""
    before = desks.rows()
    with pytest.raises(CommandError) as refused:
        call_command("restore", str(file), "--yes")
    assert desks.rows() == before
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_only_its_owner_can_read_it(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_it_is_remembered(file: Path) -> None:
    last = LastBackup.objects.get()
    assert (last.file, last.size) == (str(file), file.stat().st_size)
    told = back_up(file)
    assert told.startswith(f"Wrote {file} (")
    assert told.endswith(", tickets: 1).\n")
    assert LastBackup.objects.get().made_at > last.made_at


@pytest.mark.parametrize("content", [b"", b"A letter.", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_backup_is_neither_restored_nor_replaced(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert "is no backup of Helpdesk, or it was cut off. Use another one." in refusal(file)
    with pytest.raises(CommandError, match=r"exists and is no backup of Helpdesk\. Give the backup another"):
        back_up(file)
    assert file.read_bytes() == content


def test_a_backup_that_was_cut_off_is_refused(file: Path) -> None:
    whole = file.read_bytes()
    for length in (len(whole) - 1, len(whole) // 2, 40):
        file.write_bytes(whole[:length])
        assert "cut off" in refusal(file)


def test_a_backup_with_a_wrong_byte_is_refused(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    with ZipFile(file) as members:
        told = [member for member in members.infolist() if member.filename != archive.MANIFEST]
    member = max(told, key=lambda member: member.compress_size)
    name, extra = (int.from_bytes(whole[member.header_offset + at :][:2], "little") for at in (26, 28))
    whole[member.header_offset + 30 + name + extra + member.compress_size // 2] ^= 0xFF
    file.write_bytes(whole)
    assert "is damaged" in refusal(file)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda told: told.update(format=2), "made by a newer release of Helpdesk (1.0.0). Install that one"),
        (
            lambda told: told["migrations"].append(["helpdesk", "0999_future"]),
            "newer release of Helpdesk (helpdesk.0999_future is not known here). Install that release",
        ),
        (lambda told: told["members"].popitem(), "Use another backup."),
        (lambda told: told["members"].popitem()[1].update(sha256="0"), "Use another backup."),
        (lambda told: next(iter(told["members"].values())).update(sha256="0"), "its digests do not fit."),
        (lambda told: told.pop("migrations"), "is no backup of Helpdesk"),
        (lambda told: told.update(members=[]), "is no backup of Helpdesk"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(
    file: Path, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    changed(file, change)
    assert told in refusal(file)


def test_a_backup_of_the_other_kind_is_refused(file: Path) -> None:
    changed(file, lambda told: told.update(kind=OTHER[connection.vendor]))
    assert "Restore it into a database of its own kind." in refusal(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refusal(tmp_path / "none.zip")
    assert "cannot be read: Is a directory" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none/desk.zip", "cannot be written to .*: No such file or directory. Name a file in a folder"),
        ("", "is a folder. Name a file in it"),
    ],
)
def test_a_place_that_cannot_be_written_is_told(ticket: Ticket, tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        back_up(tmp_path / name)
    assert not LastBackup.objects.exists()


def test_a_full_disk_is_told_and_the_backup_before_stays(ticket: Ticket, tmp_path: Path) -> None:
    file = tmp_path / "desk.zip"
    try:
        with databases.small_disk(tmp_path, "4m"):
            back_up(file)
            before = file.read_bytes()
            databases.fill(tmp_path)
            with pytest.raises(CommandError, match=r"No space left|There is no room"):
                back_up(file)
            assert file.read_bytes() == before
            assert {path.name for path in tmp_path.iterdir()} == {"desk.zip", "filler"}
    except PermissionError:
        pytest.skip("only root may make a small disk")


def test_a_killed_backup_leaves_the_one_before(file: Path) -> None:
    before = file.read_bytes()
    program = (
        "import os, pathlib; from helpdesk.operations import archive\n"
        f"with archive.created(pathlib.Path({str(file)!r})) as target, target.member('database') as stream:\n"
        "    stream.write(os.urandom(1_000_000))\n"
        f"    os.kill(os.getpid(), {signal.SIGKILL})"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == before
    back_up(file)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_two_backups_to_one_file_do_not_mix(file: Path) -> None:
    with archive.created(file), pytest.raises(CommandError, match="Another backup is being written to"):
        back_up(file)


def test_an_empty_database_is_told() -> None:
    applied = list(MigrationRecorder.Migration.objects.values())
    MigrationRecorder.Migration.objects.filter(app="helpdesk").delete()
    try:
        with pytest.raises(CommandError, match=r"is empty.*Run manage\.py migrate first\."):
            back_up(Path("/tmp/never.zip"))
    finally:
        MigrationRecorder.Migration.objects.all().delete()
        MigrationRecorder.Migration.objects.bulk_create(MigrationRecorder.Migration(**row) for row in applied)


def test_a_database_of_a_newer_release_is_told(ticket: Ticket, tmp_path: Path) -> None:
    future = MigrationRecorder.Migration.objects.create(app="helpdesk", name="0999_future")
    try:
        with pytest.raises(CommandError, match=r"newer release of Helpdesk \(helpdesk\.0999_future"):
            back_up(tmp_path / "desk.zip")
    finally:
        future.delete()


def test_a_database_in_memory_is_told(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps none")
    with databases.connected(NAME=":memory:"), pytest.raises(CommandError, match="kept in memory"):
        back_up(tmp_path / "desk.zip")


def test_a_file_outside_the_folder_of_stored_files_is_refused(
    ticket: Ticket, tmp_path: Path, settings: Any
) -> None:
    folder = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "m"},
    }
    settings.STORAGES = settings.STORAGES | {"default": folder}
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "note.txt").write_text("kept")
    file = tmp_path / "desk.zip"
    back_up(file)
    with ZipFile(file) as before:
        members = {name: before.read(name) for name in before.namelist()}
    with ZipFile(file, "w") as after:
        for name, content in members.items():
            after.writestr(
                name.replace("files/note", "files/../x"), content.replace(b"files/note", b"files/../x")
            )
    assert "holds a file outside the folder of stored files" in refusal(file)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["desk.zip", "m"]
