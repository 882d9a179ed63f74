"""Dates as exports write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from helpdesk.transfer.mapping.dates import is_number_of_time, is_written_out, numeric_parts, read

DAY = datetime(2024, 5, 11)  # noqa: DTZ001  the zone is the column's
TIME = DAY.replace(hour=15, minute=26)
EXACT = TIME.replace(second=7)


def at(hours: float) -> timezone:
    return timezone(timedelta(hours=hours))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("2024-05-11", DAY),
        ("2024-05-11 15:26", TIME),
        ("2024-05-11T15:26:07", EXACT),
        ("2024-05-11T15:26:07.123456", EXACT.replace(microsecond=123456)),
        ("2024-05-11T15:26:07Z", EXACT.replace(tzinfo=UTC)),
        ("2024-05-11T15:26:07.000+0200", EXACT.replace(tzinfo=at(2))),
        ("2024-05-11 15:26:07 UTC", EXACT.replace(tzinfo=UTC)),
        ("2024-05-11 15:26:07 +0530", EXACT.replace(tzinfo=at(5.5))),
        ("2024-05-11 15:26:07 -08:00", EXACT.replace(tzinfo=at(-8))),
        ("2024/05/11 15:26", TIME),
        ("2024.5.11", DAY),
        ("11/05/2024 15:26", TIME),
        ("11/5/24 3:26 PM", TIME),
        ("11.05.2024, 15:26:07", EXACT),
        ("11.05.2024 15:26 Uhr", TIME),
        ("11-05-2024", DAY),
        ("11/May/24 03:26 PM", TIME),
        ("11/May/24 3:26 p.m.", TIME),
        ("11-May-2024 15:26", TIME),
        ("11 May 2024", DAY),
        ("May 11, 2024 03:26 PM", TIME),
        ("May 11th, 2024 at 3:26pm", TIME),
        ("Sat, 11 May 2024 15:26:07 +0000", EXACT.replace(tzinfo=UTC)),
        ("Sat May 11 15:26:07 UTC 2024", EXACT.replace(tzinfo=UTC)),
        ("Sat May 11 15:26:07 2024", EXACT),
        ("11. Mai 2024 15:26", TIME),
        ("11 mai 2024 à 15h26", TIME),
        ("11 de mayo de 2024", DAY),
        ("11 de maio de 2024 15:26", TIME),
        ("11/mai./24", DAY),
        ("1715441167", EXACT.replace(tzinfo=UTC)),
        ("1715441167000", EXACT.replace(tzinfo=UTC)),
        ("45423.643055555556", TIME),
        ("45423", DAY),
        ("20240511T152607Z", EXACT.replace(tzinfo=UTC)),
        ("20240511", DAY),
        ("Sat May 11 2024 15:26:07 GMT+0200 (CEST)", EXACT.replace(tzinfo=at(2))),
    ],
)
def test_a_time_is_read(text: str, meaning: datetime) -> None:
    assert (read(text), read(text).tzinfo) == (meaning, meaning.tzinfo)


@pytest.mark.parametrize("text", ["12/31/2024", "6/21/2025 16:14", "2/18/22 3:48 PM"])
def test_the_month_may_come_first(text: str) -> None:
    assert read(text, "month").month in {12, 6, 2}
    with pytest.raises(ValueError, match="month"):
        read(text, "day")


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "0000-00-00", "31/02/2024", "2024-13-01", "10000-01-01", "0", "7", "99999999999999999999",
        "11/Foo/24", "25:00", "2024-05-11 25:00", "13:00 PM", "11/05/2024 15:26 XYZ", "1.2.3", "5/5",
        "2024-05-11 15:26 +99:00", "May", "call me on May 11, 2024",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        read(text)


def test_the_far_ends_of_the_calendar_are_dates_all_the_same() -> None:
    assert read("9999-12-31").year == 9999
    assert read("0001-01-01").year == 1


def test_a_plain_number_is_no_date_that_was_written_out() -> None:
    assert is_written_out("11/5/24")
    assert not is_written_out("45423")
    assert is_number_of_time("1715441167")
    assert not is_number_of_time("7")


def test_only_numbers_leave_the_order_open() -> None:
    assert numeric_parts("11/5/24") == (11, 5, "/")
    assert numeric_parts("2024-05-11") is None
