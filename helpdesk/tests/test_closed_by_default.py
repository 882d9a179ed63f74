"""Every route of the API and every address of the admin, for people whose rights are not nested.

What a route asks for is said here once more, so that one that is new, or that asks for less, is seen.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django_tasks_db.models import DBTaskResult
from knox.models import AuthToken
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from helpdesk.api.views.base import TicketRoutes
from helpdesk.tickets.models import Event, Ticket
from helpdesk.triage import suggestions

pytestmark = pytest.mark.django_db
CAST = ["viewer", "agent", "lead", "commenter", "suggester", "exporter", "unlocker", "operator"]
NOBODY = "nobody.at_all"

API = {
    "ticket-list": {"get": "view_ticket", "post": "add_ticket"},
    "ticket-detail": {
        "get": "view_ticket",
        "put": "change_ticket",
        "patch": "change_ticket",
        "delete": "delete_ticket",
    },
    "ticket-stats": {"get": "view_ticket"},
    "ticket-classify": {"post": "suggest_ticket"},
    "comment-list": {"get": "view_ticket", "post": "add_comment"},
    "event-list": {"get": "view_ticket"},
    "export-list": {"get": "export_ticket"},
    "export-job-list": {"get": "export_ticket", "post": "export_ticket"},
    "export-job-detail": {"get": "export_ticket", "delete": "export_ticket"},
    "export-job-download": {"get": "export_ticket"},
    "import-list": {"get": "import_ticket", "post": "import_ticket"},
    "import-detail": {"get": "import_ticket"},
    "import-errors": {"get": "import_ticket"},
    "import-start": {"post": "import_ticket"},
    "import-cancel": {"post": "import_ticket"},
    "import-resume": {"post": "import_ticket"},
    "import-undo": {"post": "import_ticket"},
    "suggest-list": {"post": "suggest_ticket"},
    "suggestion-accept": {"post": "change_ticket"},
    "suggestion-dismiss": {"post": "suggest_ticket"},
}
# Signing in and out, the contract, and the answer to an address that does not exist.
API_FOR_ALL = {"api-login", "api-logout", "api-schema", "api-docs", None}


def pages(model: str, view: str, add: str, change: str, delete: str) -> dict[str, tuple[str, str]]:
    """What a GET and a POST of the admin's pages of one model ask for."""
    return {
        f"{model}_changelist": (view, view),
        f"{model}_add": (add, add),
        f"{model}_change": (view, change),
        f"{model}_delete": (delete, delete),
        f"{model}_history": (view, view),
    }


def both(permission: str, *names: str) -> dict[str, tuple[str, str]]:
    return dict.fromkeys(names, (permission, permission))


