"""Announcements and reactions: left in the transaction, run once in effect, tried again, given up visibly."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from helpdesk.jobs import delivery, reactions, workers
from helpdesk.jobs.outbox import announce

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard(monkeypatch):
    """What each reaction was told: by ``heard["first"]`` and ``heard["second"]``; "broken" always fails."""
    found = {"first": [], "second": [], "broken": []}

    def broken(ids):
        found["broken"].append(ids)
        raise ConnectionError("away")

    kinds = {
        "ordinary": {"first": found["first"].append, "second": found["second"].append},
        "hard": {"broken": broken, "second": found["second"].append},
    }
    monkeypatch.setattr(reactions, "_registered", kinds)
    return found


def tell(kind, ids):
    with transaction.atomic():
        announce(kind, ids)


def work():
    call_command("db_worker", batch=True, verbosity=0)


def let_time_pass():
    """What waits for its pause to end may run now."""
    DBTaskResult.objects.filter(status="READY").exclude(run_after=get_date_max()).update(
        run_after=timezone.now()
    )


def test_every_reaction_hears_it_once(heard):
    tell("ordinary", [1, 2])
    work()
    assert heard["first"] == heard["second"] == [[1, 2]]
    work()
    assert heard["first"] == [[1, 2]]


def test_what_is_rolled_back_was_never_said(heard):
    with transaction.atomic():
        announce("ordinary", [1])
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()


def test_outside_a_transaction_nothing_can_be_announced(heard):
    with pytest.raises(RuntimeError, match="in the transaction"):
        announce("ordinary", [1])


def test_what_nobody_listens_to_leaves_nothing(heard):
    tell("unheard of", [1])
    assert not DBTaskResult.objects.exists()


def test_many_rows_are_announced_by_the_thousand(heard):
    tell("ordinary", list(range(2_500)))
    assert DBTaskResult.objects.count() == 3
    work()
    assert [len(ids) for ids in heard["first"]] == [1000, 1000, 500]


def test_a_failing_reaction_keeps_no_other_from_running(heard, caplog):
    tell("hard", [1])
    work()
    assert heard["second"] == [[1]]
    owed = DBTaskResult.objects.get(status="READY")
    assert owed.args_kwargs["args"] == ["broken", [1], 1]
    pause = (owed.run_after - owed.enqueued_at).total_seconds()
    assert pause == pytest.approx(delivery.PAUSES[0].total_seconds(), abs=5)
    assert ("broken failed and is tried again in 0:00:10", True) in [
        (record.getMessage(), bool(record.exc_info)) for record in caplog.records
    ]


def test_pauses_grow_and_the_end_is_visible(heard, caplog):
    tell("hard", [1])
    work()
    for _ in delivery.PAUSES:
        let_time_pass()
        work()
    assert [str(pause) for pause in delivery.PAUSES] == [
        "0:00:10",
        "0:01:00",
        "0:10:00",
        "1:00:00",
        "6:00:00",
    ]
    failed = DBTaskResult.objects.get(status="FAILED")
    assert "away" in failed.traceback
    assert len(heard["broken"]) == len(delivery.PAUSES) + 1
    assert heard["second"] == [[1]]


def test_what_was_given_up_can_be_run_again(heard, caplog, monkeypatch):
    delivery.retry.enqueue("broken", [1], len(delivery.PAUSES))
    work()
    mended = []
    monkeypatch.setattr(reactions, "_registered", {"hard": {"broken": mended.append}})
    assert workers.run_again(DBTaskResult.objects.get(status="FAILED"))
    work()
    assert mended == [[1]]
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    assert not workers.run_again(DBTaskResult.objects.get())


def test_what_is_done_is_forgotten_after_some_days(heard):
    tell("ordinary", [1])
    work()
    workers.prune()
    assert DBTaskResult.objects.exists()
    DBTaskResult.objects.update(finished_at=timezone.now() - workers.KEPT - timedelta(minutes=1))
    workers.prune()
    assert not DBTaskResult.objects.exists()
