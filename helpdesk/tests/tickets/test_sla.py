"""Due and late."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.choices import Priority
from helpdesk.tickets import sla

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_more_urgent_the_sooner_due():
    due = [
        sla.due_at(priority, NOON)
        for priority in (Priority.CRITICAL, Priority.HIGH, Priority.MEDIUM, Priority.LOW)
    ]
    assert due == sorted(due)
    assert len(set(due)) == 4


@pytest.mark.parametrize(
    ("due", "resolved", "late"),
    [
        (NOON - HOUR, None, True),
        (NOON + HOUR, None, False),
        (NOON - HOUR, NOON - 2 * HOUR, False),
        (NOON - 2 * HOUR, NOON - HOUR, True),
        (None, None, False),
    ],
)
def test_late_means_not_resolved_by_the_due_time(due, resolved, late):
    assert sla.is_overdue(due, resolved, NOON) is late
