"""Learning from the desk: only what people settled, and only when it is better."""

import logging

import pytest

from helpdesk.choices import Channel, ModelState
from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket
from helpdesk.triage import classify, learning, memory, versions
from helpdesk.triage.local.training import fit
from helpdesk.triage.models import TriageModel

pytestmark = pytest.mark.django_db

# A desk with words of its own: the lexicon cannot know what a flurbel or a zonk is.
DESK = {
    "billing": "Flurbel number {} is not on my zonk sheet",
    "technical": "The grompf shows {} wobbles since noon",
    "account": "Please move my snarfkey {} to another drawer",
    "general": "When does the {} quibble room open",
}


@pytest.fixture
def teach(make_ticket, agent):
    """Tickets that a person has labelled, of each category so many."""

    def make(count, start=0, desk=DESK):
        for number in range(start, start + count):
            for category, words in desk.items():
                ticket = make_ticket(title=words.format(number), description="Thanks.", category="general")
                changes.update(ticket, {"category": category}, actor=agent, channel=Channel.ADMIN)

    return make


@pytest.fixture(autouse=True)
def forgetful():
    """Versions of one test are not those of the next."""
    versions.load.cache_clear()


def suggested(text):
    return classify.classify_locally(text, "Thanks.").category.value


def test_the_desk_teaches_its_own_words(teach):
    teach(12)
    model = learning.learn()
    assert model.state == ModelState.LIVE
    versions.forget()
    assert suggested("My flurbel is on the wrong zonk sheet") == "billing"
    assert suggested("The grompf wobbles") == "technical"


def test_nothing_settled_is_nothing_to_learn(ticket):
    assert learning.learn() is None
    assert not TriageModel.objects.exists()


def test_the_same_labels_are_not_learned_twice(teach):
    teach(12)
    assert learning.learn()
    assert learning.learn() is None


def test_only_one_learner_at_a_time(teach):
    teach(12)
    learning.caches["shared"].add(learning.LOCK, 1, 60)
    assert learning.learn() is None


def test_a_candidate_that_is_worse_is_not_promoted(teach):
    teach(5)
    live = learning.learn()
    wrong = dict(zip(DESK, [*list(DESK.values())[1:], DESK["billing"]], strict=True))
    for number in range(80):  # of two new tickets the first is held out, the second is learned
        category = list(DESK)[number % 4]
        teach(1, start=100 + number, desk={category: DESK[category]})
        teach(1, start=100 + number, desk={category: wrong[category]})
    worse = learning.learn()
    assert (worse.state, worse.metrics["candidate"]["right"] < worse.metrics["live"]["right"]) == (
        ModelState.REJECTED,
        True,
    )
    assert TriageModel.objects.live().get() == live


def test_the_live_version_is_measured_on_labels_it_has_not_seen(teach):
    teach(12)
    live = learning.learn()
    teach(6, start=50)
    held_out = learning._held_out(learning.gather(), live)
    assert held_out
    assert not held_out & {int(pk) for pk in live.learned_from}


def test_a_text_that_was_settled_before_is_no_measure(teach):
    teach(12)
    live = learning.learn()
    teach(12)
    assert not learning._held_out(learning.gather(), live)


def test_the_candidate_has_not_seen_a_text_that_is_held_out(teach, monkeypatch):
    teach(6)
    teach(6)
    fitted = []
    monkeypatch.setattr(learning, "fit", lambda texts: fitted.append(list(texts)) or fit(texts))
    learning.learn()
    labels = learning.gather()
    held_out = {labels[pk].key for pk in learning._held_out(labels, None)}
    assert held_out
    assert fitted[0]
    assert not held_out & {text.key for text in fitted[0]}


def test_going_back_to_an_earlier_version_is_one_step(teach, lead):
    teach(12)
    first = learning.learn()
    second = TriageModel.objects.create(weights=first.weights, labels_hash="x", label_count=1)
    versions.promote(second, actor=lead)
    versions.promote(TriageModel.objects.get(pk=first.pk), actor=lead)
    states = dict(TriageModel.objects.values_list("pk", "state"))
    assert states == {first.pk: ModelState.LIVE, second.pk: ModelState.RETIRED}


def test_the_lexicon_can_answer_alone_again(teach, lead):
    teach(12)
    learning.learn()
    versions.retire_all(actor=lead)
    assert classify.classify_locally("refund", "please").model.startswith("lexicon")


def test_a_damaged_version_is_left_out_with_a_warning(caplog):
    TriageModel.objects.create(weights={"nonsense": 1}, labels_hash="x", label_count=1, state=ModelState.LIVE)
    with caplog.at_level(logging.WARNING):
        assert suggested("I was charged twice, refund me") == "billing"
    assert "is damaged, the lexicon answers" in caplog.text


def test_what_an_earlier_version_stored_of_whole_texts_is_ignored(teach):
    """It stands in the database already, by the fingerprint of the ticket."""
    teach(12)
    model = learning.learn()
    texts = {"0" * 20: {"category": ["billing", 0.95]}, "1" * 20: "damaged"}
    TriageModel.objects.update(weights=model.weights | {"memory": texts})
    versions.load.cache_clear()
    versions.forget()
    answer = classify.classify_locally("My flurbel is on the wrong zonk sheet", "")
    assert (answer.category.value, answer.model) == ("billing", f"learned-{model.pk}")


def test_enough_must_be_new_before_it_is_worth_a_fit(teach):
    teach(2)
    assert not learning.is_due()
    teach(1, start=50)
    assert learning.is_due()


def test_the_same_text_is_then_suggested_that_way(make_ticket, agent):
    words = {"title": "I was charged twice", "description": "Refund me."}
    ticket = make_ticket(**words, category="billing")
    changes.update(ticket, {"category": "general"}, actor=agent, channel=Channel.ADMIN)
    again = classify.classify(words["title"].upper(), words["description"])
    assert (again.category.value, again.model) == ("general", memory.MEMORY)
    assert again.category.reasons[0] in words["title"].upper()


def test_what_nobody_settled_is_not_remembered(make_ticket):
    make_ticket(title="I was charged twice", description="Refund me.", category="general")
    assert memory.recall("I was charged twice", "Refund me.") is None
    assert Ticket.objects.get().text_hash
