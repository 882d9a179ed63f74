"""What is written column by column is to the byte what the standard library writes cell by cell."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.transfer.cells import as_text, in_iso
from helpdesk.transfer.formats import CSV, JSON, Export, JSONLines
from helpdesk.transfer.spreadsheets import guard

TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TEXTS = st.text(st.sampled_from("ab,\"'\r\n=+-@\t%ü;\\ "), max_size=6)
COLUMNS = [TEXTS, st.none() | TEXTS, st.none() | TIMES, st.none() | st.integers(0), st.uuids(), st.none()]
ROWS = st.lists(st.integers(0, 5), min_size=1, max_size=4).flatmap(
    lambda kinds: st.lists(st.tuples(*(COLUMNS[kind] for kind in kinds)), max_size=5)
)


def written(file_format: Any, rows: list[tuple[Any, ...]]) -> str:
    headers = [f"100% {n}" for n in range(len(rows[0]))] if rows else ["title"]
    return b"".join(file_format().export_data(Export(headers, iter(rows)))).decode("utf-8-sig")


@given(ROWS)
def test_csv(rows: list[tuple[Any, ...]]) -> None:
    expected = io.StringIO(newline="")
    csv.writer(expected).writerows([guard(as_text(value)) for value in row] for row in rows)
    assert written(CSV, rows).partition("\r\n")[2] == expected.getvalue()


@pytest.mark.parametrize("file_format", [JSON, JSONLines])
@given(rows=ROWS)
def test_json(file_format: Any, rows: list[tuple[Any, ...]]) -> None:
    objects = [
        json.dumps(
            {f"100% {n}": v if v is None or isinstance(v, int) else as_text(v) for n, v in enumerate(row)},
            ensure_ascii=False,
        )
        for row in rows
    ]
    lines = "".join(f"{line}\n" for line in objects)
    assert written(file_format, rows) == (
        lines if file_format is JSONLines else "[\n" + ",\n".join(objects) + "\n]\n"
    )


@given(st.lists(st.none() | TIMES | TIMES.map(lambda time: time.replace(microsecond=0))))
def test_times_as_each_database_writes_them(times: list[datetime | None]) -> None:
    expected = [time and time.isoformat() for time in times]
    of_sqlite = [time and str(time.replace(tzinfo=None)) for time in times]
    of_postgresql = [text and (text.rstrip("0") if "." in text else text) + "+00" for text in of_sqlite]
    assert in_iso(of_sqlite) == in_iso(of_postgresql) == expected


def test_a_mark_of_a_desk_is_its_text() -> None:
    assert written(CSV, [(UUID(int=1), timedelta(1))]).endswith('00000001,"1 day, 0:00:00"\r\n')
