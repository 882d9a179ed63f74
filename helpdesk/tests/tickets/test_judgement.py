"""Which labels count as a person's judgement."""

import pytest

from helpdesk.choices import Channel, Verdict
from helpdesk.tests.transfer.importing.files import as_csv, counts, imported
from helpdesk.tests.triage.record import suggestion
from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.importing.identity import mark_of_this_desk
from helpdesk.triage import suggestions
from helpdesk.triage.classify import classify_locally
from helpdesk.triage.learning import gather

pytestmark = pytest.mark.django_db


def one(ticket, values, **by):
    changes.update(ticket, values, **by)


def cell(ticket, values, **by):
    changes.update_if(ticket, values, {}, **by)


def many(ticket, values, **by):
    changes.update_many([ticket.pk], values, **by)


def judged(ticket):
    return Ticket.objects.values_list("category_confirmed", "priority_confirmed").get(pk=ticket.pk)


@pytest.mark.parametrize(
    ("channel", "by_person", "expected"),
    [
        (Channel.ADMIN, True, (True, True)),
        (Channel.ADMIN, False, (False, False)),
        (Channel.API, True, (True, True)),
        (Channel.API, False, (False, False)),
        (Channel.IMPORT, True, (False, False)),
        (Channel.SYSTEM, False, (False, False)),
    ],
)
def test_the_labels_of_a_new_ticket(make_ticket, agent, channel, by_person, expected):
    assert judged(make_ticket(actor=agent if by_person else None, channel=channel)) == expected


@pytest.mark.parametrize("channel", [Channel.ADMIN, Channel.API])
def test_a_label_that_triage_filled_is_no_judgement(make_ticket, agent, channel):
    ticket = make_ticket(actor=agent, channel=channel, title="Charged twice", category="", priority="low")
    assert judged(ticket) == (False, True)


def test_a_label_that_is_given_alone_is_learned_also_when_it_is_the_guess(make_ticket, agent):
    words = {"title": "Charged twice", "description": "Refund me."}
    guess = classify_locally(*words.values())
    ticket = make_ticket(
        **words, actor=agent, channel=Channel.ADMIN, category=guess.category.value, priority=""
    )
    assert judged(ticket) == (True, False)
    assert gather()[ticket.pk].category == guess.category.value
    assert gather()[ticket.pk].priority is None


def test_a_file_that_repeats_what_was_filled_is_a_judgement_when_the_person_says_so(ticket, lead):
    for confirmed in (False, True):
        cells = {"desk": mark_of_this_desk(), "id": ticket.pk, "category": ticket.category}
        job = imported(as_csv(cells), lead, labels_right=confirmed, mapping={"columns": [*cells]})
        assert counts(job) == (0, 0, 1, 0, 0)
        assert judged(ticket) == (confirmed, False)
    assert ticket.events.count() == 1


def test_a_cell_and_a_bulk_change_to_what_was_filled_are_judgements(make_ticket, agent):
    cell, other = make_ticket(), make_ticket()
    same = {"category": cell.category}
    changes.update_if(cell, same, same, actor=agent, channel=Channel.ADMIN)
    changes.update_many([other.pk], {"priority": other.priority}, actor=agent, channel=Channel.ADMIN)
    assert (judged(cell), judged(other)) == ((True, False), (False, True))


@pytest.mark.parametrize(
    "case",
    [
        (Channel.ADMIN, True, (True, False)),
        (Channel.API, True, (True, False)),
        (Channel.AI, True, (True, False)),
        (Channel.AI, False, (False, False)),
        (Channel.IMPORT, True, (False, False)),
    ],
)
@pytest.mark.parametrize("category", ["billing", "account"])
@pytest.mark.parametrize("change", [one, cell, many])
def test_a_change_or_a_confirmation(ticket, agent, case, category, change):
    channel, by_person, expected = case
    change(ticket, {"category": category}, actor=agent if by_person else None, channel=channel)
    assert judged(ticket) == expected


def test_an_import_counts_when_the_person_says_so(ticket, lead):
    new = {"title": "New", "description": "Text", "category": "account", "priority": "low"}
    known = dict.fromkeys(new, "") | {"category": "account"}
    rows = [{"desk": "", "id": "", **new}, {"desk": mark_of_this_desk(), "id": ticket.pk, **known}]
    imported(as_csv(*rows), lead, labels_right=True, mapping={"columns": [*rows[0]]})
    assert judged(ticket) == (True, False)
    assert judged(Ticket.objects.get(title="New")) == (True, True)


def test_a_saved_suggestion_confirms_both(ticket, agent):
    made = suggestions.suggest(ticket.title, ticket.description, ticket=ticket, actor=agent)
    suggestions.settle(made, ticket, actor=agent)
    assert judged(ticket) == (True, True)


def test_a_label_left_blank_beside_a_suggestion_is_no_judgement(ticket, agent):
    made = suggestions.suggest(ticket.title, ticket.description, ticket=ticket, actor=agent)
    settled = suggestions.settle(made, ticket, given=["priority"], actor=agent)
    assert judged(ticket) == (False, True)
    assert (settled.final_category, settled.final_priority) == ("", ticket.priority)


def test_taking_a_new_label_says_nothing_of_the_other(make_ticket, agent):
    ticket = make_ticket()
    made = suggestions.suggest("Charged twice", "Refund me.", ticket=ticket, actor=agent)
    changes.update(ticket, {"priority": made.priority}, actor=None, channel=Channel.SYSTEM)
    changes.update(ticket, {"category": "account"}, actor=None, channel=Channel.SYSTEM)
    assert suggestions.take(made, {"category": "account"}, actor=agent).category == "billing"
    assert judged(ticket) == (True, False)


def test_taking_what_the_ticket_has_says_that_both_are_right(make_ticket, agent):
    ticket = make_ticket(category="", priority="")
    made = ticket.suggestions.get()
    suggestions.take(made, {"category": ticket.category}, actor=agent)
    assert judged(ticket) == (True, True)


def test_a_look_at_what_was_applied_by_itself_is_about_the_category(ticket, agent):
    applied = suggestion(Verdict.APPLIED, ticket=ticket, category=ticket.category)
    suggestions.review(applied, actor=agent)
    assert judged(ticket) == (True, False)


def test_a_dismissal_confirms_nothing(ticket, agent):
    made = suggestions.suggest(ticket.title, ticket.description, ticket=ticket, actor=agent)
    suggestions.dismiss(made, actor=agent)
    assert judged(ticket) == (False, False)


def test_a_confirmation_leaves_no_line_in_the_history(ticket, agent):
    changes.update(ticket, {"category": ticket.category}, actor=agent, channel=Channel.ADMIN)
    assert ticket.events.count() == 1
