"""The pages on which a person settles the columns and the values of a file."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from helpdesk.choices import ImportState
from helpdesk.tests.transfer.importing.files import run, upload
from helpdesk.tests.transfer.mapping import exports
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.models import Import

pytestmark = pytest.mark.django_db
AdminAs = Callable[[User], Client]
FILE = (
    "Nr;Betreff;Rest;Zustand;Zuständig;Erstellt am\n"
    "1;Drucker <b>brennt</b>;x;offen;amir;02.03.2024\n"
    "2;Login;y;seltsam;Bob;03.04.2024\n"
)


@pytest.fixture
def desk(admin_as: AdminAs, lead: User, agent: User) -> Client:
    return admin_as(lead)


def waiting(content: str | bytes, owner: User) -> Import:
    content = content.encode() if isinstance(content, str) else content
    return run(upload(content, owner, waits_in=ImportState.MAPPING))


def address(step: str, job: Import) -> str:
    return reverse(f"admin:helpdesk_import_{step}", args=[job.pk])


def text_of(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


def sent_by(page: str, form: str) -> dict[str, str]:
    """What a form of a page would send as it stands."""
    body = page[page.index(f'id="{form}"') :].split("</form>", maxsplit=1)[0]
    fields = {}
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")?\s+selected>([^<]*)', options)
        first = re.search(r'<option(?: value="([^"]*)")?\s*>([^<]*)', options)
        value, words = (chosen or first).groups()
        fields[name] = words.strip() if value is None else value
    fields |= re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', body)
    fields |= re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)"\s+checked>', body)
    fields |= re.findall(r'<input name="([^"]+)" value="([^"]*)"', body)
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def test_columns_show_samples_fields_and_why(desk: Client, lead: User) -> None:
    page = text_of(desk.get(address("columns", waiting(exports.ZENDESK, lead))))
    fields = sent_by(page, "columns_form")
    assert (fields["column-1"], fields["column-10"], fields["column-27"]) == ("external_id", "title", "")
    for text in (
        "41207",
        "67 % empty, Subject is fuller",
        "Zendesk",
        "No column for the description.",
        "UTF-8",
    ):
        assert text in page


def test_a_header_that_repeats_has_one_menu(desk: Client, lead: User) -> None:
    job = waiting(exports.JIRA, lead)
    page = text_of(desk.get(address("columns", job)))
    assert page.count('aria-label="Field for Comment"') == 1
    desk.post(address("columns", job), {**sent_by(page, "columns_form"), "column-25": "notes"})
    job.refresh_from_db()
    assert job.mapping["columns"][-2:] == ["notes", "notes"]


def test_what_is_chosen_is_what_is_imported(desk: Client, lead: User, agent: User) -> None:
    job = waiting(FILE, lead)
    columns = sent_by(text_of(desk.get(address("columns", job))), "columns_form")
    columns |= {"column-2": "description", "source": "alt", "rule-twice": "skip"}
    answer = desk.post(address("columns", job), columns)
    assert answer["Location"] == address("values", job)
    page = text_of(desk.get(answer["Location"]))
    values = sent_by(page, "values_form")
    assert "2 values not known," in page
    chosen = {"status-0": "open", "status-1": "closed", "assignee-0": "amir", "assignee-1": "="}
    assert values.keys() > {*chosen, "order-5", "zone"}
    answer = desk.post(
        address("values", job), {**values, **chosen, "order-5": "month", "zone": "Europe/Berlin"}
    )
    assert answer["Location"] == reverse("admin:helpdesk_import", args=[job.pk])
    run(job)
    assert (job.state, job.new) == (ImportState.READY, 2)
    jobs.start(job, all_or_nothing=True)
    run(job)
    first, second = Ticket.objects.order_by("external_id")
    assert (first.external_source, first.description, first.status) == ("alt", "x", "open")
    assert (second.status, second.created_at.isoformat()) == ("closed", "2024-03-03T23:00:00+00:00")
    assert (first.assignee, first.former_assignee) == (None, "amir")
    assert (second.assignee, second.former_assignee) == (agent, "")


def test_two_columns_cannot_be_the_title_and_nothing_chosen_is_lost(desk: Client, lead: User) -> None:
    job = waiting(FILE, lead)
    columns = sent_by(text_of(desk.get(address("columns", job))), "columns_form")
    answer = desk.post(address("columns", job), columns | {"column-2": "title", "column-0": "-"})
    page = text_of(answer)
    assert answer.status_code == 400
    assert "Betreff and Rest are both Title. Choose one of them." in page
    assert sent_by(page, "columns_form")["column-0"] == "-"
    job.refresh_from_db()
    assert job.mapping["columns"][2] == ""


@pytest.mark.parametrize(
    ("step", "sent"),
    [
        ("columns", {"column-1": "password"}),
        ("columns", {"rule-twice": "explode"}),
        ("columns", {"source": "x" * 51}),
        ("values", {"status-0": "solved"}),
        ("values", {"zone": "Mars/Olympus"}),
        ("values", {"order-5": "year"}),
        ("values", {"mark": "other"}),
    ],
)
def test_a_choice_that_does_not_exist_is_refused(
    desk: Client, lead: User, step: str, sent: dict[str, str]
) -> None:
    job = waiting(FILE, lead)
    before = job.mapping
    fields = sent_by(text_of(desk.get(address(step, job))), f"{step}_form")
    assert desk.post(address(step, job), fields | sent).status_code == 400
    job.refresh_from_db()
    assert job.mapping == before


def test_the_file_can_be_read_in_another_way(desk: Client, lead: User) -> None:
    job = waiting(FILE.encode("cp1252"), lead)
    page = text_of(desk.get(address("columns", job)))
    assert "Zuständig" in page
    chosen = {"read": "again", "encoding": "cp1251", "delimiter": ";", "header": "1", "profile": "osticket"}
    desk.post(address("columns", job), chosen)
    run(job)
    assert (job.reading["encoding"], job.profile, job.mapping["source"]) == ("cp1251", "osticket", "osticket")
    assert job.scan["columns"][4]["header"] == "Zustдndig"
    assert desk.post(address("columns", job), chosen | {"header": "one"}).status_code == 400


def test_values_say_how_often_and_what_is_certain(desk: Client, lead: User) -> None:
    page = text_of(desk.get(address("values", waiting(exports.ZENDESK, lead))))
    for text in ("Let triage decide", "Keep the name only", "Day first: 2 rows have a number above 12"):
        assert text in page
    assert "13 Oct 2026" in page or "3 Nov 2026" in page


def test_a_finished_import_is_not_settled_again(desk: Client, lead: User) -> None:
    job = waiting(FILE, lead)
    Import.objects.update(state=ImportState.DONE)
    for step in ("columns", "values"):
        assert desk.get(address(step, job))["Location"] == reverse("admin:helpdesk_import", args=[job.pk])
        assert desk.post(address(step, job), {})["Location"] == reverse(
            "admin:helpdesk_import", args=[job.pk]
        )


def test_texts_of_a_file_are_texts_on_the_page(desk: Client, lead: User) -> None:
    assert "<b>brennt" not in text_of(desk.get(address("columns", waiting(FILE, lead))))


def test_a_wide_file_has_menus_for_all_its_columns(desk: Client, lead: User) -> None:
    names = ",".join(f"c{n}" for n in range(999))
    job = waiting(f"title,{names}\nA{',x' * 999}\n", lead)
    fields = sent_by(text_of(desk.get(address("columns", job))), "columns_form")
    assert len(fields) > 1_000
    assert desk.post(address("columns", job), fields)["Location"] == address("values", job)
