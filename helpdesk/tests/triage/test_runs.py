"""Bulk triage and backtests: nothing repeated, nothing lost, nothing touched."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from helpdesk.choices import Channel, JobState, RunKind
from helpdesk.tickets import changes
from helpdesk.tickets.models import Event, Ticket
from helpdesk.triage import classify as triage
from helpdesk.triage import runs
from helpdesk.triage.models import ApplyRule, Suggestion, TriageModel, TriageRun
from helpdesk.triage.prediction import Unavailable

pytestmark = pytest.mark.django_db


@pytest.fixture
def unlabelled(make_ticket):
    """Seven tickets whose labels a program sent; and three that are no business of a bulk triage."""
    made = [make_ticket(title=f"Charged twice {n}") for n in range(7)]
    make_ticket(status="closed")
    changes.update(make_ticket(), {"category": "account"}, actor=None, channel=Channel.SYSTEM)
    return made


@pytest.fixture
def settled(make_ticket, agent):
    for number in range(6):
        ticket = make_ticket(title=f"Charged twice {number}", description="Refund me", category="general")
        changes.update(ticket, {"category": "billing"}, actor=agent, channel=Channel.ADMIN)


def start_bulk():
    return runs.start(RunKind.BULK, {}, actor=None)


def finished(run):
    runs.work(run.pk)
    run.refresh_from_db()
    return run


def suggested():
    return sorted(Suggestion.objects.values_list("ticket_id", flat=True))


def test_every_ticket_without_a_human_label_gets_one_suggestion(unlabelled):
    run = finished(start_bulk())
    assert (run.state, run.done, run.total) == (JobState.DONE, 8, 8)
    assert len(suggested()) == len(set(suggested())) == 8


def test_a_bulk_triage_changes_no_ticket(unlabelled):
    before = list(Ticket.objects.values().order_by("pk")), Event.objects.count()
    finished(start_bulk())
    assert (list(Ticket.objects.values().order_by("pk")), Event.objects.count()) == before


def test_a_second_bulk_triage_says_nothing_twice(unlabelled):
    finished(start_bulk())
    finished(start_bulk())
    assert len(suggested()) == 8


def test_a_crash_in_the_middle_neither_repeats_nor_loses_a_ticket(unlabelled, monkeypatch):
    asked, classify = [], triage.classify

    def dies_at_the_fourth(title, description):
        asked.append(title)
        if len(asked) == 4:
            raise KeyboardInterrupt
        return classify(title, description)

    run = start_bulk()
    monkeypatch.setattr(triage, "classify", dies_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        runs.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.done, len(suggested())) == (JobState.RUNNING, 3, 3)
    TriageRun.objects.update(beat_at=run.created_at - runs.SILENCE)
    run.refresh_from_db()
    runs.resume(run, actor=None)
    assert finished(run).state == JobState.DONE
    assert run.done == 8
    assert len(suggested()) == len(set(suggested())) == 8


def test_a_running_run_is_not_started_twice(unlabelled):
    run = start_bulk()
    TriageRun.objects.update(state=JobState.RUNNING)
    runs.work(run.pk)
    assert not suggested()


def test_a_pause_stops_it_and_a_resume_goes_on(unlabelled, monkeypatch):
    monkeypatch.setattr(runs, "CHUNK", 2)
    run, classify = start_bulk(), triage.classify

    def pauses(title, description):
        if len(suggested()) == 1:
            runs.pause(TriageRun.objects.get(pk=run.pk), actor=None)
        return classify(title, description)

    monkeypatch.setattr(triage, "classify", pauses)
    assert finished(run).state == JobState.PAUSED
    assert run.done == 2
    runs.resume(run, actor=None)
    assert finished(run).state == JobState.DONE
    assert len(suggested()) == 8


def test_a_failure_is_kept_and_can_be_resumed(unlabelled, monkeypatch):
    run = start_bulk()
    with monkeypatch.context() as broken:
        broken.setattr(triage, "classify", lambda title, description: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            runs.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (JobState.FAILED, "ZeroDivisionError: division by zero")
    runs.resume(run, actor=None)
    assert finished(run).state == JobState.DONE


def test_one_of_a_kind_at_a_time(unlabelled):
    run = start_bulk()
    with pytest.raises(runs.RunRefused, match="not finished"):
        start_bulk()
    runs.cancel(run, actor=None)
    start_bulk()


@pytest.mark.parametrize(
    ("verb", "state"), [("pause", "done"), ("resume", "done"), ("cancel", "done"), ("resume", "running")]
)
def test_a_verb_at_the_wrong_time_is_refused(verb, state):
    run = start_bulk()
    TriageRun.objects.update(state=state)
    run.refresh_from_db()
    with pytest.raises(runs.RunRefused):
        getattr(runs, verb)(run, actor=None)


def test_a_ticket_deleted_meanwhile_is_passed_over(unlabelled, monkeypatch):
    classify = triage.classify

    def deletes(title, description):
        changes.delete_many([unlabelled[3].pk], actor=None, channel=Channel.SYSTEM)
        return classify(title, description)

    run = start_bulk()
    monkeypatch.setattr(triage, "classify", deletes)
    assert finished(run).state == JobState.DONE
    assert unlabelled[3].pk not in suggested()


def test_a_run_whose_worker_was_killed_goes_on_by_itself(unlabelled):
    """The worker's tasks are put back as soon as it is silent, which may be before the run is."""
    run = start_bulk()
    TriageRun.objects.update(state=JobState.RUNNING, beat_at=timezone.now())
    runs.go_on.call(run.pk)
    run.refresh_from_db()
    assert (run.state, run.done) == (JobState.RUNNING, 0)
    assert DBTaskResult.objects.filter(
        task_path=runs.go_on.module_path, run_after__gt=timezone.now()
    ).exists()
    TriageRun.objects.update(beat_at=timezone.now() - runs.SILENCE - timedelta(seconds=1))
    runs.go_on.call(run.pk)
    run.refresh_from_db()
    assert (run.state, run.done) == (JobState.DONE, run.total)