ADMIN = {
    **pages("helpdesk_ticket", "view_ticket", "add_ticket", "change_ticket", "delete_ticket"),
    **both("view_ticket", "helpdesk_ticket_poll", "helpdesk_ticket_preview"),
    **both("view_ticket", "helpdesk_ticket_earlier", "helpdesk_ticket_here", "helpdesk_ticket_source"),
    **both("view_ticket add_comment", "helpdesk_ticket_send", "helpdesk_ticket_draft"),
    **both("change_ticket", "helpdesk_ticket_field", "helpdesk_ticket_undo"),
    **both("change_ticket", "helpdesk_ticket_bulk_preview", "helpdesk_ticket_bulk"),
    **both("change_ticket", "helpdesk_ticket_bulk_progress", "helpdesk_ticket_bulk_cancel"),
    **pages("knox_authtoken", "view_authtoken", "add_authtoken", NOBODY, "delete_authtoken"),
    **pages("axes_accessattempt", "unlock_sign_in", NOBODY, NOBODY, NOBODY),
    **pages("django_tasks_database_dbtaskresult", "manage_jobs", NOBODY, NOBODY, NOBODY),
    **pages("auth_user", "auth.view_user", "auth.add_user", "auth.change_user", "auth.delete_user"),
    **pages("auth_group", "auth.view_group", "auth.add_group", "auth.change_group", "auth.delete_group"),
    **both("auth.change_user", "auth_user_password_change"),
    **both("view_system", "helpdesk_system"),
    **both("import_ticket", "helpdesk_ticket_import", "helpdesk_ticket_process_import"),
    **both("import_ticket", "helpdesk_imports", "helpdesk_import_new", "helpdesk_import"),
    **both("import_ticket", "helpdesk_import_progress", "helpdesk_import_refused"),
    **both("import_ticket", "helpdesk_import_columns", "helpdesk_import_values"),
    **both("import_ticket", "helpdesk_import_start", "helpdesk_import_cancel"),
    **both("import_ticket", "helpdesk_import_resume", "helpdesk_import_undo"),
    **both("export_ticket", "helpdesk_ticket_export", "helpdesk_exports", "helpdesk_export"),
    **both("export_ticket", "helpdesk_export_progress", "helpdesk_export_download"),
    **both("export_ticket", "helpdesk_export_remove"),
    **both("change_ticket suggest_ticket", "helpdesk_suggest", "helpdesk_suggest_dismiss"),
    **both("change_ticket suggest_ticket", "helpdesk_suggest_revert", "helpdesk_suggest_review"),
    **both("change_ticket suggest_ticket", "helpdesk_suggest_take", "helpdesk_ticket_suggest"),
    **both("view_ticket", "helpdesk_triage", "helpdesk_triage_bulk", "helpdesk_triage_backtest"),
    **both("view_ticket", "helpdesk_triage_support"),
    **both(
        "change_triagemodel",
        *(
            f"helpdesk_triage_{action}"
            for action in (
                "learn", "promote", "retire", "review", "revert", "switch_on", "switch_off",
                "start_bulk", "start_backtest", "pause", "resume", "cancel", "let_choose",
                "learn_set_aside", "leave_set_aside", "apply_waiting", "undo_applied",
            )
        ),
    ),
}  # fmt: skip
# What every member of staff may open: it shows each what they may see.
ADMIN_FOR_STAFF = {
    "helpdesk_account", "helpdesk_account_end_session", "helpdesk_account_end_token",
    "helpdesk_account_end_others", "helpdesk_ticket_shortcuts",
    "index", "app_list", "search", "jsi18n", "autocomplete", "view_on_site",
    "password_change", "password_change_done", "login", "logout", None,
}  # fmt: skip


