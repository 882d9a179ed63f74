"""Imports by the API: a file in, its states and counts, and what can be done with it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.response import Response
from rest_framework.test import APIClient

from helpdesk.choices import Channel
from helpdesk.tests.conftest import specialist
from helpdesk.tests.transfer.importing.files import as_csv, imported, run, some_rows
from helpdesk.tickets.models import Event, Ticket
from helpdesk.transfer.models import Import

pytestmark = pytest.mark.django_db
IMPORTS = "/api/imports/"
ApiAs = Callable[[User], APIClient]


@pytest.fixture
def api(api_as: ApiAs, lead: User) -> APIClient:
    return api_as(lead)


def send(api: APIClient, content: bytes, key: str = "", **fields: Any) -> Response:
    headers = {"Idempotency-Key": key} if key else {}
    file = SimpleUploadedFile("tickets.csv", content)
    return api.post(IMPORTS, {"file": file, **fields}, format="multipart", headers=headers)


def the_job(response: Response) -> Import:
    return Import.objects.get(pk=response.json()["id"])


def test_a_file_is_accepted_and_written_by_the_worker(api: APIClient, lead: User) -> None:
    response = send(api, as_csv(*some_rows(3)))
    assert response.status_code == 202
    address = response["Location"]
    assert api.get(address).json()["state"] == "scanning"
    assert api.get(address).json()["has_worker"] is False
    run(the_job(response))
    told = api.get(address).json()
    assert (told["state"], told["written"]) == ("done", {"new": 3, "changed": 0, "skipped": 0})
    assert set(Event.objects.values_list("actor", "channel")) == {(lead.pk, Channel.IMPORT)}
    found = api.get("/api/tickets/", {"batch": told["batch"]}).json()
    assert len(found) == 3


def test_a_dry_run_stops_at_the_preview_and_can_be_started(api: APIClient) -> None:
    job = run(the_job(send(api, as_csv(*some_rows(2)), dry_run="true")))
    told = api.get(f"{IMPORTS}{job.pk}/").json()
    assert (told["state"], told["preview"]["new"]) == ("ready", 2)
    assert not Ticket.objects.exists()
    assert api.post(f"{IMPORTS}{job.pk}/start/", {}).status_code == 202
    assert run(job).done_new == 2
    again = api.post(f"{IMPORTS}{job.pk}/start/", {})
    assert (again.status_code, again.json()["detail"]) == (409, "It was started before, or is not ready yet.")


def test_a_mapping_of_the_caller_counts(api: APIClient) -> None:
    rows = [{"A": "Printer", "B": "It burns.", "C": "kept"}]
    mapping = json.dumps({"columns": ["title", "description", ""]})
    run(the_job(send(api, as_csv(*rows), mapping=mapping)))
    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.description, ticket.source.data) == ("Printer", "It burns.", [["C", "kept"]])


def test_a_profile_says_which_product_wrote_the_file(api: APIClient) -> None:
    rows = [{"Id": 7, "Subject": "Printer", "Status": "Solved", "Priority": "Urgent"}]
    run(the_job(send(api, as_csv(*rows), profile="zendesk")))
    ticket = Ticket.objects.get()
    assert (ticket.external_source, ticket.external_id) == ("zendesk", "7")
    assert (ticket.status, ticket.priority) == ("resolved", "critical")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"mapping": "no json"}, "mapping"),
        ({"mapping": '{"columns": 7, "rules": 3}'}, "mapping"),
        ({"mapping": "[]"}, "mapping"),
        ({"reading": '{"header": "x"}'}, "reading"),
        ({"profile": "nobody"}, "profile"),
        ({"refused": "some"}, "refused"),
        ({"dry_run": "perhaps"}, "dry_run"),
    ],
)
def test_choices_that_make_no_sense_are_refused_by_name(
    api: APIClient, fields: dict[str, str], name: str
) -> None:
    response = send(api, as_csv(*some_rows(1)), **fields)
    assert (response.status_code, list(response.json())) == (400, [name])
    assert not Import.objects.exists()


def test_a_request_without_a_file_an_empty_one_and_another_type(api: APIClient) -> None:
    assert "file" in api.post(IMPORTS, {}, format="multipart").json()
    assert "empty" in send(api, b"").json()["file"][0]
    assert api.post(IMPORTS, {"file": "x"}, format="json").status_code == 415
    damaged = api.generic("POST", IMPORTS, b"--x\r\n", content_type="multipart/form-data")
    assert damaged.status_code == 400


def test_a_key_makes_two_requests_one_import(api: APIClient) -> None:
    content = as_csv(*some_rows(1))
    first, second = send(api, content, key="k-1"), send(api, content, key="k-1")
    assert (second.status_code, second["Idempotent-Replayed"]) == (202, "true")
    assert first["Location"] == second["Location"]
    assert send(api, as_csv(*some_rows(2)), key="k-1").status_code == 422
    assert send(api, content, key="k-1", dry_run="true").status_code == 422
    assert Import.objects.count() == 1
    assert send(api, content, key="x" * 201).status_code == 400


def test_the_refused_rows_are_csv_with_their_reasons(api: APIClient) -> None:
    row = {"desk": "nowhere", "id": 7, **some_rows(1)[0]}
    job = run(the_job(send(api, as_csv(row), dry_run="true")))
    response = api.get(f"{IMPORTS}{job.pk}/errors/")
    assert response["Content-Type"].startswith("text/csv")
    assert b"Not the mark of a desk" in b"".join(response.streaming_content)


def test_cancel_undo_and_resume(api: APIClient) -> None:
    job = the_job(send(api, as_csv(*some_rows(2)), dry_run="true"))
    assert api.post(f"{IMPORTS}{job.pk}/cancel/").json()["state"] == "cancelled"
    assert api.post(f"{IMPORTS}{job.pk}/cancel/").status_code == 409
    assert api.post(f"{IMPORTS}{job.pk}/resume/").status_code == 409
    assert api.post(f"{IMPORTS}{job.pk}/undo/").status_code == 409
    other = run(the_job(send(api, as_csv(*some_rows(2)))))
    assert api.post(f"{IMPORTS}{other.pk}/undo/").status_code == 202
    run(other)
    told = api.get(f"{IMPORTS}{other.pk}/").json()
    assert (told["state"], told["undone"]["removed"]) == ("undone", 2)
    assert not Ticket.objects.exists()


def test_imports_are_never_open(settings: Any, lead: User) -> None:
    job = imported(as_csv(*some_rows(1)), lead)
    settings.HELPDESK_API_OPEN = True
    stranger = APIClient()
    assert send(stranger, as_csv(*some_rows(1))).status_code == 401
    assert stranger.get(IMPORTS).status_code == 401
    assert stranger.get(f"{IMPORTS}{job.pk}/errors/").status_code == 401


def test_the_imports_of_others_are_seen_by_leads_only(api: APIClient, api_as: ApiAs, lead: User) -> None:
    theirs = imported(as_csv(*some_rows(1)), lead)
    ines = api_as(specialist("ines", "import_ticket"))
    assert ines.get(IMPORTS).json() == []
    for path in ("", "errors/"):
        assert ines.get(f"{IMPORTS}{theirs.pk}/{path}").status_code == 404
    assert ines.post(f"{IMPORTS}{theirs.pk}/undo/").status_code == 404
    mine = the_job(send(ines, as_csv(*some_rows(1))))
    assert [row["id"] for row in api.get(IMPORTS).json()] == [mine.pk, theirs.pk]


def test_an_upload_costs_as_many_queries_for_many_rows_as_for_few(api: APIClient) -> None:
    costs = []
    for count in (1, 200):
        with CaptureQueriesContext(connection) as queries:
            send(api, as_csv(*some_rows(count)))
        costs.append(len(queries))
    assert costs[0] == costs[1]
