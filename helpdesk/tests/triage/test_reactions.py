"""What triage does after a change, done by the real worker's way of running it."""

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from helpdesk.choices import Channel
from helpdesk.tests.triage.providers.gemini_server import GeminiServer, answers, fails
from helpdesk.tickets import changes
from helpdesk.triage import learning, reactions, suggestions

pytestmark = pytest.mark.django_db(transaction=True)
BLANK = {"title": "Charged twice", "description": "Refund me", "category": "", "priority": ""}


@pytest.fixture
def gemini(settings):
    with GeminiServer() as server:
        settings.GEMINI_API_KEY, settings.GEMINI_API_ENDPOINT = "test-key", server.url
        settings.AI_TIMEOUT = 25  # the SDK is loaded within it, on a machine that may be busy
        settings.AI_ASK_BELOW = 1
        yield server


def work():
    call_command("db_worker", batch=True, verbosity=0)


def test_a_ticket_filled_locally_gets_a_second_opinion(gemini, make_ticket):
    gemini.behave(answers(category="account", priority="high"))
    ticket = make_ticket(**BLANK)
    work()
    second = ticket.suggestions.first()
    assert (second.provider, second.category, second.verdict) == ("gemini", "account", "pending")
    assert ticket.category == "billing"


def test_a_second_look_that_is_taken_twice_asks_once(gemini, make_ticket):
    gemini.behave(answers(category="account", priority="high"))
    ticket = make_ticket(**BLANK)
    for _ in range(2):
        reactions.second_look([ticket.pk])
    assert [suggestion.provider for suggestion in ticket.suggestions.all()] == ["gemini", "local"]


@pytest.mark.parametrize(("below", "asked"), [(0.5, 0), (1, 1)])
def test_only_an_unsure_guess_gets_a_second_opinion(gemini, make_ticket, settings, below, asked):
    settings.AI_ASK_BELOW = below
    make_ticket(**BLANK)
    work()
    assert len(gemini.requests) == asked


def test_how_sure_the_guess_is_of_a_given_category_does_not_matter(gemini, make_ticket, agent):
    ticket = make_ticket(**BLANK | {"category": "billing"}, actor=agent, channel="api")
    ticket.suggestions.update(category_confidence=0.3, priority_confidence=0.95)
    work()
    assert not gemini.requests


def test_a_provider_that_fails_adds_nothing(gemini, make_ticket):
    gemini.behave(fails(500))
    ticket = make_ticket(**BLANK)
    work()
    assert [suggestion.provider for suggestion in ticket.suggestions.all()] == ["local"]


def test_a_labelled_ticket_needs_no_opinion(gemini, ticket):
    work()
    assert not gemini.requests


def test_a_ticket_deleted_meanwhile_is_no_accident(gemini, make_ticket):
    ticket = make_ticket(**BLANK)
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


def waiting_to_learn():
    return DBTaskResult.objects.filter(task_path=learning.learn_if_due.module_path, status="READY").count()


def test_all_that_is_settled_meanwhile_is_learned_at_once(agent, make_ticket):
    for ticket in [make_ticket(), make_ticket(title="Another")]:
        changes.update(ticket, {"category": "account"}, actor=agent, channel="admin")
    work()
    assert waiting_to_learn() == 1


@pytest.mark.parametrize("verdict", [suggestions.dismiss, suggestions.accept])
def test_a_verdict_is_learned_from(agent, make_ticket, verdict):
    ticket = make_ticket(**BLANK)
    verdict(ticket.suggestions.get(), actor=agent)
    work()
    assert waiting_to_learn() == 1


def test_what_nobody_judged_is_not_learned_from(make_ticket):
    changes.update(make_ticket(**BLANK), {"category": "account"}, actor=None, channel="api")
    work()
    assert waiting_to_learn() == 0


def test_a_new_ticket_that_a_person_labelled_is_learned_from(agent, make_ticket):
    make_ticket(actor=agent, channel=Channel.ADMIN)
    work()
    assert waiting_to_learn() == 1


def test_a_confirmation_is_learned_from_once(make_ticket):
    ticket = make_ticket()
    for _ in range(2):
        changes.confirm_labels(ticket)
    assert DBTaskResult.objects.filter(args_kwargs__args__0=changes.SETTLED).count() == 1
    work()
    assert waiting_to_learn() == 1
