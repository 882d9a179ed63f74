"""Large exports by the API: asked for, looked at, fetched, removed, and whose they are."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient

from helpdesk.choices import Channel
from helpdesk.tests.transfer.exporting.jobs import run, stored, wanted
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.columns import COLUMNS
from helpdesk.transfer.exporting import job as jobs
from helpdesk.transfer.models import TicketExport

pytestmark = pytest.mark.django_db
EXPORTS, AT_ONCE = "/api/exports/", "/api/tickets/export/"
ApiAs = Callable[[User], APIClient]
MakeTicket = Callable[..., Ticket]


@pytest.fixture
def api(api_as: ApiAs, exporter: User) -> APIClient:
    return api_as(exporter)


def ask(api: APIClient, key: str = "", **said: Any) -> Response:
    return api.post(EXPORTS, said, format="json", headers={"Idempotency-Key": key} if key else {})


def written(response: Response) -> TicketExport:
    return run(TicketExport.objects.get(pk=response.json()["id"]))


def test_an_export_is_accepted_written_and_fetched(
    api: APIClient, exporter: User, make_ticket: MakeTicket
) -> None:
    make_ticket(title="Kept", status="closed")
    make_ticket(title="Left out")
    response = ask(api, columns=["title"], filters={"status": "closed", "search": ""})
    address = response["Location"]
    told = api.get(address).json()
    assert (response.status_code, told["state"], told["download"]) == (202, "waiting", None)
    assert told["has_worker"] is False
    assert api.get(f"{address}download/").status_code == 409
    written(response)
    told = api.get(address).json()
    assert (told["state"], told["rows"], told["filters"]) == ("done", 1, {"status": "closed"})
    file = api.get(told["download"])
    assert b"".join(file.streaming_content).decode("utf-8-sig").split() == ["title", "Kept"]
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    day = timezone.localdate().isoformat()
    assert file["Content-Disposition"] == f'attachment; filename="tickets-{day}.csv"'
    export = TicketExport.objects.get()
    assert (export.owner, export.channel) == (exporter, Channel.API)


def test_what_is_not_said_is_all_columns_as_csv(api: APIClient) -> None:
    told = ask(api).json()
    assert (told["format"], told["columns"], told["filters"]) == ("csv", [*COLUMNS], {})


def test_too_many_for_one_answer_are_told_the_way(
    api: APIClient, make_ticket: MakeTicket, settings: Any
) -> None:
    settings.EXPORT_AT_ONCE = 1
    make_ticket()
    assert api.get(AT_ONCE).status_code == 200
    make_ticket()
    response = api.get(AT_ONCE)
    assert (response.status_code, "/api/exports/" in response.json()["detail"]) == (400, True)
    assert TicketExport.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"format": "pdf"}, "format"),
        ({"columns": ["id", "nonsense"]}, "columns"),
        ({"columns": []}, "columns"),
        ({"parts": ["comments"]}, "parts"),
        ({"format": "jsonl", "parts": ["secrets"]}, "parts"),
        ({"filters": {"status": "nonsense"}}, "status"),
        ({"filters": {"stats": "closed"}}, "filters"),
        ({"filters": "all"}, "filters"),
        ({"columns": "id"}, "columns"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(api: APIClient, said: dict[str, Any], name: str) -> None:
    response = ask(api, **said)
    assert (response.status_code, list(response.json())) == (400, [name])
    assert not TicketExport.objects.exists()


def test_a_request_that_comes_again_is_answered_by_the_same_export(api: APIClient) -> None:
    first, again = ask(api, "k1", format="json"), ask(api, "k1", format="json")
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert again["Idempotent-Replayed"] == "true"
    assert ask(api, "k1", format="csv").status_code == 422
    assert ask(api, "x" * 201).status_code == 400


def test_a_fourth_that_is_not_finished_is_a_conflict(api: APIClient) -> None:
    for name in ("csv", "json", "jsonl"):
        ask(api, format=name)
    response = ask(api, format="xlsx")
    assert (response.status_code, "cancel one" in response.json()["detail"]) == (409, True)


def test_deleting_cancels_or_removes_the_file_and_keeps_the_record(api: APIClient, ticket: Ticket) -> None:
    waiting = ask(api)["Location"]
    assert api.delete(waiting).status_code == 204
    assert api.get(waiting).json()["state"] == "cancelled"
    done = ask(api)
    written(done)
    assert api.delete(done["Location"]).status_code == 204
    assert (api.get(f"{done['Location']}download/").status_code, stored()) == (410, [])
    assert api.delete(done["Location"]).status_code == 409
    assert len(api.get(EXPORTS).json()) == 2


def test_a_file_that_expired_or_is_lost_is_gone(api: APIClient, ticket: Ticket) -> None:
    response = ask(api)
    export = written(response)
    default_storage.delete(export.file.name)
    assert api.get(f"{response['Location']}download/").status_code == 410
    TicketExport.objects.update(expires_at=timezone.now())
    gone = api.get(f"{response['Location']}download/")
    assert (gone.status_code, "again" in gone.json()["detail"]) == (410, True)
    assert api.get(response["Location"]).json()["download"] is None


def test_exports_of_others_are_seen_by_leads_only(
    api: APIClient, api_as: ApiAs, lead: User, exporter: User, ticket: Ticket
) -> None:
    export = run(jobs.ask(wanted(lead)))
    for method, tail in [("get", ""), ("delete", ""), ("get", "download/")]:
        assert getattr(api, method)(f"{EXPORTS}{export.pk}/{tail}").status_code == 404
    assert api.get(EXPORTS).json() == []
    own = jobs.ask(wanted(exporter))
    assert {told["id"] for told in api_as(lead).get(EXPORTS).json()} == {export.pk, own.pk}
    assert api_as(lead).delete(f"{EXPORTS}{own.pk}/").status_code == 204
