"""What is chosen for a file is checked against what the file has."""

from typing import Any

import pytest

from helpdesk.tests.transfer.mapping.exports import PEOPLE, understood
from helpdesk.transfer.mapping.choosing import choose
from helpdesk.transfer.mapping.orders import certain_order
from helpdesk.transfer.mapping.scan import TimeShapes
from helpdesk.transfer.mapping.survey import survey

FILE = (
    "Nr,Betreff,Rest,Zustand,Wer,Erstellt am\n1,A,x,offen,Jonas Weber,2/3/2024\n2,B,y,seltsam,Bob,4/3/2024\n"
)


def chosen(**choices: Any) -> Any:
    return choose(*understood(FILE), choices, PEOPLE)


def test_columns_may_be_named_by_their_headers() -> None:
    mapping = chosen(columns={"Rest": "description", "Wer": "assignee", "Nr": "-"})
    assert mapping.columns == ["-", "title", "description", "status", "assignee", "created_at"]
    assert mapping.values["assignee"] == {"Jonas Weber": "jonas"}


def test_what_is_not_named_stays_as_it_was() -> None:
    assert chosen() == understood(FILE)[1]


def test_values_dates_and_rules_are_taken() -> None:
    mapping = chosen(
        values={"status": {"seltsam": "closed"}},
        dates={"5": {"order": "month", "zone": "America/New_York"}},
        rules={"twice": "join"},
        unknown={"priority": "low"},
        source="old",
    )
    assert mapping.values["status"] == {"offen": "open", "seltsam": "closed"}
    assert (mapping.dates["5"].order, mapping.dates["5"].zone) == ("month", "America/New_York")
    assert (mapping.rules.twice, mapping.rules.too_long, mapping.source) == ("join", "cut", "old")
    assert mapping.unknown["priority"] == "low"


@pytest.mark.parametrize(
    ("choices", "cure"),
    [
        ({"column": {}}, "A mapping has no column"),
        ({"columns": {"Nope": "title"}}, "no column Nope"),
        ({"columns": {"Rest": "secret"}}, "Rest cannot become secret"),
        ({"columns": {"Rest": 7}}, "Rest cannot become 7"),
        ({"columns": {"Rest": "title"}}, "Betreff and Rest are both Title"),
        ({"columns": ["title"]}, "each of the 6 columns"),
        ({"columns": 7}, "each of the 6 columns"),
        ({"rules": {"twice": "x"}}, "one of: later, join, skip"),
        ({"rules": {"never": "x"}}, "no rule never"),
        ({"rules": []}, "as an object"),
        ({"rules": {"twice": []}}, "one of: later, join, skip"),
        ({"values": {"status": {"offen": "solved"}}}, "Choose for status one of"),
        ({"values": {"status": ["offen"]}}, "as an object"),
        ({"unknown": {"title": "x"}}, "title has no values"),
        ({"unknown": {"priority": ["x"]}}, "Choose for priority one of"),
        ({"dates": {"5": {"order": "year"}}}, "day or month first"),
        ({"dates": {"5": {"zone": "Mars"}}}, "no such time zone"),
        ({"dates": {"5": {"zone": ["UTC"]}}}, "no such time zone"),
        ({"source": ["x"]}, "The source is a name"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_do(choices: dict[str, Any], cure: str) -> None:
    with pytest.raises(ValueError, match=cure):
        chosen(**choices)


def test_a_survey_counts_and_says_what_is_certain() -> None:
    scan, mapping = understood(FILE)
    found = survey(scan, mapping)
    assert [(v.text, v.count, v.becomes, v.is_known) for v in found.values["status"]] == [
        ("offen", 1, "open", True),
        ("seltsam", 1, "open", False),
    ]
    (created,) = found.dates
    assert (created.order, created.is_certain, created.meaning) == ("day", False, "2024-03-02 00:00")
    assert (created.first, created.last) == ("2024-03-02 00:00:00", "2024-03-04 00:00:00")


@pytest.mark.parametrize(
    ("dates", "order", "is_certain"),
    [
        (["2/3/2024", "13/3/2024"], "day", True),
        (["2/3/2024", "3/13/2024"], "month", True),
        (["2/3/2024 4:05 PM", "3/4/2024 4:05 AM"], "month", False),
        (["2.3.2024", "3.4.2024"], "day", False),
        (["2024-03-02", "2024-04-03"], "day", True),
    ],
)
def test_the_order_is_judged_over_the_whole_column(dates: list[str], order: str, is_certain: bool) -> None:
    lines = "\n".join(f"{n},T{n},{text}" for n, text in enumerate(dates))
    (column,) = survey(*understood(f"nr,title,created\n{lines}\n")).dates
    assert (column.order, column.is_certain) == (order, is_certain)


def test_an_order_that_leads_into_the_future_is_the_wrong_one() -> None:
    last = {"day": "2024-01-12 00:00:00", "month": "2999-12-01 00:00:00"}
    assert certain_order(TimeShapes(count=1, first=last, last=last)) == "day"


def test_a_column_that_leaves_it_open_follows_the_others() -> None:
    content = "nr,title,created,closed\n1,A,2/3/2024,2/4/2024\n2,B,3/14/2024,3/4/2024\n"
    assert [column.order for column in survey(*understood(content)).dates] == ["month", "month"]
