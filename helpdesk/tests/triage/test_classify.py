"""Where tickets meet the providers: choice, cache, examples and what is told when nobody answers."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

import pytest
from django.core.cache import caches
from django.db import connection

from helpdesk.choices import Channel
from helpdesk.tests.triage import record
from helpdesk.tests.triage.providers import gemini_server, openai_server
from helpdesk.tickets import changes as tickets
from helpdesk.triage import classify, suggestions
from helpdesk.triage.models import ProviderCall, Suggestion
from helpdesk.triage.prediction import NotAsked, Unavailable
from helpdesk.triage.providers import registry

pytestmark = pytest.mark.django_db
TEXT = ("Charged twice", "I was charged twice, write to ann@example.com.")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(autouse=True, scope="module")
def no_connection_left():
    """Clients live as long as the process; those of these tests have served."""
    yield
    classify._chain.cache_clear()
    classify._counted.cache_clear()


@pytest.fixture
def gemini(settings):
    with gemini_server.GeminiServer() as server:
        settings.GEMINI_API_KEY, settings.GEMINI_API_ENDPOINT = "a-key", server.url
        settings.AI_TIMEOUT = 20
        yield server


@pytest.fixture
def openai(settings):
    with openai_server.OpenAIServer() as server:
        settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = server.url, "llama"
        settings.AI_TIMEOUT = 20
        yield server


@pytest.fixture
def corrected(make_ticket, agent):
    """Make a ticket about which the local model was wrong, and which a person put right."""

    def make(title, category="account", description="Nothing to see.", **changes):
        ticket = make_ticket(title=title, description=description, category="general", priority="low")
        suggestion = suggestions.suggest(title, description, ticket=ticket, actor=agent)
        labels = {"category": category, "priority": "high"} | changes
        ticket = tickets.update(ticket, labels, actor=agent, channel=Channel.ADMIN)
        suggestions.settle(suggestion, ticket, actor=agent)
        caches["default"].clear()
        return ticket

    return make


def test_the_settings_name_every_provider(settings):
    assert set(settings.AI_PROVIDERS) == set(registry.NAMES) == set(registry.DISPLAY_NAMES)


def test_without_a_key_nobody_is_asked():
    assert not classify.has_provider()
    assert classify.classify(*TEXT).provider == classify.LOCAL
    assert not ProviderCall.objects.exists()


@pytest.mark.parametrize("name", ["", "gemini", "google-genai"])
def test_the_setting_chooses_who_is_asked(gemini, settings, name):
    settings.AI_PROVIDER = name
    assert classify.has_provider()
    assert classify.classify(*TEXT).provider == (name or "gemini")
    assert len(gemini.requests) == 1


def test_a_server_of_ones_own_needs_no_key(openai, settings):
    settings.AI_PROVIDER = "openai"
    answer = classify.classify(*TEXT)
    assert (answer.provider, answer.model, answer.failures) == ("openai", "llama", {})


def test_local_asks_nobody_though_there_is_a_key(gemini, settings):
    settings.AI_PROVIDER = "local"
    assert not classify.has_provider()
    assert classify.classify(*TEXT).provider == classify.LOCAL
    assert not gemini.requests


def test_a_provider_without_its_settings_is_told_of(settings):
    settings.AI_PROVIDER = "openai"
    assert not classify.has_provider()
    answer = classify.classify(*TEXT)
    assert answer.provider == classify.LOCAL
    assert "Check OPENAI_" in answer.failures["openai"]
    assert not ProviderCall.objects.exists()


def test_the_same_text_is_paid_for_once(gemini):
    gemini.behave(gemini_server.answers(reasons=("charged twice",)))
    first, second = classify.classify(*TEXT), classify.classify(*TEXT)
    assert (first.category, first.priority, first.model) == (second.category, second.priority, second.model)
    assert len(gemini.requests) == ProviderCall.objects.count() == 1


def test_texts_that_differ_in_what_is_left_out_share_an_answer(gemini):
    classify.classify(*TEXT)
    classify.classify(TEXT[0], TEXT[1].replace("ann@", "bob@"))
    assert len(gemini.requests) == 1


def test_another_model_is_asked_anew(gemini, settings):
    classify.classify(*TEXT)
    settings.GEMINI_MODEL = "another"
    assert classify.classify(*TEXT).model == "another"


def test_a_failure_is_not_kept(gemini):
    gemini.behave(gemini_server.fails(500), gemini_server.answers())
    assert classify.classify(*TEXT).provider == classify.LOCAL
    assert classify.classify(*TEXT).provider == "gemini"
    assert [call.failure != "" for call in ProviderCall.objects.order_by("pk")] == [True, False]


def test_when_the_budget_is_used_up_the_local_model_answers_and_says_so(gemini, settings):
    settings.AI_CALLS_PER_DAY = 1
    classify.classify(*TEXT)
    answers = [classify.classify("Another", f"Text {number}") for number in range(5)]
    assert {answer.provider for answer in answers} == {classify.LOCAL}
    assert "The budget of 1 calls a day is used up" in answers[-1].failures["gemini"]
    assert classify.classify(*TEXT).provider == "gemini"
    assert len(gemini.requests) == 1


def test_what_is_left_out_is_a_matter_of_the_switch(gemini, settings):
    classify.classify(*TEXT)
    settings.AI_REDACT = False
    classify.classify(*TEXT)
    assert ["ann@example.com" in request.ticket for request in gemini.requests] == [False, True]


def test_the_settled_tickets_of_the_desk_are_shown(make_ticket, agent, gemini):
    by_person = {"actor": agent, "channel": "api", "category": "account"}
    make_ticket(title="Badge of eva@example.com charged", description="Twice.", **by_person)
    make_ticket(title="Lunch", description="Of next week.", **by_person)
    caches["default"].clear()
    classify.classify(*TEXT)
    sent = gemini.requests[0].ticket
    assert "Badge of [email] charged" in sent
    assert "category: account\npriority: medium" in sent
    assert sent.index("account") < sent.index("write to")


def test_with_the_switch_off_no_other_ticket_travels(corrected, gemini, settings):
    settings.AI_PROVIDER = "local"
    corrected("Badge is lost", category="account")
    settings.AI_PROVIDER, settings.AI_EXAMPLES = "gemini", False
    classify.classify(*TEXT)
    classify.ask("gemini", "Another", "Text")
    assert len(gemini.requests) == 2
    assert not any("Badge" in str(request.body) for request in gemini.requests)


def test_an_answer_is_as_sure_as_earlier_ones_were_right(gemini, settings):
    gemini.behave(gemini_server.answers(category="billing", confidence=0.9))
    before = classify.classify(*TEXT)
    record.suggestions(
        80, provider="gemini", model=settings.GEMINI_MODEL, stated_category=0.9, stated_priority=0.9
    )
    caches["default"].clear()
    after = classify.classify(*TEXT)
    assert (before.category.confidence, before.category.stated) == (0.675, 0.9)
    assert (after.category.confidence, after.category.stated) == (0.929, 0.9)
    assert len(gemini.requests) == 1


def test_one_provider_is_asked_by_name_and_nobody_steps_in(gemini, openai, settings):
    settings.AI_PROVIDER = "local"
    names = ["gemini", "google-genai", "openai", "local"]
    assert [classify.ask(name, *TEXT).provider for name in names] == names
    openai.behave(openai_server.fails(503))
    with pytest.raises(Unavailable, match="HTTP 503"):
        classify.ask("openai", "Another", "Text")


def test_who_cannot_be_asked_is_told(settings):
    with pytest.raises(NotAsked, match=r"There is no provider “oracle”\. Choose one of gemini, "):
        classify.ask("oracle", *TEXT)
    with pytest.raises(NotAsked, match=r"without OPENAI_BASE_URL and OPENAI_MODEL\.$"):
        classify.ask("openai", *TEXT)


def test_a_provider_that_is_measured_does_not_see_the_solution(corrected, gemini, settings):
    settings.AI_PROVIDER = "local"
    ticket, _ = corrected("Badge lost"), corrected("Another")
    classify.ask("gemini", ticket.title, ticket.description)
    sent = gemini.requests[0].ticket
    assert (sent.count("Badge lost"), sent.count("Another")) == (1, 1)


def test_a_long_name_of_a_model_is_cut_where_it_is_kept(openai, settings):
    settings.AI_PROVIDER, settings.OPENAI_MODEL = "openai", "/models/" + "x" * 200
    suggestion = suggestions.suggest(*TEXT)
    assert len(Suggestion.objects.get(pk=suggestion.pk).model) == 100
    assert len(ProviderCall.objects.get().model) == 100
    assert openai.requests[0].body["model"] == settings.OPENAI_MODEL


@pytest.mark.django_db(transaction=True)
def test_of_eight_questions_at_once_two_wait_for_the_provider(gemini, settings):
    release = threading.Event()

    def behave(handler):
        release.wait()
        gemini_server.answers()(handler)

    def question(number):
        try:
            return classify.classify("Charged twice", f"Invoice {number}")
        finally:
            connection.close()

    gemini.behave(behave)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(question, number) for number in range(8)]
        local = [future.result() for future in itertools.islice(as_completed(asked), 6)]
        release.set()
        answers = [future.result() for future in asked]
    assert [answer.provider for answer in local] == [classify.LOCAL] * 6
    assert all("Too many questions wait for Gemini" in answer.failures["gemini"] for answer in local)
    assert sorted(answer.provider for answer in answers) == ["gemini"] * 2 + [classify.LOCAL] * 6
    assert ProviderCall.objects.count() == len(gemini.requests) == 2
