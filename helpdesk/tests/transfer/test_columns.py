"""A header names columns, in whatever spelling."""

import pytest

from helpdesk.transfer.columns import locate
from helpdesk.transfer.unreadable import Unreadable, listed


def test_headers_are_matched_without_regard_to_case_spaces_and_underscores() -> None:
    header = [" TITLE ", "Description", "Requester Email", "external__ID"]
    assert locate(header) == ({"title": 0, "description": 1, "requester_email": 2, "external_id": 3}, ())


def test_unknown_columns_are_named_and_a_nameless_one_by_its_place() -> None:
    _, ignored = locate(["title", "Comment", "description", "", "Comment"])
    assert ignored == ("Comment", "column 4 (no name)", "Comment")


def test_a_header_without_any_known_column_is_refused_with_what_was_expected_and_found() -> None:
    with pytest.raises(Unreadable, match=r"Expected: id, title, .*due_at\. Found: Ticket, Owner\."):
        locate(["Ticket", "Owner", ""])


def test_a_column_named_twice_is_refused() -> None:
    with pytest.raises(Unreadable, match="Two columns are named title"):
        locate(["title", "description", "Title"])


def test_new_tickets_need_title_and_description() -> None:
    with pytest.raises(Unreadable, match=r"missing: description\. Found: title, status\."):
        locate(["title", "status"])


@pytest.mark.parametrize("key", ["id", "external_id"])
def test_a_file_that_names_existing_tickets_may_have_any_columns(key: str) -> None:
    assert locate([key, "status"]) == ({key: 0, "status": 1}, ())


def test_a_list_of_names_in_a_message_is_bounded() -> None:
    assert listed(["x" * 100] * 25) == ", ".join(["x" * 40 + "…"] * 20) + " and 5 more"
