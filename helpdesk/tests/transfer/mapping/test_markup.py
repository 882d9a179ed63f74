"""Descriptions that a product wrote as HTML come in as text, and the original stays with the ticket."""

import json

import pytest

from helpdesk.tests.transfer.mapping.exports import converted, understood
from helpdesk.transfer.mapping.markup import is_markup, without_markup


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three"),
        ("<div>Hello,<br/>it is <b>broken</b>.</div><div>Bye</div>", "Hello,\nit is broken.\n\nBye"),
        (
            'See <a href="https://x.example/a?b=1&amp;c">the page</a>.',
            "See the page (https://x.example/a?b=1&c).",
        ),
        ('<a href="https://x.example">https://x.example</a>', "https://x.example"),
        ('<a href="mailto:ann@x.example">Ann</a>', "Ann (ann@x.example)"),
        ('<a href="javascript:alert(1)">here</a>', "here"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n\n- b"),
        ("<style>p {color: red}</style><script>alert(1)</script><p>Seen</p>", "Seen"),
        ("<pre>one\n  two</pre>", "one\ntwo"),
        ("line\nbroken by   the editor<br>", "line broken by the editor"),
        ("<p>not closed <b>at all", "not closed at all"),
        ("</a></p></script>2 < 3 & 4 > 1", "2 < 3 & 4 > 1"),
        ('<img src="x.png" alt="A screen">', "A screen"),
        ("<p></p>", ""),
    ],
)
def test_markup_becomes_the_text_that_a_browser_shows(markup: str, text: str) -> None:
    assert is_markup(markup)
    assert without_markup(markup) == text


@pytest.mark.parametrize("text", ["a < b and c > d", "<jonas@x.example>", "use <conf> here", "", "&amp;"])
def test_other_signs_are_no_markup(text: str) -> None:
    assert not is_markup(text)


ROWS = [{"id": n, "subject": f"Title {n}", "description": f"<p>Line {n}</p><p>More</p>"} for n in range(3)]


def test_a_column_of_markup_is_text_and_keeps_the_original() -> None:
    first, *_ = converted(json.dumps(ROWS))
    assert first.values["description"] == "Line 0\n\nMore"
    assert ("description", "<p>Line 0</p><p>More</p>") in first.source_data


def test_one_text_with_markup_among_others_stays_as_it_is() -> None:
    rows = [*({**row, "description": f"A text of {row['id']}"} for row in ROWS), {**ROWS[0], "id": 9}]
    assert converted(json.dumps(rows))[-1].values["description"] == "<p>Line 0</p><p>More</p>"


def test_an_own_export_is_what_it_is() -> None:
    rows = [
        {"desk": "", "external_id": row["id"], "title": "A", "description": row["description"]}
        for row in ROWS
    ]
    _, mapping = understood(
        json.dumps([{**row, "external_source": "x", "requester_email": ""} for row in rows])
    )
    assert (mapping.profile, mapping.markup) == ("helpdesk", [])
