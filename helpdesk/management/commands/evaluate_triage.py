"""Measures triage on a file of labelled texts: as it comes, and after learning from the texts' own desks."""

import csv
import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from django.core.management import BaseCommand, CommandError

from helpdesk.choices import Category, Priority
from helpdesk.tickets.search import fingerprint
from helpdesk.triage import classify as triage
from helpdesk.triage.evaluation import (
    Figures,
    Outcome,
    grouped,
    learning_split,
    leave_one_out,
    measure,
    measure_by_source,
)
from helpdesk.triage.local.linear import LocalModel
from helpdesk.triage.local.training import fit
from helpdesk.triage.prediction import LabelledText, Prediction, Unavailable

COLUMNS = ("title", "description", "category", "priority")
VOCABULARIES = {"category": Category, "priority": Priority}
SEEDS = range(3)
ALL = "all"
CELL_LIMIT = 10_000_000  # characters; Python's own limit is below what a ticket may hold

Classify = Callable[[str, str], Prediction]


@dataclass(frozen=True)
class Result:
    """What was measured of one field in one way."""

    name: str
    field: str
    outcomes: Sequence[Outcome]

    @property
    def figures(self) -> Figures:
        return measure(self.outcomes)

    def as_json(self) -> dict[str, Any]:
        sources = measure_by_source(self.outcomes)
        return {
            "name": self.name,
            "field": self.field,
            **self.figures.as_json(),
            "sources": {source: figures.as_json() for source, figures in sources.items()},
        }


class Command(BaseCommand):
    help = "Print how right, and how sure of it, triage is on a CSV file of labelled texts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=f"columns {', '.join(COLUMNS)} and, if you like, source")
        parser.add_argument("--provider", default=triage.LOCAL, help="who answers; local is the default")
        parser.add_argument(
            "--learn", nargs="+", type=label_count, default=[], metavar="N", help=f"labels, or {ALL}"
        )
        parser.add_argument(
            "--leave-one-source-out", action="store_true", help="learn from the other sources"
        )
        parser.add_argument("--json", action="store_true", help="print JSON instead of tables")

    def handle(self, *, file: Path, provider: str, learn: list[int | None], **options: Any) -> None:
        leave_out = options["leave_one_source_out"]
        if provider != triage.LOCAL and (learn or leave_out):
            raise CommandError(
                "Only the local provider learns: leave out --learn and --leave-one-source-out."
            )
        sources = grouped(read(file), lambda row: row.source)
        if leave_out and len(sources) < 2:
            raise CommandError("--leave-one-source-out needs a column source with at least two sources.")
        measured = [*cold(provider, sources)]
        for count in learn:
            measured += learned(count, sources)
        if leave_out:
            measured += left_out(sources)
        if options["json"]:
            self.stdout.write(json.dumps([result.as_json() for result in measured], indent=2))
        else:
            self.stdout.write("\n\n".join(table(result) for result in measured))


def label_count(text: str) -> int | None:
    """How many labels to learn from; None is all of them."""
    if text == ALL:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is neither a number of labels nor “{ALL}”")
    return int(text)


def read(file: Path) -> list[LabelledText]:
    """The rows of the file; what is wrong with it is said with the number of the line."""
    csv.field_size_limit(CELL_LIMIT)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
                raise CommandError(
                    f"{file} has no column {', '.join(missing)}. It needs {', '.join(COLUMNS)}."
                )
            rows = [row(cells, reader.line_num) for cells in reader]
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{file} is not a CSV file in UTF-8: {error}.") from error
    if not any(each.category or each.priority for each in rows):
        raise CommandError(f"{file} has no labelled texts: there is nothing to measure.")
    return rows


def row(cells: Mapping[str | None, Any], line: int) -> LabelledText:
    values = {name: cells.get(name) or "" for name in (*COLUMNS, "source")}
    for name, vocabulary in VOCABULARIES.items():
        values[name] = values[name].strip().lower()
        if values[name] and values[name] not in vocabulary.values:
            known = ", ".join(vocabulary.values)
            raise CommandError(f"Line {line}: {values[name]!r} is no {name}. Use {known}, or leave it blank.")
        values[name] = values[name] or None
    return LabelledText(**values, key=fingerprint(values["title"], values["description"]))


