"""Measures triage on a file of labelled texts: as it comes, and after learning from the texts' own desks."""

import json
import math
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from statistics import fmean
from typing import Any

from django.core.management import BaseCommand, CommandError

from helpdesk.triage.classify import LOCAL
from helpdesk.triage.evaluation import (
    ALL,
    COLUMNS,
    Result,
    Sources,
    UnusableFile,
    cold,
    learned,
    left_out,
    read,
    unlabelled,
)
from helpdesk.triage.local.self_training import FEWEST_TICKETS
from helpdesk.triage.poison import BATCHES, outcomes
from helpdesk.triage.prediction import Unavailable


class Command(BaseCommand):
    help = "Print how right, and how sure of it, triage is on a CSV file of labelled texts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=f"columns {', '.join(COLUMNS)} and, if you like, source")
        parser.add_argument("--provider", default=LOCAL, help="who answers; local is the default")
        parser.add_argument(
            "--learn", nargs="+", type=label_count, default=[], metavar="N", help=f"labels, or {ALL}"
        )
        parser.add_argument(
            "--unlabelled", action="store_true", help="also learn from the texts of each source alone"
        )
        parser.add_argument(
            "--leave-one-source-out",
            action="store_true",
            help="learn from the other families of sources; what stands before the first hyphen is a family",
        )
        parser.add_argument(
            "--poison", type=int, default=0, metavar="DRAWS", help="so many draws of bad batches for the gate"
        )
        parser.add_argument(
            "--settled", type=int, default=0, metavar="N", help="right labels before a bad batch comes (0)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON instead of tables")

    def handle(self, *, file: Path, provider: str, learn: list[int | None], **options: Any) -> None:
        try:
            if options["poison"]:
                self.stdout.write(poisoned(read(file), options["poison"], options["settled"]))
                return
            results = measure(file, provider, learn, **options)
        except UnusableFile as why:
            raise CommandError(str(why)) from why
        except Unavailable as why:
            raise CommandError(f"The provider gave no answer: {why}") from why
        if options["json"]:
            self.stdout.write(json.dumps([result.as_json() for result in results], indent=2))
        else:
            self.stdout.write("\n\n".join(table(result) for result in results))


def poisoned(sources: Sources, draws: int, settled: int) -> str:
    """What becomes of bad and good batches on the largest source."""
    name, texts = max(sources.items(), key=lambda item: len(item[1]))
    known = [text for text in texts if text.category]
    lines = [f"category of {name}: batches after {settled} right labels, {draws} draws each"]
    for batch in BATCHES:
        found = outcomes(known, batch, settled=settled, draws=draws)
        told = ", ".join(f"{count} {what}" for what, count in found.items())
        lines.append(f"  {batch.count} labels, {batch.kind}: {told}")
    return "\n".join(lines)


def label_count(text: str) -> int | None:
    """How many labels to learn from; None is all of them."""
    if text == ALL:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is neither a number of labels nor “{ALL}”")
    return int(text)


def measure(file: Path, provider: str, learn: list[int | None], **options: Any) -> list[Result]:
    if provider != LOCAL and (learn or options["unlabelled"] or options["leave_one_source_out"]):
        raise CommandError(
            "Only the local provider learns: leave out --learn, --unlabelled and --leave-one-source-out."
        )
    sources = read(file)
    if options["leave_one_source_out"] and len(sources) < 2:
        raise CommandError("--leave-one-source-out needs a column source with at least two sources.")
    if options["unlabelled"] and max(map(len, sources.values())) < 2 * FEWEST_TICKETS:
        raise CommandError(f"--unlabelled needs a source with at least {2 * FEWEST_TICKETS} texts.")
    results = [*cold(provider, sources)]
    for count in learn:
        results += learned(count, sources)
    if options["unlabelled"]:
        results += unlabelled(sources)
    return [*results, *left_out(sources)] if options["leave_one_source_out"] else results


def table(result: Result) -> str:
    """The result as text: in all, per label, per source, and what was taken for what."""
    sources = result.sources if len(result.sources) > 1 else {}
    square = result.matrix.square
    return "\n".join(
        [
            f"{result.field}: {result.name}",
            line("", "texts", "accuracy", "macro-F1", "calibration error", "right at 80 %", "shown at 80 %"),
            line("all", result.matrix.cases, *measures(result)),
            *(line(name, part.matrix.cases, *measures(part)) for name, part in sources.items()),
            *([mean_line(list(sources.values()))] if sources else []),
            line("label", "texts", "precision", "recall", "F1"),
            *(
                line(label, figures.support, figures.precision, figures.recall, figures.f1)
                for label, figures in result.matrix.labels.items()
            ),
            line("truth / answer", *square),
            *(line(truth, *answers.values()) for truth, answers in square.items()),
        ]
    )


def measures(result: Result) -> tuple[float | None, ...]:
    sure = result.reliability.sure.share
    figures = result.matrix.accuracy, result.matrix.macro_f1, result.reliability.error
    return *figures, sure if sure is not None else math.nan, result.coverage


def mean_line(results: list[Result]) -> str:
    """Every source counts the same, however many texts it has."""
    columns = zip(*map(measures, results), strict=True)
    means = (
        fmean(known) if (known := [figure for figure in column if not math.isnan(figure)]) else math.nan
        for column in columns
    )
    return line("mean of sources", len(results), *means)


def line(name: str, *cells: object) -> str:
    shown = (f"{cell:.3f}".replace("nan", "-") if isinstance(cell, float) else str(cell) for cell in cells)
    return f"  {name or 'source':24.24}" + "".join(f"{cell:>18}" for cell in shown)
