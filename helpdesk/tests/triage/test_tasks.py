"""Background work, done by the real worker's way of running it."""

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from helpdesk.tests.triage.providers.gemini_server import GeminiServer, answers, fails
from helpdesk.tickets import changes
from helpdesk.triage import tasks

pytestmark = pytest.mark.django_db(transaction=True)
BLANK = {"title": "Charged twice", "description": "Refund me", "category": "", "priority": ""}


@pytest.fixture
def gemini(settings):
    with GeminiServer() as server:
        settings.GEMINI_API_KEY, settings.GEMINI_API_ENDPOINT = "test-key", server.url
        settings.AI_TIMEOUT = 25  # the SDK is loaded within it, on a machine that may be busy
        yield server


def work():
    call_command("db_worker", batch=True, verbosity=0)


def test_a_ticket_filled_locally_gets_a_second_opinion(gemini, make_ticket):
    gemini.behave(answers(category="account", priority="high"))
    ticket = make_ticket(**BLANK)
    tasks.ask_later(ticket)
    work()
    second = ticket.suggestions.first()
    assert (second.provider, second.category, second.verdict) == ("gemini", "account", "pending")
    assert ticket.category == "billing"


def test_a_provider_that_fails_adds_nothing(gemini, make_ticket):
    gemini.behave(fails(500))
    ticket = make_ticket(**BLANK)
    tasks.ask_later(ticket)
    work()
    assert [suggestion.provider for suggestion in ticket.suggestions.all()] == ["local"]


def test_a_labelled_ticket_needs_no_opinion(gemini, ticket):
    tasks.ask_later(ticket)
    assert not DBTaskResult.objects.exists()


def test_without_a_provider_nothing_is_queued(make_ticket):
    tasks.ask_later(make_ticket(**BLANK))
    assert not DBTaskResult.objects.exists()


def test_a_ticket_deleted_meanwhile_is_no_accident(gemini, make_ticket):
    ticket = make_ticket(**BLANK)
    tasks.ask_later(ticket)
    changes.delete(ticket, actor=None, channel="system")
    work()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    assert not gemini.requests


@pytest.mark.parametrize("path", ["api", "form"])
def test_every_way_in_asks_later(gemini, agent, api_as, admin_as, path):
    words = {name: BLANK[name] for name in ("title", "description")}
    if path == "api":
        api_as(agent).post("/api/tickets/", words)
    else:
        admin_as(agent).post("/admin/helpdesk/ticket/add/", {**words, "status": "open"})
    assert not gemini.requests
    work()
    assert len(gemini.requests) == 1
