"""A file waits for its confirmation, and is taken once, by the person who sent it."""

import os
import tempfile
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core import signing

from helpdesk.transfer import uploads
from helpdesk.transfer.uploads import Gone, Upload, keep, taken

UPLOAD = Upload(b"title,description\r\n", 0, "digest")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_file_can_be_taken_once(lead: User, folder: Path) -> None:
    token = keep(UPLOAD, lead)
    with taken(token, lead) as upload:
        assert upload == UPLOAD
    assert list(folder.iterdir()) == []
    with pytest.raises(Gone, match="imported already"), taken(token, lead):
        pass


def test_a_file_that_is_being_imported_cannot_be_taken_again(lead: User) -> None:
    token = keep(UPLOAD, lead)
    with taken(token, lead), pytest.raises(Gone), taken(token, lead):
        pass


def test_a_file_stays_when_its_import_breaks(lead: User) -> None:
    token = keep(UPLOAD, lead)
    with pytest.raises(RuntimeError), taken(token, lead):
        raise RuntimeError
    with taken(token, lead) as upload:
        assert upload == UPLOAD


def test_a_file_belongs_to_the_person_who_sent_it(lead: User, agent: User) -> None:
    with pytest.raises(Gone), taken(keep(UPLOAD, lead), agent):
        pass


@pytest.mark.parametrize("token", ["", "../../etc/passwd", "eyJuYW1lIjoiL2V0Yy9wYXNzd2QifQ:1:x"])
def test_a_token_cannot_be_made_up(lead: User, token: str) -> None:
    with pytest.raises(Gone), taken(token, lead):
        pass


def test_a_token_of_another_purpose_is_refused(lead: User) -> None:
    forged = signing.dumps({"name": "x", "user": lead.pk, "format": 0, "digest": ""}, salt="another")
    with pytest.raises(Gone), taken(forged, lead):
        pass


def test_a_file_waits_for_an_hour(lead: User, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = keep(UPLOAD, lead)
    monkeypatch.setattr(uploads, "LIFETIME", -1)
    with pytest.raises(Gone, match="older than an hour"), taken(token, lead):
        pass


def test_files_that_nobody_confirmed_are_removed(lead: User, folder: Path) -> None:
    keep(UPLOAD, lead)
    (old,) = folder.iterdir()
    os.utime(old, (0, time.time() - uploads.LIFETIME - 1))
    (folder / "of another program").touch()
    keep(UPLOAD, lead)
    assert not old.exists()
    assert len(list(folder.iterdir())) == 2


def test_only_the_server_can_read_a_file_that_waits(lead: User, folder: Path) -> None:
    keep(UPLOAD, lead)
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o077 == 0
