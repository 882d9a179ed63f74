"""The pages of imports: from the upload to the undo, and who may see them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from helpdesk.choices import AT_WORK, Channel, ImportState
from helpdesk.jobs.models import Worker
from helpdesk.tests.conftest import specialist
from helpdesk.tests.transfer.importing.files import (
    ORDINARY,
    as_csv,
    imported,
    previewed,
    run,
    some_rows,
    upload,
)  # fmt: skip
from helpdesk.tickets import changes
from helpdesk.tickets.models import Event, Ticket
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.importing import writing
from helpdesk.transfer.models import Import

pytestmark = pytest.mark.django_db
AdminAs = Callable[[User], Client]
NEW, ALL = reverse("admin:helpdesk_import_new"), reverse("admin:helpdesk_imports")


@pytest.fixture
def desk(admin_as: AdminAs, lead: User) -> Client:
    return admin_as(lead)


@pytest.fixture
def importer(db: None) -> User:
    """Somebody who may import and nothing else."""
    return specialist("ines", "import_ticket")


def send(desk: Client, content: bytes, name: str = "tickets.csv") -> HttpResponse:
    return desk.post(NEW, {"file": SimpleUploadedFile(name, content)})


def address(name: str, job: Import) -> str:
    return reverse(f"admin:helpdesk_{name}", args=[job.pk])


def shown(desk: Client, job: Import, query: str = "") -> str:
    response = desk.get(address("import", job) + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def marked(*desks: str) -> list[dict[str, Any]]:
    """Rows with these marks of desks; those that are none refuse their row."""
    return [{"desk": desk, "id": 7, **row} for desk, row in zip(desks, some_rows(len(desks)), strict=True)]


def test_a_file_is_uploaded_previewed_imported_and_undone(desk: Client, lead: User) -> None:
    response = send(desk, as_csv(*some_rows(3)))
    job = Import.objects.get()
    assert (response.status_code, response["Location"]) == (302, address("import", job))
    assert (job.owner, job.channel, job.state) == (lead, Channel.ADMIN, ImportState.SCANNING)
    run(job)
    assert desk.get(address("import", job))["Location"] == address("import_columns", job)
    jobs.judge(job)
    run(job)
    assert "Import 3 rows" in shown(desk, job)
    assert not Ticket.objects.exists()
    desk.post(address("import_start", job), {"refused": "all", "labels_right": "on"})
    run(job)
    assert "Tickets of this import" in shown(desk, job)
    assert f"batch={job.batch}" in shown(desk, job)
    assert Ticket.objects.filter(category_confirmed=True).count() == 3
    assert "removed" in desk.get(address("import_undo", job)).content.decode()
    assert Ticket.objects.count() == 3, "a look is no undo"
    desk.post(address("import_undo", job))
    run(job)
    assert "3 removed" in shown(desk, job)
    assert "Tickets of this import" not in shown(desk, job), "there are none"
    assert not Ticket.objects.exists()
    assert set(Event.objects.values_list("actor", flat=True)) == {lead.pk}


def test_the_tickets_of_an_import_are_a_filter_of_the_list(desk: Client, lead: User, ticket: Ticket) -> None:
    job = imported(as_csv(*some_rows(2)), lead)
    page = desk.get(f"{reverse('admin:helpdesk_ticket_changelist')}?batch={job.batch}").content.decode()
    assert "Printer 1" in page
    assert ticket.title not in page


def test_a_preview_shows_differences_and_every_field(desk: Client, lead: User, agent: User) -> None:
    imported(as_csv(*some_rows(1)), lead)
    rows = [{**some_rows(1)[0], "priority": "low", "assignee": "amir", "Survey": "Good"}]
    other = {"title": "<b>New</b>", "external_source": "", "external_id": "", "assignee": "Bob"}
    rows.append({**ORDINARY, **other, "Survey": "Bad"})
    job = previewed(as_csv(*rows), lead)
    changed = re.sub(r"<[^>]+>", " ", shown(desk, job, "?tab=changed"))
    assert re.search(r"Priority\s+High\s+→\s+Low", changed)
    assert re.search(r"Assignee\s+nobody\s+→\s+amir", changed)
    new = shown(desk, job, "?tab=new")
    assert "&lt;b&gt;New" in new
    assert "Bob, by name only" in new
    assert "Survey" in new


def test_mistakes_are_grouped_and_the_refused_rows_are_a_file(desk: Client, lead: User) -> None:
    rows = marked("a", "b", "a", "=x")
    job = previewed(as_csv(*rows), lead)
    page = re.sub(r"<[^>]+>", "", shown(desk, job, "?tab=refused"))
    assert "4 refused, for 1 reason" in page
    assert "a × 2" in page  # noqa: RUF001
    response = desk.get(address("import_refused", job))
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[0].endswith(",refused because")
    assert lines[1].endswith("desk: Not the mark of a desk. Leave this column as it was exported.")
    assert lines[4].startswith("'=x,7,"), "a formula of the file is none in ours"
    mended = "\n".join([lines[0], *(re.sub("^[^,]+,7", ",", line) for line in lines[1:])]).encode()
    assert imported(mended, lead).done_new == 4


def test_without_the_refused_is_a_choice(desk: Client, lead: User) -> None:
    rows = marked("nowhere", "")
    job = previewed(as_csv(*rows), lead)
    assert (
        "Some rows are refused"
        in desk.post(address("import_start", job), {"refused": "all"}, follow=True).content.decode()
    )
    desk.post(address("import_start", job), {"refused": "leave"})
    assert run(job).done_new == 1


def test_a_second_click_starts_nothing_twice(desk: Client, lead: User) -> None:
    job = previewed(as_csv(*some_rows(2)), lead)
    for _ in range(2):
        desk.post(address("import_start", job))
    run(job)
    assert Ticket.objects.count() == 2


def test_cancel_while_it_runs_takes_back_what_is_written(desk: Client, lead: User) -> None:
    job = previewed(as_csv(*some_rows(3)), lead)
    jobs.start(job, all_or_nothing=True)
    writing.write_piece(job, 2)
    card = desk.get(address("import_progress", job)).content.decode()
    assert "66 %" in card
    assert "Cancel and undo" in card
    desk.post(address("import_cancel", job))
    run(job)
    assert "Cancelled" in shown(desk, job)
    assert not Ticket.objects.exists()


def test_a_failure_is_told_and_can_go_on(desk: Client, lead: User, monkeypatch: Any) -> None:
    job = previewed(as_csv(*some_rows(3)), lead)
    jobs.start(job, all_or_nothing=False)
    with monkeypatch.context() as patch:
        patch.setattr(writing, "write_piece", lambda job, size: 1 / 0)
        run(job)
    assert "ZeroDivisionError" in shown(desk, job)
    desk.post(address("import_resume", job))
    assert run(job).done_new == 3


def test_what_somebody_touched_is_named_after_an_undo(desk: Client, lead: User, agent: User) -> None:
    job = imported(as_csv(*some_rows(2)), lead)
    touched = Ticket.objects.get(external_id="2")
    changes.update(touched, {"status": "resolved"}, actor=agent, channel=Channel.ADMIN)
    assert re.search(r"stay.*?<dd>1<", desk.get(address("import_undo", job)).content.decode(), re.DOTALL)
    desk.post(address("import_undo", job))
    run(job)
    assert f"#{touched.pk}</a>" in shown(desk, job)


def test_the_progress_asks_for_itself_and_ends_with_the_page(desk: Client, lead: User) -> None:
    job = upload(as_csv(*some_rows(1)), lead)
    response = desk.get(address("import_progress", job))
    assert "hx-get" in response.content.decode()
    assert "No worker is running" in response.content.decode()
    Worker.objects.create(name="w", started_at=timezone.now(), beat_at=timezone.now())
    assert "No worker" not in desk.get(address("import_progress", job)).content.decode()
    run(job)
    assert desk.get(address("import_progress", job))["HX-Refresh"] == "true"


def test_a_file_that_cannot_be_taken_is_answered_beside_the_field(desk: Client) -> None:
    empty = send(desk, b"")
    assert (empty.status_code, "is empty" in empty.content.decode()) == (400, True)
    none = desk.post(NEW)
    assert (none.status_code, "Choose a file" in none.content.decode()) == (400, True)
    with override_settings(IMPORT_MAX_BYTES=10):
        large = send(desk, as_csv(*some_rows(1)))
    assert (large.status_code, "the limit is" in large.content.decode()) == (400, True)
    assert not Import.objects.exists()


def test_a_full_disk_is_told(desk: Client, monkeypatch: Any) -> None:
    def full(*args: Any, **kwargs: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(Import._meta.get_field("file").storage), "save", full, raising=False)
    response = send(desk, as_csv(*some_rows(1)))
    assert (response.status_code, "no room" in response.content.decode()) == (400, True)


@pytest.mark.parametrize("place", ["static", "fixtures"])
def test_the_samples_can_be_imported(lead: User, place: str) -> None:
    found = finders.find("helpdesk/ticket-import-sample.csv") if place == "static" else None
    samples = [Path(found)] if found else [*(settings.BASE_DIR / "fixtures").glob("*.csv")]
    assert samples
    for sample in samples:
        job = previewed(sample.read_bytes(), lead, name=sample.name)
        assert (job.state, job.refused, job.new > 0) == (ImportState.READY, 0, True)


def test_an_empty_list_says_what_to_do(desk: Client) -> None:
    assert "Nothing has been imported yet" in desk.get(ALL).content.decode()


@pytest.mark.parametrize("state", ImportState.values)
def test_every_state_has_a_page(desk: Client, lead: User, state: str) -> None:
    job = imported(as_csv(*some_rows(1)), lead)
    Import.objects.update(state=state)
    assert desk.get(address("import", job), follow=True).status_code == 200
    page = desk.get(ALL).content.decode()
    assert ("hx-get" in page) == (state in AT_WORK)


def test_an_import_is_seen_by_its_owner_and_by_leads(importer: User, lead: User, admin_as: AdminAs) -> None:
    theirs, mine = (
        imported(as_csv(*some_rows(1)), lead, name="secret.csv"),
        upload(as_csv(*some_rows(1)), importer),
    )
    ines = admin_as(importer)
    assert "secret.csv" not in ines.get(ALL).content.decode()
    for name in ("import", "import_columns", "import_values", "import_progress", "import_refused"):
        assert ines.get(address(name, theirs)).status_code == 404
    for name in ("import_columns", "import_values", "import_start", "import_cancel", "import_undo"):
        assert ines.post(address(name, theirs)).status_code == 404
    assert ines.get(address("import", mine)).status_code == 200
    assert admin_as(lead).get(address("import", mine)).status_code == 200
    assert Ticket.objects.count() == 1


def test_a_page_costs_as_many_queries_for_many_rows_as_for_few(desk: Client, lead: User) -> None:
    few, many = previewed(as_csv(*some_rows(2)), lead), previewed(as_csv(*some_rows(40)), lead)
    costs = []
    for job in (few, many):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            shown(desk, job)
        costs.append(len(queries))
    assert costs[0] == costs[1]
