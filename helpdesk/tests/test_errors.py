"""What people and programs see when a request fails. None of it asks the database."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import DisallowedHost, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver

from helpdesk import errors, logs
from helpdesk.faults import FULL

Handler = Callable[[HttpRequest], HttpResponse]
HANDLERS: dict[int, Handler] = {
    400: lambda request: errors.bad_request(request, SuspiciousOperation()),
    403: errors.permission_denied,
    404: errors.not_found,
    500: errors.server_error,
    503: lambda request: errors.unavailable(request, FULL, OSError("full")),
}


@pytest.mark.parametrize(("status", "handler"), HANDLERS.items())
def test_people_get_a_page_with_a_way_back(status: int, handler: Handler, rf: RequestFactory) -> None:
    logs.begin("request", "abc-123456")
    response = handler(rf.get('/admin/x/?q="><b>'))
    page = response.content.decode()
    assert response.status_code == status
    assert errors.TITLES[status] in page
    assert 'href="/admin/"' in page
    assert "<b>" not in page
    assert ("abc-123456" in page) == (status >= 500), "the number is for what the operator must look into"
    assert ("Try again" in page) == (status >= 500)
    assert "Try again</a>" not in handler(rf.post("/admin/x/")).content.decode(), "a form is not sent twice"


@pytest.mark.parametrize(("status", "handler"), HANDLERS.items())
@pytest.mark.parametrize("path", ["/api/tickets/", "/api", "/readyz"])
def test_programs_get_json(path: str, status: int, handler: Handler, rf: RequestFactory) -> None:
    logs.begin("request", "abc-123456")
    response = handler(rf.get(path))
    assert (response.status_code, response["Content-Type"]) == (status, "application/json")


@pytest.mark.parametrize(
    ("error", "advice"),
    [(DisallowedHost(), "ALLOWED_HOSTS"), (RequestDataTooBig(), "too large"), (None, "headers")],
)
def test_a_bad_request_says_what_is_bad(error: Exception | None, advice: str, rf: RequestFactory) -> None:
    assert advice in errors.bad_request(rf.get("/admin/"), error).content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_django_asks_us(status: int) -> None:
    assert get_resolver().resolve_error_handler(status).__module__ == "helpdesk.errors"


@pytest.mark.parametrize("debug", [True, False])
def test_an_address_below_the_admin_that_does_not_exist(
    debug: bool, settings: Any, viewer: User, admin_as: Callable[[User], Client]
) -> None:
    settings.DEBUG = debug
    response = admin_as(viewer).get("/admin/nothing/at/all/")
    assert response.status_code == 404
    assert errors.TITLES[404] in response.content.decode()


@pytest.mark.parametrize("debug", [True, False])
def test_a_page_that_somebody_may_not_open(
    debug: bool, settings: Any, viewer: User, admin_as: Callable[[User], Client]
) -> None:
    settings.DEBUG = debug
    response = admin_as(viewer).get("/admin/helpdesk/ticket/add/")
    assert response.status_code == 403
    assert errors.FORBIDDEN in response.content.decode()


def test_a_form_that_is_out_of_date(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a", "password": "b"})
    page = response.content.decode()
    assert response.status_code == 403
    assert "This form is out of date" in page
    assert "reload the page" in page


def test_a_form_with_too_many_fields(lead: User, admin_as: Callable[[User], Client], settings: Any) -> None:
    settings.DEBUG = False
    response = admin_as(lead).post(
        "/admin/helpdesk/ticket/",
        {f"field{number}": "" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)},
    )
    assert response.status_code == 400
    assert errors.TOO_LARGE in response.content.decode()


def test_a_mistake_of_ours_is_a_page_with_a_number(
    viewer: User, admin_as: Callable[[User], Client], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise ValueError("ours")

    settings.DEBUG = False
    monkeypatch.setattr("helpdesk.admin.tickets.TicketAdmin.get_queryset", fail)
    browser = admin_as(viewer)
    browser.raise_request_exception = False
    response = browser.get("/admin/helpdesk/ticket/")
    assert response.status_code == 500
    assert response["X-Request-ID"] in response.content.decode()
