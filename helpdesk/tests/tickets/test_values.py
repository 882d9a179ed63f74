"""What a ticket becomes by a change, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from helpdesk.choices import Category, Priority, Status
from helpdesk.tickets import values
from helpdesk.tickets.models import EXCERPT_LENGTH, Ticket

BORN = datetime(2026, 3, 2, 9, tzinfo=UTC)
RESOLVED, CLOSED = BORN + timedelta(hours=1), BORN + timedelta(hours=2)


@pytest.fixture
def ticket():
    made = Ticket(pk=1, title="Charged twice", description="In March.", category=Category.BILLING)
    made.priority, made.status = Priority.MEDIUM, Status.OPEN
    made.created_at = made.updated_at = BORN
    values.begin(made)
    values.index(made)
    return made


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(minutes=5)])
def test_the_moment_of_a_change_is_the_next_one_where_the_clock_is_behind(ticket, ahead):
    ticket.updated_at = timezone.now() + timedelta(days=1) + ahead
    assert values.stamp(ticket, None) == ticket.updated_at + timedelta(microseconds=1)
    assert values.stamp(ticket, BORN) == BORN


def test_the_moment_of_a_change_is_now_where_the_clock_is_ahead(ticket):
    before = timezone.now()
    assert before <= values.stamp(ticket, None) <= timezone.now()


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        ({"status": "in_progress"}, {"status"}),
        ({"status": "closed"}, {"status", "resolved_at", "closed_at"}),
        ({"priority": "high"}, {"priority", "due_at"}),
        ({"category": "general"}, {"category"}),
        ({"assignee_id": 7}, {"assignee_id", "former_assignee"}),
        ({"title": "Charged once"}, {"title", "search_text", "text_hash"}),
        ({"requester_name": "Ann"}, {"requester_name", "search_text", "text_hash"}),
        ({"description": "In May."}, {"description", "search_text", "text_hash", "last_message_excerpt"}),
    ],
)
def test_only_the_columns_that_differ_are_written(ticket, changes, columns):
    write = values.restore(ticket, changes)
    assert write.columns == {"updated_at", *columns}
    assert not write.settled
    assert write.entry[:3] == (1, write.changes, ticket.updated_at)


def test_a_change_to_what_a_ticket_is_writes_nothing(ticket):
    write = values.apply(ticket, {"status": "open", "title": " Charged twice "}, None, judged=True)
    assert (write.changes, write.columns, write.settled) == ({}, set(), False)
    assert ticket.updated_at == BORN


def test_a_new_assignee_takes_the_place_of_the_one_who_was_named_by_a_file(ticket):
    ticket.former_assignee = "Bob"
    values.apply(ticket, {"title": "New"}, None, judged=False)
    assert ticket.former_assignee == "Bob"
    values.restore(ticket, {"assignee_id": 7})
    assert ticket.former_assignee == ""


def test_the_due_time_moves_with_the_priority_only(ticket):
    ticket.due_at = CLOSED
    values.apply(ticket, {"title": "New"}, None, judged=False)
    assert ticket.due_at == CLOSED
    values.apply(ticket, {"priority": "critical"}, None, judged=False)
    assert ticket.due_at == BORN + timedelta(hours=4)


def test_a_description_is_the_excerpt_until_somebody_has_said_more(ticket):
    values.apply(ticket, {"description": "In May."}, None, judged=False)
    assert ticket.last_message_excerpt == "In May."
    ticket.last_message_at = CLOSED
    write = values.apply(ticket, {"description": "In June."}, None, judged=False)
    assert ticket.last_message_excerpt == "In May."
    assert "last_message_excerpt" not in write.columns


@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.parametrize("category", ["billing", "general"])
@pytest.mark.parametrize("judged", [False, True])
def test_a_label_is_settled_when_a_person_gives_it_anew_or_for_the_first_time(
    ticket, confirmed, category, judged
):
    ticket.category_confirmed = confirmed
    write = values.apply(ticket, {"category": category}, None, judged=judged)
    first = judged and not confirmed
    assert ticket.category_confirmed is (judged or confirmed)
    assert (write.confirmed, "category_confirmed" in write.columns) == (["category"] * first, first)
    assert write.settled is (judged and (first or category == "general"))


@pytest.mark.parametrize("judged", [False, True])
@pytest.mark.parametrize("category", ["billing", "general"])
def test_a_label_that_is_put_back_is_settled_when_it_or_its_mark_moves(ticket, judged, category):
    ticket.category_confirmed = True
    write = values.restore(ticket, {"category": category, "category_confirmed": judged})
    assert (ticket.category, ticket.category_confirmed) == (category, judged)
    assert ("category_confirmed" in write.columns) is not judged
    assert write.settled is (not judged or category == "general")


@pytest.mark.parametrize(
    ("status", "resolved", "closed", "kept"),
    [
        ("open", RESOLVED, CLOSED, (None, None)),
        ("in_progress", RESOLVED, CLOSED, (None, None)),
        ("resolved", RESOLVED, CLOSED, (RESOLVED, None)),
        ("resolved", None, CLOSED, (None, None)),
        ("closed", RESOLVED, CLOSED, (RESOLVED, CLOSED)),
        ("closed", None, CLOSED, (CLOSED, CLOSED)),
        ("closed", RESOLVED, None, (RESOLVED, None)),
        ("closed", None, None, (None, None)),
    ],
)
def test_times_that_come_with_a_ticket_are_kept_where_they_fit_its_status(
    ticket, status, resolved, closed, kept
):
    ticket.status, ticket.resolved_at, ticket.closed_at = status, resolved, closed
    values.keep_resolution(ticket)
    assert (ticket.resolved_at, ticket.closed_at) == kept


@pytest.mark.parametrize(
    ("status", "resolved", "closed", "kept"),
    [
        ("open", RESOLVED, CLOSED, (None, None)),
        ("resolved", None, CLOSED, (CLOSED, None)),
        ("resolved", None, None, (BORN, None)),
        ("closed", RESOLVED, None, (RESOLVED, BORN)),
        ("closed", RESOLVED, CLOSED, (RESOLVED, CLOSED)),
        ("closed", None, CLOSED, (CLOSED, CLOSED)),
        ("closed", None, None, (BORN, BORN)),
    ],
)
def test_the_times_of_a_new_status_are_the_known_ones_or_now(ticket, status, resolved, closed, kept):
    ticket.status, ticket.resolved_at, ticket.closed_at = status, resolved, closed
    values.set_resolution(ticket, BORN)
    assert (ticket.resolved_at, ticket.closed_at) == kept


def test_an_excerpt_is_one_line_of_the_beginning():
    assert values.excerpt(" We were\n\n charged\ttwice ") == "We were charged twice"
    assert values.excerpt("x" * 999) == "x" * EXCERPT_LENGTH
    within = 4 * EXCERPT_LENGTH
    assert values.excerpt("a" + " " * (within - 2) + "b") == "a b"
    assert values.excerpt("a" + " " * (within - 1) + "b") == "a"


def test_what_is_found_from_the_ground_up_is_what_was_found_before(ticket):
    found = ticket.search_text
    ticket.search_text = ticket.text_hash = ""
    values.index_all(ticket, [])
    assert ticket.search_text == found
    values.index_all(ticket, [(False, "Refunded"), (True, "Suspicious"), (False, "Sorry")])
    assert ticket.search_text != found
    assert all(word in ticket.search_text for word in ("refunded", "suspicious", "sorry", "charged"))
