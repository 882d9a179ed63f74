"""Taking changes back: what returns, what is left, and that it can be done once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from helpdesk.choices import Action, Channel
from helpdesk.tests.tickets.test_concurrency import at_once
from helpdesk.tickets import changes, comments, takeback, undo
from helpdesk.tickets.models import Event, Ticket
from helpdesk.tickets.undo_record import Undo

pytestmark = pytest.mark.django_db
BY_SYSTEM = {"actor": None, "channel": Channel.SYSTEM}


def last_event(ticket):
    return Event.objects.for_history(ticket.pk)[0]


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def test_one_change_is_taken_back_by_a_change_of_its_own(ticket, agent, lead):
    changes.update(ticket, {"priority": "high", "title": "New"}, actor=agent, channel=Channel.ADMIN)
    row = undo.undo(last_event(ticket), actor=lead, channel=Channel.API)
    assert (fresh(ticket).priority, fresh(ticket).title) == (ticket.priority, ticket.title)
    assert fresh(ticket).due_at == ticket.due_at
    told = last_event(ticket)
    assert (told.action, told.actor, told.channel, told.batch) == ("updated", lead, "api", row.batch)
    assert told.changes["priority"] == ["high", "medium"]
    assert (row.total, row.done, row.restored, row.left) == (1, 1, 1, [])
    assert row.finished_at
    assert Ticket.objects.search(ticket.title).filter(pk=ticket.pk).exists()


def test_what_a_colleague_changed_since_stays_and_is_named(ticket, agent, other_agent):
    changes.update(ticket, {"priority": "high", "status": "resolved"}, actor=agent, channel=Channel.ADMIN)
    event = last_event(ticket)
    changes.update(ticket, {"priority": "low"}, actor=other_agent, channel=Channel.ADMIN)
    row = undo.undo(event, actor=agent, channel=Channel.ADMIN)
    assert (fresh(ticket).priority, fresh(ticket).status) == ("low", "open")
    assert row.left == [[ticket.pk, ["priority"], takeback.CHANGED]]
    assert (row.restored, row.left_count) == (1, 1)


def test_a_value_that_a_colleague_chose_again_is_theirs(ticket, agent, other_agent):
    changes.update(ticket, {"priority": "high"}, actor=agent, channel=Channel.ADMIN)
    event = last_event(ticket)
    for value in ("low", "high"):
        changes.update(ticket, {"priority": value}, actor=other_agent, channel=Channel.ADMIN)
    row = undo.undo(event, actor=agent, channel=Channel.ADMIN)
    assert (fresh(ticket).priority, row.restored, row.left_count) == ("high", 0, 1)


def test_a_change_without_an_event_is_seen_too(ticket, agent, other_agent):
    changes.update(ticket, {"assignee": agent}, **BY_SYSTEM)
    changes.update(ticket, {"assignee": other_agent}, **BY_SYSTEM)
    event = last_event(ticket)
    other_agent.delete()
    assert undo.undo(event, **BY_SYSTEM).left == [[ticket.pk, ["assignee"], takeback.CHANGED]]


def test_an_assignee_who_is_gone_is_not_given_the_ticket_back(ticket, agent, other_agent):
    changes.update(ticket, {"assignee": other_agent, "priority": "low"}, **BY_SYSTEM)
    changes.update(ticket, {"assignee": agent, "priority": "high"}, **BY_SYSTEM)
    other_agent.delete()
    row = undo.undo(last_event(ticket), **BY_SYSTEM)
    assert row.left == [[ticket.pk, ["assignee"], takeback.PERSON_GONE]]
    assert (fresh(ticket).assignee, fresh(ticket).priority) == (agent, "low")


def test_a_number_that_another_ticket_has_by_now_stays_with_it(ticket, make_ticket):
    changes.update(ticket, {"external_source": "zendesk", "external_id": "7"}, **BY_SYSTEM)
    changes.update(ticket, {"external_id": "8", "title": "New"}, **BY_SYSTEM)
    event = last_event(ticket)
    make_ticket(external_source="zendesk", external_id="7")
    row = undo.undo(event, **BY_SYSTEM)
    assert row.left == [[ticket.pk, ["external_id"], takeback.NUMBER_TAKEN]]
    assert (fresh(ticket).external_id, fresh(ticket).title) == ("8", ticket.title)


@pytest.mark.parametrize(
    ("path", "back"), [(["resolved", "open"], "resolved"), (["closed", "in_progress"], "closed")]
)
def test_a_ticket_that_was_reopened_by_mistake_was_resolved_when_it_was(ticket, path, back):
    changes.update(ticket, {"status": path[0]}, **BY_SYSTEM)
    before = fresh(ticket)
    changes.update(ticket, {"status": path[1]}, **BY_SYSTEM)
    undo.undo(last_event(ticket), **BY_SYSTEM)
    after = fresh(ticket)
    assert (after.status, after.resolved_at, after.closed_at) == (back, before.resolved_at, before.closed_at)


@pytest.mark.parametrize("path", [["resolved"], ["closed"], ["resolved", "closed"]])
def test_the_times_go_with_the_status(ticket, path):
    events = []
    for status in path:
        changes.update(ticket, {"status": status}, **BY_SYSTEM)
        events.append(last_event(ticket))
    for event in reversed(events):
        undo.undo(event, **BY_SYSTEM)
    assert (fresh(ticket).status, fresh(ticket).resolved_at, fresh(ticket).closed_at) == ("open", None, None)


def test_a_judgement_is_taken_back_with_its_label(ticket, agent):
    by_agent = {"actor": agent, "channel": Channel.ADMIN}
    changes.update(ticket, {"category": "technical"}, **by_agent)
    assert fresh(ticket).category_confirmed
    undo.undo(last_event(ticket), **by_agent)
    assert (fresh(ticket).category, fresh(ticket).category_confirmed) == ("billing", False)


def test_a_label_that_was_judged_before_is_judged_again(ticket, agent):
    by_agent = {"actor": agent, "channel": Channel.ADMIN}
    changes.update(ticket, {"category": "technical"}, **by_agent)
    changes.update(ticket, {"category": "account"}, **by_agent)
    undo.undo(last_event(ticket), **by_agent)
    assert (fresh(ticket).category, fresh(ticket).category_confirmed) == ("technical", True)


def test_an_undo_can_be_undone_but_nothing_twice(ticket, agent):
    changes.update(ticket, {"priority": "high"}, actor=agent, channel=Channel.ADMIN)
    event = last_event(ticket)
    row = undo.undo(event, **BY_SYSTEM)
    undo.undo(row.batch, **BY_SYSTEM)
    assert fresh(ticket).priority == "high"
    for thing in (event, row.batch):
        with pytest.raises(undo.UndoRefused, match="was undone before"):
            undo.undo(thing, **BY_SYSTEM)
    assert fresh(ticket).priority == "high"


def test_one_step_after_the_other_goes_back_to_the_beginning(ticket):
    events = []
    for value in ("low", "high", "critical"):
        changes.update(ticket, {"priority": value}, **BY_SYSTEM)
        events.append(last_event(ticket))
    rows = [undo.undo(event, **BY_SYSTEM) for event in reversed(events)]
    assert [row.left for row in rows] == [[], [], []]
    assert fresh(ticket).priority == ticket.priority


def test_what_is_no_change_of_fields_is_refused(ticket, agent):
    created = last_event(ticket)
    comments.add(ticket, "Hello", author=agent, channel=Channel.ADMIN)
    said = last_event(ticket)
    changes.delete(ticket, **BY_SYSTEM)
    for event in (created, said, last_event(ticket)):
        with pytest.raises(undo.UndoRefused, match="Only changes of fields"):
            undo.undo(event, **BY_SYSTEM)
    with pytest.raises(undo.UndoRefused, match="no such change"):
        undo.undo(uuid4(), **BY_SYSTEM)
    assert not Undo.objects.exists()


def test_a_batch_comes_back_without_what_is_gone_or_changed(make_ticket, lead, agent):
    tickets, batch = [make_ticket() for _ in range(5)], uuid4()
    ids = [ticket.pk for ticket in tickets]
    changes.update_many(ids, {"priority": "high"}, actor=lead, channel=Channel.ADMIN, batch=batch)
    changes.update(tickets[0], {"priority": "critical"}, actor=agent, channel=Channel.ADMIN)
    changes.delete(tickets[1], **BY_SYSTEM)
    row = undo.undo(batch, actor=lead, channel=Channel.ADMIN)
    assert row.left == [[ids[0], ["priority"], takeback.CHANGED], [ids[1], [], takeback.DELETED]]
    assert (row.total, row.done, row.restored, row.left_count) == (5, 5, 3, 2)
    assert [fresh(ticket).priority for ticket in tickets[2:]] == ["medium"] * 3
    assert Event.objects.filter(batch=row.batch, actor=lead).count() == 3


def test_a_batch_that_changed_a_ticket_twice_goes_back_to_its_beginning(ticket, make_ticket):
    batch, other = uuid4(), make_ticket()
    for value in ("high", "critical"):
        changes.update(ticket, {"priority": value}, **BY_SYSTEM, batch=batch)
    made = changes.create_many(
        [{"title": "T", "description": "D", "category": "general", "priority": "low"}],
        **BY_SYSTEM,
        batch=batch,
    )
    changes.update(other, {"priority": "low"}, **BY_SYSTEM, batch=batch)
    row = undo.undo(batch, **BY_SYSTEM)
    assert (fresh(ticket).priority, fresh(other).priority) == ("medium", "medium")
    assert row.left == [[made[0].pk, [""], takeback.NO_CHANGE[Action.CREATED]]]


def run_tasks():
    """Run what is queued for this room, as the worker does, to the end."""
    while waiting := DBTaskResult.objects.filter(task_path=undo.go_on.module_path):
        for result in waiting:
            result.task.call(*result.args_kwargs["args"])
            result.delete()


def test_a_long_undo_is_done_in_pieces_and_each_once(make_ticket, monkeypatch):
    monkeypatch.setattr(undo, "CHUNK", 2)
    tickets, batch = [make_ticket() for _ in range(5)], uuid4()
    changes.update_many([ticket.pk for ticket in tickets], {"status": "closed"}, **BY_SYSTEM, batch=batch)
    row = undo.undo(batch, **BY_SYSTEM)
    assert (row.done, row.total, row.finished_at) == (2, 5, None)
    with pytest.raises(undo.UndoRefused, match="being undone"):
        undo.undo(batch, **BY_SYSTEM)
    undo.go_on.call(row.pk)
    run_tasks()
    row.refresh_from_db()
    assert (row.done, row.restored) == (5, 5)
    assert row.finished_at
    assert Event.objects.filter(batch=row.batch).count() == 5
    assert {fresh(ticket).status for ticket in tickets} == {"open"}


def test_a_worker_does_what_is_left_of_a_long_undo(make_ticket, monkeypatch):
    monkeypatch.setattr(undo, "CHUNK", 2)
    tickets, batch = [make_ticket() for _ in range(5)], uuid4()
    changes.update_many([ticket.pk for ticket in tickets], {"status": "closed"}, **BY_SYSTEM, batch=batch)
    row = undo.undo(batch, **BY_SYSTEM)
    run_tasks()
    row.refresh_from_db()
    assert (row.done, row.restored, bool(row.finished_at)) == (5, 5, True)


def test_an_undo_of_many_costs_as_many_queries_as_of_few(make_ticket):
    def cost(count):
        ids, batch = [make_ticket().pk for _ in range(count)], uuid4()
        changes.update_many(ids, {"priority": "high"}, **BY_SYSTEM, batch=batch)
        with CaptureQueriesContext(connection) as captured:
            undo.undo(batch, **BY_SYSTEM)
        return len(captured)

    few = cost(2)
    assert few <= 15
    # SQLite takes so many parameters in a statement and no more.
    assert cost(40) <= few + (0 if connection.vendor == "postgresql" else 1)


def test_tickets_that_somebody_touched_since_are_counted_once(ticket, make_ticket, agent):
    other, batch = make_ticket(), uuid4()
    changes.update_many([ticket.pk, other.pk], {"priority": "high"}, **BY_SYSTEM, batch=batch)
    assert undo.touched(batch) == 0
    for title in ("New", "Newer"):
        changes.update(other, {"title": title}, actor=agent, channel=Channel.ADMIN)
    assert undo.touched(batch) == 1


def test_tickets_whose_making_is_taken_back_are_known(ticket):
    row, batch = {"title": "T", "description": "D", "category": "general", "priority": "low"}, uuid4()
    made = changes.create_many([row], **BY_SYSTEM, batch=batch)
    ids = [made[0].pk, ticket.pk]
    assert undo.made_by_what_is_undone(ids) == set()
    undo.undo(batch, **BY_SYSTEM, removes=True, waits=True)
    assert undo.made_by_what_is_undone(ids) == {made[0].pk}


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_wins(ticket):
    changes.update(ticket, {"priority": "high"}, **BY_SYSTEM)
    event = last_event(ticket)
    results = at_once([lambda: undo.undo(event, **BY_SYSTEM)] * 3)
    assert sorted(type(result).__name__ for result in results) == ["Undo", "UndoRefused", "UndoRefused"]
    assert ticket.events.filter(action=Action.UPDATED).count() == 2


# The rule, told once more: a field is put back while the undone change is the last of those that stand.
VALUES = {
    "title": ["One", "Two", "Three"],
    "priority": ["low", "medium", "high"],
    "status": ["open", "in_progress", "resolved", "closed"],
    "category": ["billing", "general"],
}
WRITES = st.dictionaries(st.sampled_from(list(VALUES)), st.integers(0, 3), min_size=1, max_size=3).map(
    lambda chosen: {name: VALUES[name][n % len(VALUES[name])] for name, n in chosen.items()}
)
STEPS = st.one_of(
    st.tuples(st.just("edit"), st.integers(0, 2), WRITES),
    st.tuples(st.just("batch"), st.sets(st.integers(0, 2), min_size=1), WRITES),
    st.tuples(st.just("undo"), st.integers(0, 9), st.none()),
)


class Desk:
    """What the fields should hold, each with the steps behind it that stand, the newest last."""

    def __init__(self, tickets):
        self.now = {(n, name): (getattr(t, name), ()) for n, t in enumerate(tickets) for name in VALUES}
        self.steps = []

    def write(self, tickets, values):
        number, told = len(self.steps) + 1, {}
        for key in ((n, name) for n in tickets for name in values):
            value, behind = self.now[key]
            if value != values[key[1]]:
                after = (values[key[1]], (*behind, number))
                told[key] = (self.now[key], after)
                self.now[key] = after
        self.steps.append(told)

    def undo(self, number):
        told = {}
        for key, (before, after) in self.steps[number - 1].items():
            if self.now[key] == after:
                told[key] = (after, before)
                self.now[key] = before
        self.steps.append(told)


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_any_sequence_leaves_what_the_rule_says(make_ticket, agent, steps):
    tickets = [make_ticket(title="One") for _ in range(3)]
    desk, batches, undone = Desk(tickets), [], set()
    by_agent = {"actor": agent, "channel": Channel.ADMIN}
    for kind, where, values in steps:
        if kind == "undo":
            if not batches:
                continue
            number = where % len(batches) + 1
            if number in undone or not desk.steps[number - 1]:
                with pytest.raises(undo.UndoRefused):
                    undo.undo(batches[number - 1], **by_agent)
                continue
            undone.add(number)
            batches.append(undo.undo(batches[number - 1], **by_agent).batch)
            desk.undo(number)
        else:
            among = {where} if kind == "edit" else where
            batches.append(uuid4())
            changes.update_many([tickets[n].pk for n in among], values, **by_agent, batch=batches[-1])
            desk.write(among, values)
    for n, ticket in enumerate(tickets):
        after = fresh(ticket)
        assert {name: getattr(after, name) for name in VALUES} == {
            name: desk.now[n, name][0] for name in VALUES
        }
        assert (after.resolved_at is not None) == (after.status in {"resolved", "closed"})
        assert (after.closed_at is not None) == (after.status == "closed")
        assert after.due_at - after.created_at == {
            "low": timedelta(days=7), "medium": timedelta(days=3), "high": timedelta(days=1)
        }[after.priority]  # fmt: skip
