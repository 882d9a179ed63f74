"""Measures triage on texts whose labels are known: as it comes, and after learning from their own desks."""

import csv
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from helpdesk.tickets.search import fingerprint
from helpdesk.triage import baselines, classify
from helpdesk.triage.local import self_training
from helpdesk.triage.local.likeness import template
from helpdesk.triage.local.linear import LocalModel
from helpdesk.triage.local.training import fit
from helpdesk.triage.metrics import BUCKETS, Matrix, Outcome, Reliability, grouped
from helpdesk.triage.prediction import FIELDS, LabelledText, Prediction

COLUMNS = ("title", "description", "category", "priority")
CELL_LIMIT = 10_000_000  # characters; Python's own limit is below what a ticket may hold
SEEDS = range(5)
TRAINING_SHARE = 0.8  # of a source, when all of its own labels are learned
ALL = "all"

Item = TypeVar("Item")
Answered = tuple[LabelledText, Prediction]
Classify = Callable[[str, str], Prediction]
Sources = Mapping[str, Sequence[LabelledText]]


class UnusableFile(Exception):
    """The file holds nothing that could be measured; the message says why, with the number of the line."""


@dataclass(frozen=True)
class Result:
    """What was measured of one field in one way; there is at least one outcome."""

    name: str
    field: str
    outcomes: Sequence[Outcome]

    @cached_property
    def matrix(self) -> Matrix:
        return Matrix.of(self.outcomes)

    @cached_property
    def reliability(self) -> Reliability:
        return Reliability.of(self.outcomes)

    @cached_property
    def sources(self) -> dict[str, "Result"]:
        groups = grouped(self.outcomes, lambda outcome: outcome.source)
        return {source: Result(self.name, self.field, outcomes) for source, outcomes in groups.items()}

    @property
    def coverage(self) -> float:
        """The share of the answers that are shown with 80 % or more."""
        return self.reliability.sure.cases / len(self.outcomes)

    def as_json(self) -> dict[str, Any]:
        sources = {source: result._figures() for source, result in self.sources.items()}
        return {"name": self.name, "field": self.field, **self._figures(), "sources": sources}

    def _figures(self) -> dict[str, Any]:
        return {
            "count": self.matrix.cases,
            "accuracy": self.matrix.accuracy,
            "macro_f1": self.matrix.macro_f1,
            "calibration_error": self.reliability.error,
            "sure": {"right": self.reliability.sure.share, "share": self.coverage},
            "labels": {label: asdict(figures) for label, figures in self.matrix.labels.items()},
            "confusion": self.matrix.square,
            "bins": [
                {
                    "start": bucket.index / BUCKETS,
                    "count": bucket.cases,
                    "confidence": bucket.confidence,
                    "accuracy": bucket.share,
                }
                for bucket in self.reliability.buckets
            ],
        }


