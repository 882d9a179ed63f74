"""Whatever a file holds, every row of it becomes a ticket or says what is wrong with it."""

import csv
import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.tests.transfer.mapping.exports import PEOPLE
from helpdesk.tickets.fields import BY_NAME
from helpdesk.tickets.parsing import is_storable
from helpdesk.transfer.mapping.choosing import choose
from helpdesk.transfer.mapping.conversion import LIMITS, Converter
from helpdesk.transfer.mapping.plan import ImportMapping
from helpdesk.transfer.mapping.proposal import propose
from helpdesk.transfer.mapping.scan import Scan, scan
from helpdesk.transfer.mapping.survey import survey
from helpdesk.transfer.reading.opening import open_source
from helpdesk.transfer.unreadable import Unreadable

HEADERS = st.sampled_from(
    [
        "id", "title", "Subject", "Description", "Environment", "Status", "Priority", "Category", "Assignee",
        "Requester", "Requester email", "Created", "Resolved", "Closed", "Comment", "desk", "external_id",
        "external_source", "requester_name", "requester_email", "first_responded_at", "updated_at", "", "x",
    ]
)  # fmt: skip
TRAPS = st.sampled_from(
    [
        "0000-00-00", "9999-12-31", "0001-01-01", "31/02/2024", "1/2/2024", "13/2/2024 25:00", "1715441167",
        "2024-05-11T10:00:00+23:59", "NaN", "a@b.example", "Ann <a@b.example>", "@", "a@", "x" * 300, "\0",
        "'=1+1", "=1+1", '[{"body": "x", "created_at": 5}]', "[[", '{"body": {"body": 1}}', ";;", "1e999",
        "2024-02-01 08:00:00 - Ann (Work notes)\nText", "open", "High", "\u200b", "jweber", "٣/٤/٢٠٢٤",
        "1/2/24;ann;text",
    ]
)  # fmt: skip
CELLS = TRAPS | st.text(max_size=12)


@settings(max_examples=60)
@given(st.data())
def test_no_table_is_too_strange(data: st.DataObject) -> None:
    headers = data.draw(st.lists(HEADERS, min_size=1, max_size=9))
    rows = data.draw(st.lists(st.lists(CELLS, min_size=1, max_size=10), min_size=1, max_size=4))
    file = io.StringIO(newline="")
    csv.writer(file).writerows([headers, *rows])
    try:
        source = open_source(io.BytesIO(file.getvalue().encode("utf-8", "surrogatepass")), "any.csv")
        found = scan(source)
    except Unreadable:
        return
    mapping = propose(Scan.from_json(json.loads(json.dumps(found.to_json()))), PEOPLE)
    mapping = ImportMapping.from_json(json.loads(json.dumps(mapping.to_json())))
    survey(found, mapping)
    assert choose(found, mapping, mapping.to_json(), PEOPLE).to_json() == mapping.to_json()
    converter = Converter(mapping, source.headers, PEOPLE)
    for row in source.rows():
        converted = converter.convert(row)
        if not converted.refusals and "id" not in mapping.columns:
            assert converted.values["title"]
            assert converted.values["description"]
        for name, value in converted.values.items():
            assert not isinstance(value, str) or is_storable(value)
            assert name not in LIMITS or len(value) <= LIMITS[name]
            assert name in {*BY_NAME, "desk", "former_assignee"}
        for remark in (*converted.refusals, *converted.warnings):
            assert remark.line == row.number
            assert remark.reason
            assert remark.cure
