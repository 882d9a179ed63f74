"""Learning the desk's own words from its tickets, before anybody has given a label."""

import random

import pytest

from helpdesk.choices import ModelState
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.search import fingerprint
from helpdesk.triage import fitting, versions
from helpdesk.triage.local import self_training
from helpdesk.triage.local.linear import LocalModel
from helpdesk.triage.models import TriageModel
from helpdesk.triage.prediction import LabelledText

# The lexicon knows the last words of these; flurbel, grompf, snarfkey and quibble are words of this desk.
DESK = (
    "The flurbel {} is on the wrong invoice",
    "The grompf {} shows an error",
    "My snarfkey {} lost its password",
    "Which quibble {} has better opening hours",
)


def backlog(count=60):
    draw = random.Random(4)
    numbers = draw.sample(range(1000, 9999), count)
    return [sentence.format(f"n{number}") for number in numbers for sentence in DESK]


def texts(titles):
    return [LabelledText(title, "Thanks.", key=fingerprint(title, "Thanks.")) for title in titles]


def answer(model, title):
    return model.classify(title, "Thanks.").category


@pytest.fixture(scope="module")
def taught():
    return LocalModel.from_json(self_training.teach(texts(backlog())), version=1)


def test_the_desks_own_words_are_learned_from_the_lexicons_answers(taught):
    said = "A flurbel again", "The grompf again", "Another snarfkey", "A quibble again"
    assert {answer(LocalModel(), title).value for title in said} == {"general"}
    assert [answer(taught, title).value for title in said] == ["billing", "technical", "account", "general"]
    assert answer(taught, "A flurbel again").reasons == ("flurbel",)


def test_what_the_lexicon_says_stays_said(taught):
    for title in backlog(5):
        assert answer(taught, title).value == answer(LocalModel(), title).value


def test_it_is_no_surer_in_the_mean_than_the_lexicon(taught):
    unseen = [title.replace("n", "m") for title in backlog(20)]
    mean = [sum(answer(model, title).confidence for title in unseen) for model in (taught, LocalModel())]
    assert mean[0] < mean[1] + 0.1 * len(unseen)


def test_few_tickets_teach_nothing():
    assert self_training.teach(texts(backlog(40))) is None


def test_nothing_is_learned_where_sure_answers_would_not_stay(monkeypatch):
    monkeypatch.setattr(self_training, "LEAST_AGREEMENT", 1.01)
    assert self_training.teach(texts(backlog())) is None


def write(titles):
    Ticket.objects.bulk_create(
        Ticket(
            title=title,
            description="Thanks.",
            category="general",
            priority="medium",
            text_hash=fingerprint(title, "Thanks."),
        )
        for title in titles
    )


@pytest.mark.django_db
def test_a_desk_without_labels_gets_a_version_that_can_be_taken_back(lead):
    versions.load.cache_clear()
    write(backlog())
    model = fitting.learn()
    assert (model.state, model.label_count) == (ModelState.LIVE, 0)
    assert model.note.startswith("Without labels: the words of 240 tickets")
    assert fitting.learn(force=True) is None
    versions.forget()
    assert answer(versions.current(), "A flurbel again").value == "billing"
    versions.retire_all(actor=lead)
    assert fitting.learn() is None
    assert fitting.learn(force=True).state == ModelState.REJECTED
    assert TriageModel.objects.count() == 2
