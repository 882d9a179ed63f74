"""What the gate does with bad labels: batches of a desk's texts with random, one-sided or right ones."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from helpdesk.triage.judging import CandidateModel, Live, Trial
from helpdesk.triage.local.linear import LocalModel
from helpdesk.triage.prediction import FIELDS, LabelledText

FIELD = "category"
FIRST_OF_BATCH = 1_000_000  # ids of the batch come after those of the record


@dataclass(frozen=True)
class Poison:
    """How many labels, and of which kind: "random", "right", or one label for all."""

    kind: str
    count: int

    def label(self, text: LabelledText, draw: random.Random) -> str | None:
        if self.kind == "right":
            return text.category
        return draw.choice(FIELDS[FIELD].values) if self.kind == "random" else self.kind


BATCHES = (Poison("random", 200), Poison("random", 800), Poison("account", 200), Poison("right", 700))


def outcomes(texts: Sequence[LabelledText], poison: Poison, *, settled: int, draws: int) -> Mapping[str, int]:
    """How often such a batch is promoted, refused or set aside, after so many right labels were learned."""
    found: Counter[str] = Counter()
    for seed in range(draws):
        draw = random.Random(seed)  # noqa: S311  (a draw for a measurement, not a secret)
        drawn = draw.sample(texts, len(texts))
        labels = dict(enumerate(replace(text, priority=None) for text in drawn[:settled]))
        live = _learned(labels) if settled else Live(LocalModel())
        for at, text in enumerate(drawn[settled : settled + poison.count]):
            given = replace(text, category=poison.label(text, draw), priority=None)
            labels[FIRST_OF_BATCH + at] = given
        trial = Trial(CandidateModel.of(labels), live, live.answers(labels), {})
        if trial.complaints():
            found["set aside"] += 1
        else:
            found["promoted" if trial.rule(FIELD)[0].taken else "refused"] += 1
    return found


def _learned(labels: Mapping[int, LabelledText]) -> Live:
    candidate = CandidateModel.of(labels)
    known = {FIELD: {pk: str(text.category) for pk, text in labels.items()}}
    return Live(LocalModel.from_json(candidate.weights, version="measured"), known, candidate.unseen)
