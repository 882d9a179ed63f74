"""Calls of a provider, counted over all processes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from helpdesk.triage import budget
from helpdesk.triage.models import ProviderCall
from helpdesk.triage.prediction import NotAsked, Unavailable

pytestmark = pytest.mark.django_db


def spend(provider="gemini", failure=None):
    with budget.spend(provider, "a-model"):
        if failure:
            raise failure


@pytest.fixture
def noon(monkeypatch):
    moment = datetime(2026, 3, 2, 12, 31, 20, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


def spent(count, at, provider="gemini"):
    ProviderCall.objects.bulk_create(ProviderCall(provider=provider, created_at=at) for _ in range(count))


def test_every_call_leaves_a_row():
    spend()
    call = ProviderCall.objects.get()
    assert (call.provider, call.model, call.failure) == ("gemini", "a-model", "")


@pytest.mark.parametrize(
    ("failure", "kept"),
    [(Unavailable("Gemini was late." * 50), "Gemini was late."), (KeyError("x"), "KeyError")],
)
def test_a_failed_call_is_kept_with_its_reason(failure, kept):
    with pytest.raises(type(failure)):
        spend(failure=failure)
    assert ProviderCall.objects.get().failure.startswith(kept)


def test_what_was_not_asked_costs_nothing():
    with pytest.raises(NotAsked):
        spend(failure=NotAsked("It is busy."))
    assert not ProviderCall.objects.exists()


def test_a_process_that_dies_in_a_call_has_spent_it():
    next(iter(budget.spend("gemini", "a-model").gen))
    assert ProviderCall.objects.get().failure == budget.UNFINISHED


def test_the_budget_of_a_minute_returns_with_the_next(settings, noon):
    settings.AI_CALLS_PER_MINUTE = 2
    spent(5, noon - timedelta(minutes=1))
    spend()
    spend()
    with pytest.raises(NotAsked, match=r"^The budget of 2 calls a minute is used up; .* until 12:32\.$"):
        spend()
    assert ProviderCall.objects.count() == 7


def test_the_budget_of_a_day_returns_at_midnight_of_the_desk(settings, noon):
    settings.AI_CALLS_PER_DAY, settings.TIME_ZONE = 3, "Asia/Tokyo"
    spent(5, noon - timedelta(hours=22))
    spent(3, noon - timedelta(hours=20))
    with timezone.override("Asia/Tokyo"), pytest.raises(NotAsked, match=r"3 calls a day .* until 00:00\.$"):
        spend()


def test_each_provider_has_its_own_budget(settings):
    settings.AI_CALLS_PER_DAY = 1
    spend()
    spend("openai")
    with pytest.raises(NotAsked):
        spend("openai")


def test_one_query_counts_however_many_calls(django_assert_num_queries):
    spent(300, timezone.now())
    with django_assert_num_queries(1):
        assert budget.usage("gemini").day >= 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_asked_inside_a_transaction():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        spend()


@pytest.mark.django_db(transaction=True)
def test_callers_at_once_do_not_overdraw(settings):
    settings.AI_CALLS_PER_DAY = 5
    refused = []

    def try_it(_):
        try:
            spend()
        except NotAsked as why:
            refused.append(str(why))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as callers:
        list(callers.map(try_it, range(12)))
    assert 1 <= ProviderCall.objects.count() == 12 - len(refused) <= 5
    assert all(why.startswith("The budget of 5 calls a day") for why in refused)