def test_bulk_triage_applies_what_a_rule_allows(unlabelled):
    category = triage.classify_locally(unlabelled[0].title, unlabelled[0].description).category.value
    ApplyRule.objects.create(category=category, is_on=True, threshold=0.0)
    finished(start_bulk())
    assert Suggestion.objects.filter(verdict="applied", category=category).count() >= 1


def test_a_backtest_compares_and_touches_nothing(settled):
    before = list(Ticket.objects.values().order_by("pk")), Event.objects.count()
    run = finished(runs.start(RunKind.BACKTEST, {"provider": "local", "count": 5}, actor=None))
    assert (run.state, run.done) == (JobState.DONE, 5)
    assert run.result["category"]["matrix"] == {"billing": {"billing": 5}}
    assert sum(shown for _, shown, _ in run.result["category"]["reliability"]) == 5
    assert run.result["category"]["sources"] == {"here": [5, 5]}
    assert (list(Ticket.objects.values().order_by("pk")), Event.objects.count()) == before
    assert not Suggestion.objects.exists()


def test_a_backtest_counts_what_got_no_answer(settled, monkeypatch):
    def fail(provider, title, description):
        raise Unavailable("down")

    monkeypatch.setattr(triage, "ask", fail)
    run = finished(runs.start(RunKind.BACKTEST, {"provider": "gemini", "count": 5}, actor=None))
    assert run.result == {"failures": 5}


def test_a_version_is_never_graded_on_what_it_learned(settled, make_ticket, agent, monkeypatch):
    """Of what it learned counts what models said without it; a copy of a learned text counts for nothing."""
    first, second, third, *others = Ticket.objects.order_by("pk")
    copy = make_ticket(title=third.title, description=third.description)
    changes.update(copy, {"category": "account"}, actor=agent, channel=Channel.ADMIN)
    version = TriageModel.objects.create(
        weights={"format": 2, "weights": {}},
        labels_hash="x",
        label_count=2,
        known={"category": {str(ticket.pk): "billing" for ticket in (first, second, third)}},
        unseen={"category": {str(first.pk): ["general", 0.9], str(second.pk): ["billing", 0.4]}},
    )
    asked = []
    ask = triage.ask
    monkeypatch.setattr(triage, "ask", lambda *words: asked.append(words) or ask(*words))
    run = finished(
        runs.start(RunKind.BACKTEST, {"provider": f"version:{version.pk}", "count": 50}, actor=None)
    )
    found = run.result["category"]
    assert (found["cross_validated"], found["left_out"]) == (2, 2)
    assert found["matrix"]["billing"]["general"] == 1
    assert found["reliability"][4] == [4, 1, 1]
    assert len(asked) == found["asked"] == len(others)


def test_a_backtest_needs_settled_tickets(ticket):
    with pytest.raises(runs.RunRefused, match="No ticket is settled yet"):
        runs.start(RunKind.BACKTEST, {"provider": "local", "count": 5}, actor=None)
