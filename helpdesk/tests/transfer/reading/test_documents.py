"""JSON in the shapes in which other programs write it."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.tests.transfer.reading.test_opening import opened, table
from helpdesk.transfer.reading.json_stream import BLOCK, objects
from helpdesk.transfer.unreadable import Unreadable

TIME = "2024-01-02T03:04:05Z"
TICKETS: list[dict[str, Any]] = [{"id": 1, "title": "A"}, {"id": 2, "text": "b"}]


def document(value: Any, encoding: str = "utf-8") -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(encoding)


@pytest.mark.parametrize(
    "content",
    [
        document(TICKETS),
        document(TICKETS, "utf-8-sig"),
        document(TICKETS, "utf-16"),
        json.dumps(TICKETS, indent=2).encode(),
        document({"tickets": TICKETS, "count": 2, "next_page": None}),
        document({"count": 2, "meta": {"pages": [1, 2]}, "results": TICKETS}),
        b"".join(document(ticket) + b"\r\n" for ticket in TICKETS),
        b"\n".join([document(TICKETS[0]), b"", document(TICKETS[1]), b""]),
    ],
)
def test_objects_become_rows_under_all_their_names(content: bytes) -> None:
    source = opened(content)
    assert source.headers == ["id", "title", "text"]
    assert table(source) == table(source) == [["1", "A", None], ["2", None, "b"]]
    assert [row.number for row in source.rows()] == [1, 2]


def test_one_object_is_one_row() -> None:
    assert table(opened(document({"id": 1, "tags": [], "title": "A"}))) == [["1", "", "A"]]


def test_what_is_nested_has_a_name_with_a_dot() -> None:
    ticket = {"id": 1, "requester": {"name": "Ann", "email": "ann@a.example"}, "via": {}}
    source = opened(document([ticket]))
    assert source.headers == ["id", "requester.name", "requester.email", "via"]
    assert table(source) == [["1", "Ann", "ann@a.example", ""]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (1.0, "1"),
        (1.5, "1.5"),
        (10**17, "100000000000000000"),
        (["a", "b"], "a, b"),
        ([{"name": "bug", "id": 7}, {"name": "ui"}], "bug, ui"),
        ([{"body": "Hi", "author": {"name": "Ann"}}], '[{"body": "Hi", "author": {"name": "Ann"}}]'),
        ([[1]], "[[1]]"),
        (float("nan"), ""),
        (float("inf"), "inf"),
    ],
)
def test_a_value_is_read_as_a_person_would_write_it(value: Any, text: str) -> None:
    assert table(opened(document([{"id": 1, "value": value}]))) == [["1", text]]


def test_a_line_that_is_damaged_is_the_only_one_refused() -> None:
    good, damaged, other, last = opened(b'{"id": 1}\n{"id": 2, \n[3]\n{"id": 4}').rows()
    assert (good.cells, last.cells) == (["1"], ["4"])
    assert "no valid JSON" in damaged.problem
    assert "no object" in other.problem


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (b'[{"id": 1}, {"id"', "no valid JSON after"),
        (b'[{"id": 1} {"id": 2}]', "no valid JSON after"),
        (b"[1, 2]", "list of objects"),
        (b'[{"id": 1}, 7]', "list of objects"),
        (b"[]", "no objects"),
        (b"{}", "no objects"),
        (b"[{}]", "no objects"),
        (b'{"tickets": []}', "no rows"),
        (b"[" * 100_000, "list of objects|nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'[{"id": ' + b"1" * 5_000 + b"}]", "no valid JSON"),
        (document([{f"c{n}": 1 for n in range(1_001)}]), "1,000 different names"),
    ],
)
def test_other_json_is_refused_in_one_sentence(content: bytes, cure: str) -> None:
    with pytest.raises(Unreadable, match=cure):
        opened(content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=20)
@given(st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), max_size=5), st.booleans())
def test_the_stream_gives_what_the_whole_document_has(records, is_indented) -> None:
    content = json.dumps(records, indent=1 if is_indented else None).encode()
    assert list(objects(io.BytesIO(content), "utf-8")) == records


@pytest.mark.parametrize("size", range(BLOCK - 3, BLOCK + 3))
def test_a_value_may_lie_across_two_blocks(size: int) -> None:
    records = [{"a": "x" * (size - 11)}, {"b": 12345}, {"c": "y" * 3 * BLOCK}]
    assert list(objects(io.BytesIO(document(records)), "utf-8")) == records


def test_a_dump_of_django_helpdesk_has_queues_people_and_comments_of_each_ticket() -> None:
    dump = [
        {"model": "helpdesk.queue", "pk": 3, "fields": {"title": "Billing"}},
        {"model": "helpdesk.ticket", "pk": 7, "fields": {"title": "A", "queue": 3, "assigned_to": 5}},
        {"model": "auth.user", "pk": 5, "fields": {"username": "amir", "email": "amir@a.example"}},
        {
            "model": "helpdesk.followup",
            "pk": 1,
            "fields": {
                "ticket": 7,
                "date": "2024-01-02T03:04:05Z",
                "comment": "Hi",
                "public": False,
                "user": 5,
            },
        },
        {"model": "helpdesk.followup", "pk": 2, "fields": {"ticket": 7, "comment": "", "new_status": 3}},
    ]
    source = opened(document(dump))
    (row,) = source.rows()
    ticket = dict(zip(source.headers, row.cells, strict=True))
    assert (ticket["id"], ticket["queue"], ticket["assigned_to"]) == ("7", "Billing", "amir@a.example")
    assert json.loads(ticket["comments"] or "") == [
        {
            "author": "amir@a.example",
            "created_at": TIME,
            "body": "Hi",
            "is_internal": True,
        }
    ]