def read(file: Path) -> Sources:
    """The texts of a CSV file by their source; raises `UnusableFile`."""
    csv.field_size_limit(CELL_LIMIT)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
                raise UnusableFile(
                    f"{file} has no column {', '.join(missing)}. It needs {', '.join(COLUMNS)}."
                )
            texts = [_text(cells, reader.line_num) for cells in reader]
    except OSError as error:
        raise UnusableFile(f"{file} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableFile(f"{file} is not a CSV file in UTF-8: {error}.") from error
    if not any(text.category or text.priority for text in texts):
        raise UnusableFile(f"{file} has no labelled texts: there is nothing to measure.")
    return grouped(texts, lambda text: text.source)


def cold(provider: str, sources: Sources) -> Iterator[Result]:
    """The local model before it learned anything, or a provider without the desk's examples; and baselines.

    This and its siblings raise `Unavailable` when the provider does.
    """

    def ask(title: str, description: str) -> Prediction:
        return classify.ask(provider, title, description, shown=())

    asked = LocalModel().classify if provider == classify.LOCAL else ask
    texts = [text for group in sources.values() for text in group]
    yield from _results(f"{provider}, as it comes", _answers(asked, texts))
    for each in (baselines.keywords(), baselines.majority(texts)):
        yield from _results(each.name, _answers(each.classify, texts))


def learned(count: int | None, sources: Sources) -> Iterator[Result]:
    """Every source learns from so many of its own labels (None: all) and is tested on the rest of them.

    Near-duplicates are all learned or all tested.
    """
    name = f"{ALL if count is None else count} labels"
    answered: dict[str, list[Answered]] = {}
    for texts in sources.values():
        alike = [template(text.title, text.description) or text.key for text in texts]
        for seed in SEEDS:
            own, rest = learning_split(texts, count, seed, alike)
            for title, asked in _contestants(own, name) if rest else []:
                answered.setdefault(title, []).extend(_answers(asked, rest))
    for title, answers in answered.items():
        yield from _results(title, answers)


def _contestants(own: Sequence[LabelledText], name: str) -> Iterator[tuple[str, Classify]]:
    yield f"the tests of {name}, before learning", LocalModel().classify
    yield f"after {name} of each source", _taught(own)
    for each in (baselines.textbook(own), baselines.majority(own)):
        yield f"{each.name}, {name} of each source", each.classify


def unlabelled(sources: Sources) -> Iterator[Result]:
    """Every source learns from the texts of its first half alone, and is tested on the second."""
    answered: dict[str, list[Answered]] = {}
    for texts in sources.values():
        own, rest = learning_split(texts, len(texts) // 2, SEEDS[0])
        weights = self_training.teach(own)
        if weights is None:
            continue
        taught = LocalModel.from_json(weights, version="measured")
        for title, asked in (
            ("the tests of half of the texts, before learning", LocalModel().classify),
            ("after half of the texts without their labels", taught.classify),
        ):
            answered.setdefault(title, []).extend(_answers(asked, rest))
    for title, answers in answered.items():
        yield from _results(title, answers)


def left_out(sources: Sources) -> Iterator[Result]:
    """Every family of sources is tested after learning from all the others."""
    answered: dict[str, list[Answered]] = {}
    for others, own in leave_one_out(families(sources)):
        for title, asked in (
            ("after all other families", _taught(others)),
            ("textbook TF-IDF, all other families", baselines.textbook(others).classify),
        ):
            answered.setdefault(title, []).extend(_answers(asked, own))
    for title, answers in answered.items():
        yield from _results(title, answers)


def families(sources: Sources) -> Sources:
    """Sources with the same name up to the first hyphen are siblings, and count as one."""
    found: dict[str, list[LabelledText]] = {}
    for source, texts in sources.items():
        found.setdefault(source.partition("-")[0], []).extend(texts)
    return found


def learning_split(
    texts: Sequence[Item], count: int | None, seed: int, alike: Sequence[str] | None = None
) -> tuple[list[Item], list[Item]]:
    """`count` texts to learn from (None: `TRAINING_SHARE` of them) and the rest to test on, drawn by `seed`.

    `alike` names the group of each text: what is like a text to learn from is left out of the rest. That is
    empty when there are too few texts.
    """
    numbers = range(len(texts))
    drawn = random.Random(seed).sample(numbers, len(texts))  # noqa: S311  (a draw for a measurement)
    cut = int(len(texts) * TRAINING_SHARE) if count is None else count
    learned = {alike[at] for at in drawn[:cut]} if alike else set()
    rest = [at for at in drawn[cut:] if not alike or alike[at] not in learned]
    return [texts[at] for at in drawn[:cut]], [texts[at] for at in rest]


def leave_one_out(sources: Mapping[str, Sequence[Item]]) -> Iterator[tuple[list[Item], list[Item]]]:
    """For each source the texts of all the others, to learn from, and its own, to test on."""
    for source, own in sources.items():
        yield [text for other, texts in sources.items() if other != source for text in texts], list(own)


def _text(cells: Mapping[str | None, Any], line: int) -> LabelledText:
    values = {name: cells.get(name) or "" for name in (*COLUMNS, "source")}
    for name, vocabulary in FIELDS.items():
        values[name] = values[name].strip().lower() or None
        if values[name] and values[name] not in vocabulary.values:
            known = ", ".join(vocabulary.values)
            raise UnusableFile(f"Line {line}: {values[name]!r} is no {name}. Use {known}, or leave it blank.")
    return LabelledText(**values, key=fingerprint(values["title"], values["description"]))


def _taught(texts: Sequence[LabelledText]) -> Classify:
    return LocalModel.from_json(fit(texts).weights, version="measured").classify


def _answers(asked: Classify, texts: Sequence[LabelledText]) -> list[Answered]:
    return [(text, asked(text.title, text.description)) for text in texts]


def _results(name: str, answered: Sequence[Answered]) -> Iterator[Result]:
    """One result per field of which there are labels."""
    for field in FIELDS:
        outcomes = [
            Outcome.of(truth, getattr(prediction, field), text.source)
            for text, prediction in answered
            if (truth := getattr(text, field))
        ]
        if outcomes:
            yield Result(name, field, outcomes)
