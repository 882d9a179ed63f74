"""Which settled tickets a provider is shown."""

import pytest
from django.core.cache import caches

from helpdesk.tests.triage import record
from helpdesk.tickets.models import Ticket
from helpdesk.triage import examples
from helpdesk.triage.prediction import LabelledText

pytestmark = pytest.mark.django_db


@pytest.fixture
def settled(make_ticket, agent):
    """Make a ticket whose labels a person has given."""

    def make(title, description="Nothing to see.", category="account"):
        return make_ticket(
            title=title,
            description=description,
            category=category,
            priority="high",
            actor=agent,
            channel="admin",
        )

    return make


@pytest.fixture
def corrected(settled):
    """Make a ticket about which a suggestion was wrong."""

    def make(title, description="Nothing to see."):
        ticket = settled(title, description)
        record.suggestion("edited", ticket=ticket, category="general")
        return ticket

    return make


def shown(title, description=""):
    caches["default"].clear()
    return [example.title for example in examples.like(title, description)]


def test_the_nearest_come_first_and_strangers_not_at_all(settled):
    settled("Printer on the third floor is jammed")
    settled("Lunch menu of next week")
    settled("The printer wants toner")
    settled("Invoice of March")
    assert shown("Printer jammed on the fourth floor") == [
        "Printer on the third floor is jammed",
        "The printer wants toner",
    ]


def test_a_rare_word_tells_more_than_many_common_ones(settled):
    for number in range(12):
        settled(f"Please help with invoice {number}")
    settled("Kerberos refuses", ".")
    assert shown("Please help with Kerberos")[0] == "Kerberos refuses"


def test_of_two_that_are_equally_near_the_newer_is_first(settled):
    settled("Printer jammed", "in March")
    settled("Printer jammed", "in April")
    settled("Lunch")
    caches["default"].clear()
    near = examples.like("Printer jammed", "")
    assert [example.description for example in near] == ["in April", "in March"]


def test_what_is_left_of_eight_places_goes_to_the_newest_corrections(settled, corrected):
    for number in range(9):
        corrected(f"Ticket {number}")
    settled("Printer jammed")
    assert shown("Printer jammed again") == ["Printer jammed", *(f"Ticket {n}" for n in range(8, 1, -1))]


def test_a_ticket_is_shown_once_and_never_as_its_own_example(corrected):
    corrected("Printer jammed", "On the third floor.")
    corrected("Lunch", "Of next week.")
    assert shown("Printer jammed", "On the third floor.") == ["Lunch"]
    assert shown("Printer jammed") == ["Printer jammed", "Lunch"]


def test_only_what_a_person_confirmed_is_shown(settled, make_ticket):
    make_ticket(title="Printer jammed, nobody judged", category="")
    unsure = settled("Printer jammed, urgency unknown")
    Ticket.objects.filter(pk=unsure.pk).update(priority_confirmed=False)
    settled("Lunch")
    caches["default"].clear()
    assert examples.like("Printer jammed", "") == [
        LabelledText("Printer jammed, urgency unknown", "Nothing to see.", "account")
    ]


def test_with_the_switch_off_there_are_none(corrected, settings, django_assert_num_queries):
    corrected("Printer jammed")
    settings.AI_EXAMPLES = False
    with django_assert_num_queries(0):
        assert shown("Printer jammed again") == []


def test_long_texts_are_read_shortened_by_two_queries_for_some_minutes(
    settled, corrected, django_assert_num_queries
):
    settled("Printer jammed", "long " * 1_000)
    corrected("Lunch", "long " * 1_000)
    caches["default"].clear()
    with django_assert_num_queries(2):
        first = examples.like("Printer jammed again", "")
        assert examples.like("Printer jammed again", "") == first
    assert {len(example.description) for example in first} == {examples.LENGTH}


@pytest.mark.parametrize("text", ["", " ", "x", "🔥" * 50, "5,000 " * 900, "a" * 9_000])
def test_any_text_may_be_asked_about(corrected, text):
    corrected("Printer jammed")
    assert shown(text, text) == ["Printer jammed"]
