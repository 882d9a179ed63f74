"""Cells become values, or a reason that says what to do."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from helpdesk.tickets.fields import BY_NAME
from helpdesk.tickets.parsing import is_visible


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("category", "Billing", "billing"),
        ("category", " BILLING ", "billing"),
        ("status", "In Progress", "in_progress"),
        ("status", "in_progress", "in_progress"),
        ("status", "inprogress", "in_progress"),
        ("priority", "critical", "critical"),
        ("title", "  Printer on fire ", "Printer on fire"),
        ("description", "  indented\r\ntext ", "  indented\r\ntext "),
        ("requester_email", " Ann@Example.COM", "ann@example.com"),
        ("created_at", "2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("created_at", "2026-03-02 09:15", datetime(2026, 3, 2, 9, 15, tzinfo=UTC)),
        ("created_at", "2026-03-02T09:15:00Z", datetime(2026, 3, 2, 9, 15, tzinfo=UTC)),
        ("closed_at", "2026-03-02T09:15+01:00", datetime(2026, 3, 2, 8, 15, tzinfo=UTC)),
    ],
)
def test_a_cell_is_understood(column: str, cell: str, value: Any) -> None:
    assert BY_NAME[column].parser(cell) == value


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("category", "Sales", "Use one of: billing, technical, account, general"),
        ("status", "done", "Use one of: open, in_progress, resolved, closed"),
        ("title", " \u200b\u2060 ", "none of these characters can be seen"),
        ("description", "\u00ad\n\u3164", "none of these characters can be seen"),
        ("title", "nul\0", r"Remove the character U\+0000"),
        ("description", "half \ud83d", r"Remove the character U\+D83D"),
        ("requester_email", "ann at example", "Give a valid e-mail address"),
        ("created_at", "02.03.2026", "Write the time as"),
        ("created_at", "2026-02-30", "Write the time as"),
        ("created_at", "0001-01-01", "between 1970 and now"),
        ("created_at", "9999-12-31T23:59:59-12:00", "between 1970 and now"),
    ],
)
def test_a_cell_that_is_wrong_is_refused_with_a_reason(column: str, cell: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        BY_NAME[column].parser(cell)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\n",
        "\u00a0\u2003",
        "\u200b\u200c\u200d\u2060",
        "\u00ad",
        "\ufeff",
        "\u2028\u2029",
        "\x07\x1b\x7f",
        "\u202e\u2066",
        "\u115f\u1160\u3164\uffa0",
        "\u2800",
        "\u034f",
        "\ufe0f\ufe00",
        "\U000e0101\U000e0041",
        "\u180e",
    ],
)
def test_a_text_that_nobody_can_see(text: str) -> None:
    assert not is_visible(text)


@pytest.mark.parametrize("text", ["\u200bx", "-", "é", "字", "한", "👩\u200d🔧", "\u0301", "\ue000", "…"])
def test_a_text_that_can_be_seen(text: str) -> None:
    assert is_visible(text)


def test_a_time_without_a_zone_is_of_the_zone_of_the_desk(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    berlin = timezone(timedelta(hours=1))
    assert BY_NAME["created_at"].parser("2026-03-02 09:15") == datetime(2026, 3, 2, 9, 15, tzinfo=berlin)
