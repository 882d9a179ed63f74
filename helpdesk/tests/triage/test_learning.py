"""Learning from the desk: only what people settled, and only when it is better."""

import logging

import pytest
from django_tasks_db.models import DBTaskResult

from helpdesk.choices import Channel, ModelState
from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket
from helpdesk.triage import batches, classify, fitting, learning, memory, versions
from helpdesk.triage.labels import gather
from helpdesk.triage.models import SetAside, TriageModel, VersionChoice

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
    model = fitting.learn()
    assert model.state == ModelState.LIVE
    versions.forget()
    assert suggested("My flurbel is on the wrong zonk sheet") == "billing"
    assert suggested("The grompf wobbles") == "technical"


def test_nothing_settled_is_nothing_to_learn(ticket):
    assert fitting.learn() is None
    assert not TriageModel.objects.exists()


def test_the_same_labels_are_not_learned_twice(teach):
    teach(12)
    assert fitting.learn()
    assert fitting.learn() is None


def test_only_one_learner_at_a_time(teach):
    teach(12)
    fitting.caches["shared"].add(learning.LOCK, "fitting", 60)
    assert fitting.learn() is None


def test_labels_that_swap_what_was_settled_are_set_aside_and_shown(teach, lead):
    teach(20)
    live = fitting.learn()
    wrong = dict(zip(DESK, [*list(DESK.values())[1:], DESK["billing"]], strict=True))
    teach(20, start=100, desk=wrong)
    assert fitting.learn() is None or TriageModel.objects.live().get() == live
    row = SetAside.objects.waiting().get()
    assert (row.field, len(row.labels)) == ("category", 80)
    assert "contradict" in row.reason
    assert len(gather()) == 80
    batches.decide(row, learn=True, actor=lead)
    assert len(gather()) == 160


def test_labels_that_a_lead_leaves_out_count_again_when_they_are_changed(teach, lead, agent):
    teach(3)
    ticket = Ticket.objects.filter(category="billing").first()
    row = batches.set_aside("category", {ticket.pk: "billing"}, "odd")
    assert ticket.pk not in gather()
    batches.decide(row, learn=False, actor=lead)
    assert ticket.pk not in gather()
    changes.update(ticket, {"category": "account"}, actor=agent, channel=Channel.ADMIN)
    assert gather()[ticket.pk].category == "account"


def test_one_class_for_every_text_is_set_aside(teach, make_ticket, agent):
    for number in range(80):
        words = list(DESK.values())[number % 4].format(number)
        ticket = make_ticket(title=f"{words} {number * 7919}", description="Thanks.", category="general")
        changes.update(ticket, {"category": "account"}, actor=agent, channel=Channel.ADMIN)
    assert fitting.learn() is None
    assert "80 of them account" in SetAside.objects.get().reason


def test_a_version_is_judged_on_what_it_has_not_learned(teach, monkeypatch):
    teach(12)
    live = fitting.learn()
    teach(12, start=50)
    asked = []
    answer = fitting.Live.answer
    monkeypatch.setattr(
        fitting.Live, "answer", lambda self, text: asked.append(text.key) or answer(self, text)
    )
    second = fitting.learn()
    learned = {Ticket.objects.get(pk=pk).text_hash for pk in live.known["category"]}
    assert len(asked) == 48
    assert not learned & {*asked}
    assert second.metrics["category"]["judged"] == 48


def test_a_field_that_is_no_better_keeps_the_weights_from_before(teach, make_ticket, agent):
    teach(12)
    live = fitting.learn()
    assert live.metrics["category"]["taken"]
    assert not live.metrics["priority"]["taken"]
    assert live.weights["weights"].keys() == live.known.keys() == {"category"}


def test_what_a_lead_chose_stays_until_the_lead_lets_go(teach, lead):
    versions.retire_all(actor=lead)
    teach(12)
    model = fitting.learn()
    assert (model.state, model.metrics["category"]["taken"]) == (ModelState.REJECTED, True)
    assert "The lexicon alone was chosen to stay" in model.note
    versions.let_choose()
    assert fitting.learn(force=True).state == ModelState.LIVE


def test_a_version_that_a_lead_chose_is_kept(teach, lead):
    teach(12)
    chosen = fitting.learn()
    versions.promote(chosen, actor=lead)
    teach(12, start=50)
    fitting.learn()
    assert VersionChoice.objects.get().version == chosen == TriageModel.objects.live().get()


def test_learning_is_done_by_a_process_of_its_own_and_looked_after(monkeypatch, teach):
    started = []
    monkeypatch.setattr(learning, "start", lambda *, force: started.append(force))
    teach(3)
    learning.learn_if_due.call()
    assert started == [False]
    again = DBTaskResult.objects.filter(task_path=learning.learn_if_due.module_path, status="READY")
    assert [row.args_kwargs["kwargs"] for row in again] == [{"attempt": 2}]
    learning.report("fitting")
    learning.learn_if_due.call(attempt=learning.MOST_ATTEMPTS)
    assert started == [False]


def test_a_process_that_is_started_learns_with_one_thread(monkeypatch):
    asked = {}
    monkeypatch.setattr(
        learning.subprocess, "Popen", lambda command, **how: asked.update(how, command=command)
    )
    learning.start(force=True)
    assert asked["command"][-2:] == ["learn", "--force"]
    assert asked["env"]["OPENBLAS_NUM_THREADS"] == "1"


def test_going_back_to_an_earlier_version_is_one_step(teach, lead):
    teach(12)
    first = fitting.learn()
    second = TriageModel.objects.create(weights=first.weights, labels_hash="x", label_count=1)
    versions.promote(second, actor=lead)
    versions.promote(TriageModel.objects.get(pk=first.pk), actor=lead)
    states = dict(TriageModel.objects.values_list("pk", "state"))
    assert states == {first.pk: ModelState.LIVE, second.pk: ModelState.RETIRED}


def test_the_lexicon_can_answer_alone_again(teach, lead):
    teach(12)
    fitting.learn()
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
    model = fitting.learn()
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