def walk(patterns: list[Any]) -> Iterator[tuple[str | None, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)
        else:
            yield pattern.name, pattern.callback


def below(prefix: str) -> list[tuple[str | None, Any]]:
    """The names and views of all addresses below ``/api/`` or ``/admin/``."""
    found = [p for p in get_resolver().url_patterns if str(p.pattern).startswith(prefix)]
    return list(walk(found))


def allows(user: User, permissions: str) -> bool:
    """Whether the user has each of the permissions; those without an app are the desk's or the tokens'."""
    return all(
        user.has_perm(name)
        if "." in name
        else user.has_perm(f"helpdesk.{name}") or user.has_perm(f"knox.{name}")
        for name in permissions.split()
    )


@pytest.fixture(params=CAST)
def person(request: pytest.FixtureRequest) -> User:
    return request.getfixturevalue(request.param)


def test_every_route_of_the_api_is_in_the_table() -> None:
    routes = {
        (name, getattr(view, "actions", None) and frozenset(view.actions) - {"head"})
        for name, view in below("api/")
    }
    named = {(name, frozenset(methods)) for name, methods in API.items()}
    assert routes == named | {(name, None) for name in API_FOR_ALL}


def test_a_person_may_call_what_the_permission_says_and_nothing_else(
    person: User, ticket: Ticket, api_as: Callable[[User], APIClient]
) -> None:
    suggestion = suggestions.suggest(ticket.title, ticket.description, ticket=ticket)
    places = {"pk": ticket.pk}, {"ticket_id": ticket.pk}, {"ticket_id": ticket.pk, "pk": suggestion.pk}, {}
    client = api_as(person)
    for name, methods in API.items():
        for method, permission in {"options": "view_ticket", **methods}.items():
            before = Event.objects.count()
            answer = getattr(client, method)(address(name, *places), {})
            assert (answer.status_code == 403) == (not allows(person, permission)), (name, method)
            assert answer.status_code < 500
            assert answer.status_code != 403 or Event.objects.count() == before


def test_in_open_mode_the_page_of_another_site_reads_and_nothing_else(ticket: Ticket, settings: Any) -> None:
    settings.HELPDESK_API_OPEN = True
    suggestion = suggestions.suggest(ticket.title, ticket.description, ticket=ticket)
    places = {"pk": ticket.pk}, {"ticket_id": ticket.pk}, {"ticket_id": ticket.pk, "pk": suggestion.pk}, {}
    client = APIClient(HTTP_ORIGIN="https://evil.example")
    for name, methods in API.items():
        for method in ("options", *methods):
            answer = getattr(client, method)(address(name, *places), {})
            if name.startswith(("import-", "export-")):
                assert answer.status_code == 401, "files are never open"
                continue
            assert (answer.status_code == 200) == (method in {"get", "options"}), (name, method)
            assert answer.status_code in {200, 403}, (name, method)
    assert Event.objects.count() == 1


def address(name: str, *places: dict[str, Any]) -> str:
    """The address of this name, with the first arguments that fit."""
    for place in places:
        try:
            return reverse(name, kwargs=place)
        except NoReverseMatch:
            continue
    raise AssertionError(f"No example of {name}.")


class Forgotten(TicketRoutes):
    """A route whose author did not say what it asks for."""

    def list(self, request: Any) -> Response:
        return Response("secret")


@pytest.mark.parametrize("is_open", [False, True])
def test_an_action_that_names_no_permission_is_refused_to_all(
    lead: User, settings: Any, is_open: bool
) -> None:
    settings.HELPDESK_API_OPEN = is_open
    lead.is_superuser = True
    for user in [lead, None]:
        request = APIRequestFactory().get("/")
        force_authenticate(request, user)
        assert Forgotten.as_view({"get": "list"})(request).status_code in {401, 403}


def test_every_address_of_the_admin_is_in_the_table() -> None:
    assert {name for name, _ in below("admin/")} == ADMIN.keys() | ADMIN_FOR_STAFF


@pytest.fixture
def addresses(ticket: Ticket, viewer: User) -> dict[str, str]:
    """Every address of the table, of rows that exist."""
    suggestion = suggestions.suggest(ticket.title, ticket.description, ticket=ticket)
    token, _ = AuthToken.objects.create(user=viewer)
    rows = {
        "helpdesk_ticket": ticket.pk,
        "knox_authtoken": token.pk,
        "django_tasks_database_dbtaskresult": DBTaskResult.objects.values_list("pk", flat=True)[0],
        "axes_accessattempt": AccessAttempt.objects.create(failures_since_start=1, ip_address="192.0.2.7").pk,
        "auth_user": viewer.pk,
        "auth_group": Group.objects.values_list("pk", flat=True)[0],
    }
    found = {}
    for name in ADMIN:
        row = next((pk for model, pk in rows.items() if name.startswith(model)), suggestion.pk)
        places = (
            {},
            {"object_id": row},
            {"id": row},
            {"pk": row},
            {"category": "billing"},
            {"kind": "bulk", "pk": 1},
            {"batch": uuid4()},
        )
        found[name] = address(f"admin:{name}", *places)
    return found


def test_a_member_of_staff_may_open_what_the_permission_says_and_nothing_else(
    person: User, addresses: dict[str, str], admin_as: Callable[[User], Client]
) -> None:
    client = admin_as(person)
    for name, (get, post) in ADMIN.items():
        for method, permission in {"get": get, "post": post}.items():
            before = Event.objects.count()
            answer = getattr(client, method)(addresses[name])
            # Somebody else's token is not even there: Django leads to the index, with a message.
            refused = answer.status_code == 403 or is_elsewhere(answer)
            if allows(person, permission):
                assert answer.status_code != 403, (name, method)
            else:
                assert refused or answer.status_code == 405, (name, method)
                assert Event.objects.count() == before
            assert answer.status_code < 500


def is_elsewhere(answer: HttpResponse) -> bool:
    return answer.headers.get("Location") == "/admin/"


def test_who_is_not_of_the_staff_is_sent_to_sign_in(
    outsider: User, addresses: dict[str, str], admin_as: Callable[[User], Client]
) -> None:
    for client in (admin_as(outsider), Client()):
        for name, url in addresses.items():
            for answer in (client.get(url), client.post(url)):
                assert answer.status_code == 302, name
                assert answer["Location"].startswith("/admin/login/"), name


@pytest.mark.parametrize("who", ["commenter", "suggester", "exporter"])
def test_what_all_staff_may_open_shows_no_ticket_to_those_who_may_not_see_one(
    request: pytest.FixtureRequest, who: str, ticket: Ticket, admin_as: Callable[[User], Client]
) -> None:
    client = admin_as(request.getfixturevalue(who))
    for url in (
        "/admin/",
        "/admin/search/?q=invoice",
        "/admin/helpdesk/",
        "/admin/password_change/",
    ):
        assert ticket.title not in client.get(url).content.decode(), url