def cold(provider: str, sources: Mapping[str, Sequence[LabelledText]]) -> Iterator[Result]:
    rows = [each for group in sources.values() for each in group]
    yield from results(f"{provider}, as it comes", answers(classifier(provider), rows))


def classifier(provider: str) -> Classify:
    """Who answers: the local model before it learned anything, or a provider without the desk's examples."""
    if provider == triage.LOCAL:
        return LocalModel().classify
    return lambda title, description: triage.ask(provider, title, description, examples=())


def learned(count: int | None, sources: Mapping[str, Sequence[LabelledText]]) -> Iterator[Result]:
    """Every source learns from its own labels and is tested on the rest of them."""
    before: list[tuple[LabelledText, Prediction]] = []
    after: list[tuple[LabelledText, Prediction]] = []
    for rows in sources.values():
        for seed in SEEDS:
            own, rest = learning_split(rows, count, seed)
            before += answers(LocalModel().classify, rest)
            after += answers(taught(own) if rest else LocalModel().classify, rest)
    name = f"{ALL if count is None else count} labels"
    yield from results(f"the tests of {name}, before learning", before)
    yield from results(f"after {name} of each source", after)


def left_out(sources: Mapping[str, Sequence[LabelledText]]) -> Iterator[Result]:
    """Every source is tested after learning from all the others."""
    answered: list[tuple[LabelledText, Prediction]] = []
    for _, others, own in leave_one_out(sources):
        answered += answers(taught(others), own)
    yield from results("after all other sources", answered)


def taught(rows: Sequence[LabelledText]) -> Classify:
    return LocalModel.from_json(fit(rows), version="measured").classify


def answers(classify: Classify, rows: Sequence[LabelledText]) -> list[tuple[LabelledText, Prediction]]:
    try:
        return [(each, classify(each.title, each.description)) for each in rows]
    except Unavailable as why:
        raise CommandError(f"The provider gave no answer: {why}") from why


def results(name: str, answered: Sequence[tuple[LabelledText, Prediction]]) -> Iterator[Result]:
    """One result per field of which there are labels."""
    for field in VOCABULARIES:
        labels = [(each, getattr(each, field), getattr(answer, field)) for each, answer in answered]
        outcomes = [
            Outcome(truth, said.value, said.confidence, e.source) for e, truth, said in labels if truth
        ]
        if outcomes:
            yield Result(name, field, outcomes)


def table(result: Result) -> str:
    """The result as text: in all, per label, per source, and what was taken for what."""
    figures = result.figures
    sources = measure_by_source(result.outcomes)
    return "\n".join(
        [
            f"{result.field}: {result.name}",
            line("", "texts", "accuracy", "macro-F1", "calibration error"),
            summary("all", figures),
            *(summary(source, each) for source, each in sources.items() if len(sources) > 1),
            *([mean_line(list(sources.values()))] if len(sources) > 1 else []),
            line("label", "texts", "precision", "recall", "F1"),
            *(
                line(label, each.support, each.precision, each.recall, each.f1)
                for label, each in figures.labels.items()
            ),
            line("truth / answer", *figures.confusion),
            *(line(truth, *said.values()) for truth, said in figures.confusion.items()),
        ]
    )


def summary(name: str, figures: Figures) -> str:
    return line(name, figures.count, figures.accuracy, figures.macro_f1, figures.calibration_error)


def mean_line(figures: Sequence[Figures]) -> str:
    """Every source counts the same, however many texts it has."""
    parts = ("accuracy", "macro_f1", "calibration_error")
    means = [fmean(getattr(each, part) for each in figures) for part in parts]
    return line("mean of sources", len(figures), *means)


def line(name: str, *cells: object) -> str:
    shown = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells)
    return f"  {name or 'source':24.24}" + "".join(f"{cell:>18}" for cell in shown)
