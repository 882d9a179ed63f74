"""A first version without a single label: the words that a desk uses beside the lexicon's cues.

The lexicon answers the desk's tickets, and a linear model learns those answers from all words of the texts.
So a ticket is understood that says in the desk's own words what others say in the lexicon's. Imports the
numerical libraries: only for a process of its own.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import brentq

from helpdesk.triage.local.blending import Blend
from helpdesk.triage.local.features import Found
from helpdesk.triage.local.grouping import groups
from helpdesk.triage.local.lexicon import load
from helpdesk.triage.local.linear import FORMAT, LocalModel, probabilities
from helpdesk.triage.local.samples import Samples, Text
from helpdesk.triage.local.training import combined
from helpdesk.triage.prediction import FIELDS, LabelledText

FIELD = "category"  # priority is hardly in the words of a text
FEWEST_TICKETS = 200
BLEND, STRENGTH = Blend(learned=0.6, lexicon=1.0, mixture=0.0), 3.0
SURE, LEAST_AGREEMENT = 0.8, 0.95  # of the answers of which the lexicon is sure so many must stay
MODESTY = 0.95  # of how sure the lexicon is in the mean: guesses that were learned are still guesses
COLDEST, HOTTEST = 0.2, 20.0


def teach(texts: Sequence[LabelledText]) -> dict[str, Any] | None:
    """The JSON for `LocalModel.from_json`; their labels are not looked at.

    None for too few texts, or where the answers that the lexicon is sure of would not stay: then its cues
    mean something else here.
    """
    if len(texts) < FEWEST_TICKETS:
        return None
    labels, data, cold = FIELDS[FIELD].values, load(), LocalModel()
    passages = [data.passages(text.title, text.description) for text in texts]
    said = [cold.classify(text.title, text.description).category for text in texts]
    guesses = [labels.index(label.value) for label in said]
    sure = np.array([label.confidence for label in said])
    silent = [0.0] * len(labels)
    alike = groups([(text.title, text.description) for text in texts])
    samples = Samples(
        [
            Text(silent, Found(read).counts, guess, group, weight)
            for read, guess, group, weight in zip(passages, guesses, alike, sure.tolist(), strict=True)
        ],
        inner=True,
    )
    lexicon = np.array([data.totals(FIELD, read) for read in passages])
    totals = lexicon + BLEND.learned * samples.unseen(STRENGTH)
    same = (totals.argmax(1) == np.array(guesses))[sure >= SURE]
    if same.size and same.mean() < LEAST_AGREEMENT:
        return None
    weights = combined(samples, FIELD, BLEND, silent, STRENGTH)
    weights["temperature"] = _temperature(totals.tolist(), MODESTY * float(sure.mean()))
    return {"format": FORMAT, "weights": {FIELD: {"labels": labels, **weights}}}


def _temperature(totals: Sequence[Sequence[float]], sure: float) -> float:
    """Under which answers about unseen texts are so sure in the mean."""

    def surer(temperature: float) -> float:
        return float(np.mean([max(probabilities(row, temperature)) for row in totals])) - sure

    if surer(COLDEST) <= 0:
        return COLDEST
    return HOTTEST if surer(HOTTEST) >= 0 else round(float(brentq(surer, COLDEST, HOTTEST, xtol=0.01)), 3)
