"""Times in one unit, as the panel says them."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.admin.panel import words
from helpdesk.tickets.models import Ticket

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
SOON = timedelta(minutes=150)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(0), "1 min"),
        (timedelta(minutes=35), "35 min"),
        (timedelta(hours=4, minutes=59), "4 h"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=13), "13 d"),
        (timedelta(days=21), "3 wk"),
        (timedelta(days=61), "2 mo"),
        (timedelta(days=800), "2 y"),
    ],
)
def test_a_length_is_said_in_its_largest_unit(length, said):
    assert words.span(length) == said


@pytest.mark.parametrize(
    ("left", "said", "tone"),
    [
        (-timedelta(hours=4), "4 h late", "late"),
        (timedelta(minutes=50), "in 50 min", "soon"),
        (SOON, "in 2 h", "soon"),
        (timedelta(hours=3), "in 3 h", ""),
        (timedelta(hours=7), "today 17:00", ""),
        (timedelta(hours=14), "tomorrow", ""),
        (timedelta(days=2), "Fri", ""),
        (timedelta(days=8), "3 Dec", ""),
        (timedelta(days=60), "24 Jan 2027", ""),
    ],
)
def test_the_due_clock(left, said, tone):
    assert words.due(Ticket(due_at=NOW + left), NOW, SOON) == (said, tone)


def test_what_is_resolved_is_due_no_more():
    assert words.due(Ticket(due_at=NOW, resolved_at=NOW), NOW, SOON) is None
    assert words.due(Ticket(), NOW, SOON) is None
