"""One change of many tickets: in pieces, stopped, ended by a crash, and taken back."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from helpdesk.choices import Channel
from helpdesk.tickets import bulk, changes, undo
from helpdesk.tickets.bulk import BulkChange, TooMany
from helpdesk.tickets.models import Event, Ticket
from helpdesk.tickets.query import Invalid

pytestmark = pytest.mark.django_db
ROW = {"title": "Many", "description": "x", "category": "general", "priority": "low"}


@pytest.fixture
def many(db):
    return [ticket.pk for ticket in changes.create_many([ROW] * 25, actor=None, channel=Channel.SYSTEM)]


@pytest.fixture
def pieces(monkeypatch):
    """Pieces of ten, of which one is made at once."""
    monkeypatch.setattr(bulk, "CHUNK", 10)
    monkeypatch.setattr(bulk, "AT_ONCE", 1)


def start(lead, ids=None, query=None, limit=None, **values):
    return bulk.start(ids, query or {}, values, actor=lead, limit=limit)


def test_a_preview_counts_what_differs(many, lead):
    changes.update_many(many[:5], {"priority": "high"}, actor=lead, channel=Channel.ADMIN)
    seen = bulk.preview(bulk.chosen(None, {"category": "general"}, lead), {"priority": "high"}, None)
    assert (seen.total, seen.same, seen.differ, len(seen.some)) == (25, 5, 20, 5)
    assert not BulkChange.objects.exists()


def test_a_small_one_is_done_at_once_and_undone_as_one(many, lead):
    row = start(lead, ids=many[:3], status="closed")
    assert (row.total, row.done, row.changed) == (3, 3, 3)
    assert row.finished_at
    assert set(Event.objects.filter(batch=row.batch).values_list("ticket", flat=True)) == set(many[:3])
    changes.update(many[0], {"status": "open"}, actor=lead, channel=Channel.ADMIN)
    undone = undo.undo(row.batch, actor=lead, channel=Channel.ADMIN)
    assert (undone.restored, undone.left_count) == (2, 1)
    assert Ticket.objects.filter(status="closed").count() == 0


def test_a_long_one_goes_on_in_the_worker_and_is_done_once(many, lead, pieces):
    row = start(lead, query={"priority": "low"}, priority="high")
    assert (row.done, row.changed, row.finished_at) == (10, 10, None)
    bulk.go_on.func(str(row.pk))
    bulk.go_on.func(str(row.pk))
    bulk.go_on.func(str(row.pk))
    row.refresh_from_db()
    assert (row.done, row.changed) == (25, 25)
    assert row.finished_at
    assert Event.objects.filter(batch=row.batch).count() == 25


def run_tasks():
    """Run what is queued for this room, as the worker does, to the end; returns how many tasks there were."""
    count = 0
    while waiting := DBTaskResult.objects.filter(task_path=bulk.go_on.module_path):
        for result in waiting:
            result.task.call(*result.args_kwargs["args"])
            result.delete()
            count += 1
    return count


def test_the_rest_is_left_to_the_worker(many, lead, pieces):
    row = start(lead, ids=many, priority="high")
    assert run_tasks() == 2
    row.refresh_from_db()
    assert (row.done, row.changed, Event.objects.filter(batch=row.batch).count()) == (25, 25, 25)


def test_what_can_be_made_while_the_person_waits(many, lead, monkeypatch):
    made = []
    monkeypatch.setattr(bulk, "go_on_once", lambda pk: made.append(pk) or True)
    row = start(lead, ids=many, status="closed")
    assert made == [row.pk] * 5


def test_one_whose_person_is_gone_ends(many, agent, pieces):
    row = start(agent, ids=many, status="closed")
    agent.delete()
    assert not bulk.go_on_once(row.pk)
    row.refresh_from_db()
    assert (row.done, row.changed, row.finished_at is not None) == (10, 10, True)


def test_one_whose_person_left_meanwhile_gives_the_tickets_to_nobody(many, lead, agent, pieces):
    row = start(lead, ids=many, assignee=agent.pk)
    agent.delete()
    while bulk.go_on_once(row.pk):
        pass
    assert Ticket.objects.filter(assignee=None).count() == 25


def test_a_desk_without_tickets_has_nothing_to_change(lead):
    row = start(lead, status="closed")
    assert (row.total, row.done, row.last, row.finished_at is not None) == (0, 0, 0, True)


def test_what_has_ended_stays_as_it_is(many, lead):
    row = start(lead, ids=many, status="closed")
    changes.update_many(many[:3], {"status": "open"}, actor=lead, channel=Channel.ADMIN)
    BulkChange.objects.filter(pk=row.pk).update(cursor=0)
    ended = BulkChange.objects.get(pk=row.pk)
    assert bulk.go_on_once(row.pk) is False
    again = BulkChange.objects.get(pk=row.pk)
    assert (again.done, again.finished_at) == (ended.done, ended.finished_at)
    assert Ticket.objects.filter(status="open").count() == 3
    assert str(again) == "25 tickets: {'status': 'closed'}"


def test_the_limit_of_all_is_the_one_that_is_promised():
    assert f"leads may change {bulk.MOST:,} |" in (settings.BASE_DIR / "README.md").read_text()


def test_one_whose_process_dies_at_once_is_taken_up_by_the_worker(many, lead, pieces, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    row = start(lead, ids=many, status="closed")
    assert row.done == 0
    for _ in range(3):
        bulk.go_on.func(str(row.pk))
    assert Ticket.objects.filter(status="closed").count() == 25


def test_one_that_is_stopped_keeps_what_it_did(many, lead, pieces):
    row = start(lead, ids=many, status="closed")
    bulk.cancel(row)
    bulk.go_on.func(str(row.pk))
    row.refresh_from_db()
    assert (row.changed, Ticket.objects.filter(status="closed").count()) == (10, 10)
    assert row.finished_at
    assert undo.undo(row.batch, actor=lead, channel=Channel.ADMIN).restored == 10


def test_what_is_deleted_or_changed_meanwhile_is_judged_when_its_turn_comes(many, lead, pieces):
    row = start(lead, query={"status": "open"}, status="closed")
    changes.delete(many[15], actor=lead, channel=Channel.ADMIN)
    changes.update(many[16], {"status": "resolved"}, actor=lead, channel=Channel.ADMIN)
    changes.create_many([ROW], actor=None, channel=Channel.SYSTEM)
    while bulk.go_on_once(row.pk):
        pass
    assert dict(Ticket.objects.values_list("pk", "status"))[many[16]] == "resolved"
    assert Ticket.objects.filter(status="closed").count() == 23
    assert Ticket.objects.filter(status="open").count() == 1


def test_a_limit_is_kept_and_nothing_is_done(many, agent):
    with pytest.raises(TooMany, match=r"More than 20 tickets are meant. Narrow the filters, or ask a lead"):
        start(agent, ids=many, limit=20, status="closed")
    assert start(agent, ids=many[:20], limit=20, status="closed").changed == 20
    assert BulkChange.objects.count() == 1


def test_nobody_sweeps_everything(many, lead, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 24)
    with pytest.raises(TooMany, match=r"More than 24 tickets are meant. Narrow the filters.$"):
        start(lead, status="closed")


def test_filters_that_make_no_sense_are_refused(many, lead):
    with pytest.raises(Invalid):
        start(lead, query={"status": "done"}, status="closed")


def test_a_person_is_given_many(many, lead, agent):
    assert start(lead, ids=many, assignee=agent.pk).changed == 25
    assert start(lead, query={"q": "many"}, assignee=None).changed == 25
    assert Ticket.objects.filter(assignee=None).count() == 25


def test_labels_that_are_set_on_purpose_are_a_persons_judgement(many, lead):
    start(lead, ids=many[:2], category="billing")
    assert Ticket.objects.filter(category_confirmed=True).count() == 2
    recent = timezone.now() - timedelta(minutes=1)
    assert BulkChange.objects.get().created_at > recent
