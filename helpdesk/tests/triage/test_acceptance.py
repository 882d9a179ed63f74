"""The numbers by which triage knows itself."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.tests.triage.record import suggestion, suggestions
from helpdesk.tickets.query import start_of
from helpdesk.triage import acceptance
from helpdesk.triage.models import ProviderCall, Suggestion

pytestmark = pytest.mark.django_db


def everything():
    return Suggestion.objects.all()


def call(failure="", provider="gemini", **fields):
    return ProviderCall.objects.create(provider=provider, model="x", failure=failure, **fields)


def this_day():
    today = timezone.localdate()
    return start_of(today), start_of(today + timedelta(days=1))


def test_an_empty_record_has_every_label_and_no_rate():
    record = acceptance.record(everything())
    assert record.all == acceptance.Tally()
    rates = record.all.acceptance, record.all.editing, record.all.dismissal
    assert {*rates, record.all.category_precision, record.all.priority_precision} == {None}
    assert list(record.by_category) == ["billing", "technical", "account", "general"]
    assert (record.category.cases, record.by_provider) == (0, {})


def test_rates_are_shares_of_what_was_decided():
    suggestions(5)
    suggestions(2, "edited", final_category="general")
    suggestions(2, "dismissed")
    suggestion("reverted", final_category="account")
    suggestions(3, "pending")
    suggestions(3, "applied")
    tally = acceptance.record(everything()).all
    assert (tally.total, tally.decided) == (16, 10)
    assert (tally.acceptance, tally.editing, tally.dismissal, tally.reversal) == (0.5, 0.2, 0.2, 0.1)


@pytest.mark.parametrize("verdict", ["pending", "dismissed", "applied"])
def test_what_nobody_settled_is_neither_right_nor_wrong(verdict):
    suggestion(verdict)
    record = acceptance.record(everything())
    assert (record.all.category_known, record.category.cases) == (0, 0)
    assert not acceptance.reliability(everything(), "category").buckets


def test_right_is_what_was_settled_as_suggested():
    suggestion("accepted")
    suggestion("edited", final_priority="high")
    record = acceptance.record(everything())
    assert (record.all.category_precision, record.all.priority_precision) == (1.0, 0.5)
    assert record.by_category["billing"].category_precision == 1.0
    assert record.by_priority["medium"].priority_precision == 0.5


def test_a_label_is_accepted_whatever_became_of_the_other():
    suggestion("edited", final_priority="high")
    record = acceptance.record(everything())
    assert (record.all.acceptance, record.all.editing) == (0.0, 1.0)
    assert (record.by_category["billing"].accepted, record.by_priority["medium"].edited) == (1, 1)


def test_a_label_that_nobody_judged_is_neither_right_nor_wrong():
    Suggestion.objects.filter(pk=suggestion("accepted").pk).update(final_priority="")
    record = acceptance.record(everything())
    assert (record.all.category_known, record.all.priority_known) == (1, 0)
    assert (record.by_priority["medium"].decided, record.priority.cases) == (0, 0)
    assert not acceptance.reliability(everything(), "priority").buckets


def test_the_matrix_holds_settled_against_suggested():
    suggestions(2)
    suggestion("edited", final_category="technical")
    suggestion("reverted", category="account", final_category="technical")
    assert acceptance.record(everything()).category.counts == {
        "billing": {"billing": 2},
        "technical": {"billing": 1, "account": 1},
    }


def test_providers_are_told_apart():
    suggestions(2, provider="gemini")
    suggestion("dismissed")
    by_provider = acceptance.record(everything()).by_provider
    assert {name: tally.acceptance for name, tally in by_provider.items()} == {"gemini": 1.0, "local": 0.0}


def test_agents_are_named_and_the_busiest_come_first(agent, other_agent):
    suggestions(2, decided_by=agent)
    suggestion("edited", decided_by=other_agent, final_category="general")
    suggestion("accepted")
    names = [(name, tally.total, tally.acceptance) for name, tally in acceptance.by_agent(everything())]
    assert names == [("Amir", 2, 1.0), ("Bea", 1, 0.0)]


def test_the_lists_of_providers_and_agents_are_bounded(django_user_model):
    for number in range(acceptance.ROWS + 3):
        person = django_user_model.objects.create_user(f"agent-{number}")
        suggestion("accepted", provider=f"provider-{number}", decided_by=person)
    assert len(acceptance.record(everything()).by_provider) == acceptance.ROWS
    assert len(acceptance.by_agent(everything())) == acceptance.ROWS


def test_quiet_weeks_are_there_too():
    today = timezone.localdate()
    suggestions(2)
    suggestion("dismissed", created_at=timezone.now() - timedelta(weeks=2))
    suggestion("dismissed", created_at=timezone.now() - timedelta(weeks=acceptance.WEEKS))
    weeks = acceptance.by_week(today)
    assert [week.tally.decided for week in weeks] == [0] * 9 + [1, 0, 2]
    assert weeks[-1].monday == today - timedelta(days=today.weekday())


def test_a_week_begins_at_midnight_of_the_desk(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    with timezone.override("Asia/Tokyo"):
        today = timezone.localdate()
        monday = start_of(today - timedelta(days=today.weekday()))
        suggestion("accepted", created_at=monday - timedelta(minutes=1))
        suggestion("accepted", created_at=monday)
        assert [week.tally.total for week in acceptance.by_week(today)[-2:]] == [1, 1]


def test_confidence_is_set_against_truth():
    suggestions(3, category_confidence=0.92)
    suggestion("edited", category_confidence=0.9, final_category="general")
    suggestion("accepted", category_confidence=0.4)
    low, high = acceptance.reliability(everything(), "category").buckets
    assert (low.index, low.cases, low.right) == (4, 1, 1)
    assert (high.index, high.cases, high.right) == (9, 4, 3)
    assert high.confidence == pytest.approx(0.915)


@pytest.mark.parametrize(
    ("confidence", "bucket"), [(0.0, 0), (0.1, 1), (0.3, 3), (0.7, 7), (0.8, 8), (1.0, 9)]
)
def test_a_round_confidence_opens_its_bucket(confidence, bucket):
    suggestion("accepted", priority_confidence=confidence)
    assert [line.index for line in acceptance.reliability(everything(), "priority").buckets] == [bucket]


def test_latency_is_that_of_the_middle_and_of_the_slow():
    for milliseconds in range(1, 101):
        suggestion(latency_ms=milliseconds)
    assert acceptance.latency(everything(), 100) == acceptance.Latency(median=50, p95=95)
    suggestion(latency_ms=90_000)
    assert acceptance.latency(everything(), 101) == acceptance.Latency(median=51, p95=96)


def test_the_latency_of_one_answer_is_its_own():
    assert acceptance.latency(everything(), 0) is None
    suggestion(latency_ms=7)
    assert acceptance.latency(everything(), 1) == acceptance.Latency(7, 7)


def test_calls_and_failures_are_counted_by_provider():
    call(latency_ms=100)
    call("no answer within 4 s", latency_ms=300)
    call(provider="openai", latency_ms=10)
    call(created_at=timezone.now() - timedelta(days=2))
    assert acceptance.calls(*this_day()) == [
        acceptance.Calls("gemini", count=2, failed=1, latency=200),
        acceptance.Calls("openai", count=1, failed=0, latency=10),
    ]


def test_each_provider_has_a_budget_of_its_own():
    assert acceptance.calls_today() == 0
    for provider in ("gemini", "gemini", "openai"):
        call(provider=provider)
    call(created_at=timezone.now() - timedelta(days=1))
    assert acceptance.calls_today() == 2


def test_only_the_period_counts():
    suggestion("accepted")
    suggestion("accepted", created_at=timezone.now() - timedelta(days=3))
    assert acceptance.record(acceptance.made_between(*this_day())).all.total == 1


@pytest.mark.parametrize("count", [3, 300])
def test_the_numbers_cost_the_same_for_few_and_many(count, agent):
    suggestions(count, decided_by=agent)
    with CaptureQueriesContext(connection) as captured:
        acceptance.record(everything())
        acceptance.by_week(timezone.localdate())
        acceptance.by_agent(everything())
        acceptance.reliability(everything(), "category")
        acceptance.latency(everything(), count)
        acceptance.calls(*this_day())
        acceptance.calls_today()
    assert len(captured) == 8
