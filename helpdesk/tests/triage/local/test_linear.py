import copy
import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.choices import Category, Priority
from helpdesk.tests.triage.local.desks import habits, labelled
from helpdesk.triage.local.linear import LocalModel, probabilities
from helpdesk.triage.local.stored import CorruptModel
from helpdesk.triage.local.training import fit

DATA = fit(habits(120)).weights
MODEL = LocalModel.from_json(DATA, version=7)
PLAIN = LocalModel()
WORDS = ("refund", "docket", "newcomer", "URGENT,", "amber", "<b>kiosk</b>", "can't", "shelf", "!", "é", "İ")
ODD = ("\ud800", "\0", "🙂", "שלום", "e\u0301", "\u2019", "_", "~", "=")
TEXT = st.text(st.characters(), max_size=300) | st.lists(st.sampled_from(WORDS + ODD)).map(" ".join)
NUMBERS = st.floats() | st.integers() | st.booleans() | st.none()
JSON = st.recursive(
    NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


@given(TEXT, TEXT)
def test_any_text_gets_two_valid_labels(title: str, description: str) -> None:
    for model in (MODEL, PLAIN):
        prediction = model.classify(title, description)
        assert prediction.category.value in Category.values
        assert prediction.priority.value in Priority.values
        assert 0 <= prediction.category.confidence <= 1
        assert 0 <= prediction.priority.confidence <= 1


@given(TEXT, TEXT)
def test_reasons_only_quote_the_ticket(title: str, description: str) -> None:
    prediction = MODEL.classify(title, description)
    for label in (prediction.category, prediction.priority):
        assert len(label.reasons) <= 5
        for reason in label.reasons:
            assert reason.strip()
            assert reason in f"{title}\n{description}"


def test_a_learned_word_decides_and_is_quoted() -> None:
    label = MODEL.classify("A DOCKET for the roof garden", "").category
    assert label.value == "billing"
    assert "DOCKET" in label.reasons


def test_a_stop_word_is_no_reason() -> None:
    for text in ("the docket of the roof garden", "where is the shelf"):
        assert not {"the", "of", "is", "where"} & {
            reason.casefold() for reason in MODEL.classify(text, "").category.reasons
        }


def test_what_a_desk_gets_again_and_again_is_answered_as_always() -> None:
    odd = [labelled(f"Disk {at} full on rack {at}", "", "general") for at in range(20)]
    model = LocalModel.from_json(json.loads(json.dumps(fit([*habits(60), *odd]).weights)), version=1)
    label = model.classify("Disk 99 full on rack 4711", "").category
    assert (label.value, label.confidence > 0.9) == ("general", True)


def test_what_was_not_learned_is_still_read_by_the_lexicon() -> None:
    label = MODEL.classify("I forgot my password", "").category
    assert label.value == "account"
    assert label.reasons == ("password", "forgot")


def test_a_learned_model_carries_its_version() -> None:
    prediction = MODEL.classify("docket", "", timeout=1)
    assert (prediction.provider, prediction.model) == ("local", "learned-7")


@pytest.mark.parametrize(
    "word", ["x", " ", "the ", "docket ", "<a", "n't", "@.", "😀", "שלום ", "\ud800a", "\0", "a1 b2 "]
)
def test_a_huge_ticket_is_answered(word: str) -> None:
    prediction = MODEL.classify(word * 50_000, word * 50_000)
    assert prediction.category.value in Category.values


def damaged(change: Callable[[Any], object]) -> Any:
    data = copy.deepcopy(DATA)
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda data: data.update(format=1), "format must be 2"),
        (lambda data: data.pop("weights"), "weights must be an object"),
        (lambda data: data["weights"].update(status={}), "unknown fields: status"),
        (lambda data: data["weights"].update(category=[]), "category must be an object"),
        (lambda data: data["weights"]["category"]["labels"].reverse(), "category.labels must be"),
        (lambda data: data["weights"]["category"]["bias"].pop(), "category.bias must be a list of 4"),
        (lambda data: data["weights"]["category"].update(temperature=0), "category.temperature must be"),
        (lambda data: data["weights"]["category"].update(temperature=True), "category.temperature must be"),
        (lambda data: data["weights"]["category"].update(templates=[]), "category.templates must be"),
        (lambda data: data["weights"]["category"].update(templates={"a": ["x", 1]}), "must name labels"),
        (lambda data: data["weights"]["category"].update(templates={"a": ["billing", 2]}), "a number"),
        (lambda data: data["weights"]["category"]["lexicon"].pop(), "category.lexicon must be a list of 4"),
        (lambda data: data["weights"]["category"]["features"].update(a=[1, 2, 3]), "must be a list of 5"),
        (
            lambda data: data["weights"]["category"]["features"].update(a=[1, 2, 3, 4, "5"]),
            "must be a number",
        ),
        (
            lambda data: data["weights"]["category"]["features"].update(a=[0.0, 0.0, 0.0, 0.0, math.nan]),
            "number",
        ),
        (
            lambda data: data["weights"]["category"]["features"].update(a=[0.0, 0.0, 0.0, 0.0, math.inf]),
            "number",
        ),
    ],
)
def test_a_damaged_model_is_refused_with_the_place(change: Callable[[Any], object], complaint: str) -> None:
    with pytest.raises(CorruptModel, match=complaint):
        LocalModel.from_json(damaged(change), version=1)


@given(JSON)
def test_whatever_is_stored_is_a_model_or_corrupt(data: Any) -> None:
    with pytest.raises(CorruptModel):
        LocalModel.from_json(data, version=1)


@given(st.sampled_from(["bias", "lexicon", "temperature", "features", "labels"]), JSON)
def test_whatever_is_stored_in_a_part_leaves_a_model_that_answers(part: str, data: Any) -> None:
    try:
        model = LocalModel.from_json(
            damaged(lambda whole: whole["weights"]["category"].update({part: data})), version=1
        )
    except CorruptModel:
        return
    assert model.classify("docket", "amber").category.value in Category.values


@pytest.mark.parametrize(("proven", "answer"), [([], "high"), (["critical"], "critical")])
def test_critical_is_said_only_where_it_was_proved(proven: list[str], answer: str) -> None:
    blank = [0.0] * 4
    weights = {
        "labels": Priority.values,
        "bias": [0.0, 0.4, 0.0, 5.0],
        "lexicon": [blank] * 4,
        "temperature": 1.0,
        "features": {"kiosk": [1.0, *blank]},
        "proven": proven,
    }
    data = {"format": 2, "weights": {"priority": weights}}
    label = LocalModel.from_json(data, version=1).classify("kiosk", "").priority
    assert (label.value, label.confidence > 0.9) == (answer, True)


@pytest.mark.parametrize("proven", ["critical", [1], None])
def test_proofs_that_are_no_labels_are_refused(proven: Any) -> None:
    with pytest.raises(CorruptModel, match="proven must be a list"):
        LocalModel.from_json(
            damaged(lambda data: data["weights"]["category"].update(proven=proven)), version=1
        )


def test_a_higher_temperature_is_more_modest() -> None:
    assert probabilities([0.0, 2.0], 1.0)[1] > probabilities([0.0, 2.0], 2.0)[1] > 0.5
