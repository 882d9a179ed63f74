"""What is found out about new labels and about a candidate fitted to them. Without a database.

Imports the numerical libraries: only for a process of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpdesk.triage import batches, gate
from helpdesk.triage.gate import Comparison, Pair, Ruling
from helpdesk.triage.local.training import fit
from helpdesk.triage.metrics import Outcome
from helpdesk.triage.prediction import FIELDS, Classifier, LabelledText, Prediction

Labels = Mapping[int, LabelledText]
# By field and ticket: what a model answered that had not learned the ticket, and how sure it was.
Unseen = Mapping[str, Mapping[int, Sequence[Any]]]


@dataclass(frozen=True)
class CandidateModel:
    """A fit to `labels`, and what it answered of tickets that it had not learned."""

    labels: Labels
    weights: dict[str, Any]
    unseen: Unseen

    @classmethod
    def of(cls, labels: Labels) -> "CandidateModel":
        numbers, found = list(labels), fit(list(labels.values()))
        unseen = {
            name: {numbers[place]: answer for place, answer in answers.items()}
            for name, answers in found.unseen.items()
        }
        return cls(labels, found.weights, unseen)


@dataclass(frozen=True)
class Live:
    """The version that answers now; `known` are the labels it has learned, by field and ticket."""

    classifier: Classifier
    known: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    unseen: Unseen = field(default_factory=dict)

    def new(self, labels: Labels, name: str) -> list[int]:
        """The tickets whose label of the field `name` it has not learned."""
        known = self.known.get(name, {})
        return [
            pk for pk, text in labels.items() if (label := getattr(text, name)) and known.get(pk) != label
        ]

    def answers(self, labels: Labels) -> dict[int, Prediction]:
        """What it says of every ticket of which it has not learned all labels."""
        new = {pk for name in FIELDS for pk in self.new(labels, name)}
        return {pk: self.answer(text) for pk, text in labels.items() if pk in new}

    def answer(self, text: LabelledText) -> Prediction:
        return self.classifier.classify(text.title, text.description, timeout=1)


@dataclass(frozen=True)
class Trial:
    """A candidate beside the live version; `answers` are the live version's, `usual` counts its others."""

    candidate: CandidateModel
    live: Live
    answers: Mapping[int, Prediction]
    usual: Mapping[str, Mapping[str, int]]

    def new(self, name: str) -> list[int]:
        """The new labels of a field that can be judged."""
        unseen = self.candidate.unseen.get(name, {})
        return [
            pk for pk in self.live.new(self.candidate.labels, name) if pk in unseen and pk in self.answers
        ]

    def complaints(self) -> dict[str, tuple[dict[int, str], str]]:
        """By field the new labels that should not be learned before somebody has looked, and why."""
        found = {}
        for name in FIELDS:
            new, labels = self.new(name), self.candidate.labels
            batch = batches.Batch(
                name,
                labels={pk: getattr(labels[pk], name) for pk in new},
                known={pk: getattr(self.answers[pk], name).value for pk in new},
                unseen={pk: self.candidate.unseen[name][pk][0] for pk in new},
                usual=self.usual.get(name, {}),
            )
            if why := batches.twins_complaint(labels, name, new) or batches.complaint(batch):
                found[name] = (dict(batch.labels), why)
        return found

    def rule(self, name: str) -> tuple[Ruling, Comparison]:
        """Judge by all new labels, and by what was settled before."""
        answers = self.candidate.unseen.get(name, {})
        new = set(self.new(name))
        judged = [Pair(self._outcome(name, pk, answers[pk]), self._live(name, pk)) for pk in new]
        before = self.live.unseen.get(name, {})
        record = [
            Pair(self._outcome(name, pk, answer), self._outcome(name, pk, before[pk]))
            for pk, answer in answers.items()
            if pk in before and pk not in new
        ]
        compared = Comparison.of(judged)
        return gate.rule(compared, Comparison.of(record) if record else None), compared

    def _outcome(self, name: str, pk: int, answer: Sequence[Any]) -> Outcome:
        return Outcome(getattr(self.candidate.labels[pk], name), answer[0], answer[1])

    def _live(self, name: str, pk: int) -> Outcome:
        return Outcome.of(getattr(self.candidate.labels[pk], name), getattr(self.answers[pk], name))
