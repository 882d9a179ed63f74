"""What the rules make of rows that lack something, or have too much of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from helpdesk.tests.transfer.mapping.exports import converted, opened, understood
from helpdesk.transfer.mapping.conversion import Converted, Converter
from helpdesk.transfer.mapping.plan import REFUSE, ImportMapping

HEADER = "id,title,description,status,priority,assignee,email,created at,resolved at,closed at\n"


def one(line: str, header: str = HEADER, **rules: str) -> Converted:
    """The row, below others that show what the columns are for."""
    others = "".join(f"9{n},Title {n},A text of {n}\n" for n in range(3))
    return converted(f"{header}{others}{line}\n", **rules)[-1]


def said(remarks: list) -> list[tuple[str, str, str]]:
    return [(remark.reason, remark.column, remark.value) for remark in remarks]


def test_without_a_description_the_title_is_it() -> None:
    assert one("1,A,,open,,,,,,").values["description"] == "A"
    assert said(one("1,A,,open,,,,,,", no_description="refuse").refusals) == [("No description", "", "")]


def test_without_a_title_the_first_line_of_the_text_is_it() -> None:
    assert one('1,,"\n first \nsecond",open,,,,,,').values["title"] == "first"
    assert said(one("1,,text,open,,,,,,", no_title="refuse").refusals) == [("No title", "", "")]
    assert said(one("1,,,open,,,,,,").refusals) == [("No title and no text", "", "")]
    assert one("1,,,open,,,,,,", no_title="stand_in").values["title"] == "Ticket 1"


@pytest.mark.parametrize("text", ["-", "n/a", "NULL", " ", "\u200b"])
def test_what_says_nothing_is_no_title(text: str) -> None:
    assert one(f"1,{text},the text,open,,,,,,").values["title"] == "the text"


def test_what_is_too_long_is_cut_and_kept_whole() -> None:
    row = one(f"1,{'x' * 201},{'y' * 200_001},open,,,,,,")
    assert (len(row.values["title"]), len(row.values["description"])) == (200, 200_000)
    assert row.values["title"].endswith("…")
    assert row.source_data == [("title", "x" * 201), ("description", "y" * 200_001)]
    assert [remark.reason for remark in row.warnings] == ["Cut", "Cut"]
    assert [r.reason for r in one(f"1,{'x' * 201},a,open,,,,,,", too_long="refuse").refusals] == ["Too long"]


def test_a_number_that_is_too_long_is_never_cut() -> None:
    assert said(one(f"{'9' * 101},A,a,open,,,,,,").refusals)[0][:2] == ("Too long", "id")


def test_times_are_kept_as_given() -> None:
    row = one("1,A,a,closed,,,,2024-01-02 10:00,2024-01-03,2024-01-04T00:00:00+02:00")
    assert row.values["created_at"] == datetime(2024, 1, 2, 10, tzinfo=UTC)
    assert row.values["resolved_at"] == datetime(2024, 1, 3, tzinfo=UTC)
    assert row.values["closed_at"] == datetime(2024, 1, 3, 22, tzinfo=UTC)


def test_a_day_without_a_time_is_not_before_the_hour_of_the_same_day() -> None:
    row = one("1,A,a,closed,,,,2024-01-02 10:00,2024-01-02,")
    assert row.values["resolved_at"] == row.values["created_at"]
    assert not row.warnings


def test_what_is_resolved_before_it_was_created_is_said_and_kept() -> None:
    row = one("1,A,a,resolved,,,,2024-01-02 10:00,2024-01-01 10:00,")
    assert "resolved_at" not in row.values
    assert said(row.warnings)[0][:2] == ("Before it was created", "resolved at")
    assert row.source_data == [("resolved at", "2024-01-01T10:00:00+00:00")]


def test_resolved_without_a_time_has_none() -> None:
    assert "resolved_at" not in one("1,A,a,resolved,,,,2024-01-02,0000-00-00,").values


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("soon", "Not a date"),
        ("2024-02-30", "Not a date"),
        ("9999-12-31", "Not a possible time"),
        ("0001-01-01", "Not a possible time"),
        ((timezone.now() + timedelta(days=9)).date().isoformat(), "Not a possible time"),
    ],
)
def test_an_impossible_date_is_named(text: str, reason: str) -> None:
    more = "2,B,b,open,,,,2024-01-02,,\n" * 3
    row = converted(f"{HEADER}{more}1,A,a,open,,,,{text},,\n")[-1]
    assert said(row.refusals) == [(reason, "created at", text)]
    kept = converted(f"{HEADER}{more}1,A,a,open,,,,{text},,\n", bad_date="unknown")[-1]
    assert not kept.refusals
    assert kept.source_data == [("created at", text)]


def test_an_address_that_is_none_is_kept_beside_the_ticket() -> None:
    line = f"{HEADER}2,B,b,open,,,ann@x.example,,,\n1,A,a,open,,,call her,,,\n"
    row = converted(line)[-1]
    assert row.values["requester_email"] == ""
    assert row.source_data == [("email", "call her")]
    assert said(converted(line, bad_email="refuse")[-1].refusals) == [
        ("Not an e-mail address", "email", "call her")
    ]


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("Ann Lee", "Ann Lee", None),
        ("Ann Lee <Ann@X.example>", "Ann Lee", "ann@x.example"),
        ("Ann Lee (ann@x.example)", "Ann Lee", "ann@x.example"),
        ("ann@x.example", "", "ann@x.example"),
        ("ann@x.example; bob@x.example", "bob@x.example", "ann@x.example"),
        ("N/A", "", None),
    ],
)
def test_a_requester_may_be_a_name_an_address_or_both(text: str, name: str, address: str | None) -> None:
    rows = converted(f'nr,title,requester\n1,A,"{text}"\n2,B,Cy Young\n')
    assert (rows[0].values["requester_name"], rows[0].values.get("requester_email")) == (name, address)


def test_people_are_known_and_the_others_stay_names() -> None:
    rows = converted(f"{HEADER}1,A,a,open,,Jonas Weber,,,,\n2,B,b,open,,Bob (left),,,,\n3,C,c,open,,,,,,\n")
    assert [row.values.get("assignee") for row in rows] == ["jonas", None, None]
    assert [row.values.get("former_assignee") for row in rows] == [None, "Bob (left)", None]


def test_an_unknown_value_has_a_default_and_can_be_refused() -> None:
    source = opened(f"{HEADER}1,A,a,odd,odd,,,,,\n")
    _, mapping = understood(f"{HEADER}1,A,a,odd,odd,,,,,\n")
    (row,) = [Converter(mapping, source.headers).convert(row) for row in source.rows()]
    assert row.values["status"] == "open"
    assert "priority" not in row.values
    assert ("priority", "odd") in row.source_data
    mapping.values["status"]["odd"] = mapping.unknown["priority"] = REFUSE
    (row,) = [Converter(mapping, source.headers).convert(row) for row in source.rows()]
    assert said(row.refusals) == [
        ("Unknown status", "status", "odd"),
        ("Unknown priority", "priority", "odd"),
    ]


def test_characters_that_cannot_be_stored_are_replaced() -> None:
    row = one("1,A\0B,a,open,,,,,,")
    assert row.values["title"] == "A\ufffdB"
    assert said(row.warnings) == [("A character that cannot be stored", "title", r"A\0B")]


def test_a_row_longer_than_the_header_is_refused_or_kept() -> None:
    line = "1,A,a,open,,,,,,,and more"
    assert said(one(line).refusals) == [("More cells than the header", "", "and more")]
    assert one(line, surplus="keep").source_data == [("Column 11", "and more")]


def test_times_of_the_end_say_the_state_where_no_column_does() -> None:
    rows = converted("nr,title,created,closed date\n1,A,2024-01-01,2024-01-02\n2,B,2024-01-01,\n")
    assert [row.values.get("status") for row in rows] == ["closed", None]


def test_what_has_no_field_stays_with_the_ticket_and_what_is_left_out_does_not() -> None:
    text = "nr,title,Mood,Mood,,Secret\n1,A,good,bad,x,y\n"
    source = opened(text)
    _, mapping = understood(text)
    mapping.columns[-1] = "-"
    (row,) = [Converter(mapping, source.headers).convert(row) for row in source.rows()]
    assert row.source_data == [("Mood", "good"), ("Mood", "bad"), ("Column 5", "x")]


def test_formulas_of_our_own_export_lose_their_guard_and_those_of_others_do_not() -> None:
    own = "id,title,description,requester_name,requester_email,external_source,external_id,desk\n"
    assert one("1,'=1+1,''=x,None,,,,", own).values["title"] == "=1+1"
    assert one("1,'=1+1,''=x,None,,,,", own).values["requester_name"] == "None"
    assert one("1,'=1+1,text,open,,,,,,").values["title"] == "'=1+1"


@pytest.mark.parametrize(
    ("cell", "entries"),
    [
        ("We look into it, thanks", [("We look into it, thanks", "", None, False)]),
        (
            '[{"body": "Hi", "from": {"name": "Ann"}, "at": "2024-01-05T10Z"}, {"text":"no","public":false}]',
            [
                ("no", "", datetime(2024, 1, 1, tzinfo=UTC), True),
                ("Hi", "Ann", datetime(2024, 1, 5, 10, tzinfo=UTC), False),
            ],
        ),
        (
            "2024-01-05 10:00;jweber;two; parts",
            [("two; parts", "jweber", datetime(2024, 1, 5, 10, tzinfo=UTC), False)],
        ),
        (
            "2024-01-06 10:00:00 - Ann (Work notes)\nlater\n\n2024-01-05 10:00:00 - Ann (Comments)\nfirst\n",
            [
                ("first", "Ann", datetime(2024, 1, 5, 10, tzinfo=UTC), False),
                ("later", "Ann", datetime(2024, 1, 6, 10, tzinfo=UTC), True),
            ],
        ),
        ("[broken json with a long enough text", [("[broken json with a long enough text", "", None, False)]),
    ],
)
def test_comments_in_the_shapes_of_products(cell: str, entries: list) -> None:
    quoted = cell.replace('"', '""')
    (row,) = converted(f'nr,title,created,comments\n1,A,2024-01-01,"{quoted}"\n')
    created = datetime(2024, 1, 1, tzinfo=UTC)
    expected = [(body, author, at or created, internal) for body, author, at, internal in entries]
    assert [(c.body, c.author, c.at, c.is_internal) for c in row.comments] == expected


def test_comments_and_source_data_of_our_own_export_come_back() -> None:
    ticket = {
        "desk": "d", "id": 7, "title": "A", "description": "a", "requester_name": "Ann",
        "external_source": "",
        "comments": [
            {"body": "Hi", "author": "", "created_at": "2024-01-05T10:00:00.5+00:00", "is_internal": False,
             "from_requester": True},
            {"body": "Yo", "author": "Ann", "created_at": "2024-01-05T10:00:00.5+00:00", "is_internal": True,
             "from_requester": False},
        ],
        "source": [["Mood", "good"], ["Mood", "bad"]],
    }  # fmt: skip
    (row,) = converted(json.dumps(ticket), "tickets.jsonl")
    at = datetime(2024, 1, 5, 10, microsecond=500_000, tzinfo=UTC)
    assert [(c.body, c.at, c.is_internal, c.from_requester) for c in row.comments] == [
        ("Hi", at, False, True),
        ("Yo", at, True, False),
    ]
    assert row.source_data == [("Mood", "good"), ("Mood", "bad")]


@pytest.mark.parametrize("text", ["[[", "7", '["a"]', "[[1]]"])
def test_source_data_that_is_damaged_is_kept_as_it_is(text: str) -> None:
    header = "id,title,description,requester_name,requester_email,external_source,external_id,source\n"
    quoted = text.replace('"', '""')
    assert one(f'1,A,a,,,,,"{quoted}"', header).source_data[-1] == ("source", text)


def test_a_mapping_survives_as_json() -> None:
    _, mapping = understood(f"{HEADER}1,A,a,odd,,,,3/4/2024,,\n")
    assert ImportMapping.from_json(mapping.to_json()) == mapping
