"""What learning and answering cost, each beside its limit."""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from helpdesk.tickets.search import fingerprint
from helpdesk.triage.learning import ONE_THREAD
from helpdesk.triage.local.linear import LocalModel
from helpdesk.triage.local.training import fit
from helpdesk.triage.prediction import LabelledText

DATA = settings.BASE_DIR / "fixtures" / "demo.json"
ANSWERS = 300


@dataclass(frozen=True)
class Cost:
    """One figure and the most that it may be."""

    name: str
    value: float
    limit: float
    unit: str

    def __str__(self) -> str:
        mark = "" if self.value <= self.limit else "  too much"
        return f"{self.name:46}{self.value:9.1f}{self.limit:9.1f} {self.unit}{mark}"


class Command(BaseCommand):
    help = "Measure what learning and answering cost, on texts made from the demo's, without a database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--labels", type=int, default=5_000, help="so many are learned (5000)")
        parser.add_argument("--characters", type=int, default=2_000, help="of a text to answer (2000)")
        parser.add_argument("--here", action="store_true", help="learn in this process, and print JSON")

    def handle(self, *, labels: int, characters: int, here: bool, **options: Any) -> None:
        if here:
            self.stdout.write(json.dumps(learned(labels)))
            return
        self.stdout.write(f"{'':46}{'is':>9}{'at most':>9}")
        for cost in costs(labels, characters):
            self.stdout.write(str(cost))


def costs(labels: int, characters: int) -> Iterator[Cost]:
    """Learning is measured in a process of its own, as it is done."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "benchmark_triage", "--here"]
    done = subprocess.run(
        [*command, "--labels", str(labels)],
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    yield Cost(f"learning {labels:,} labels, CPU", found["seconds"], 30, "s")
    yield Cost("its memory at the most", found["megabytes"], 400, "MB")
    yield Cost("the model", len(json.dumps(found["weights"])) / 1e6, 5, "MB")
    model = LocalModel.from_json(found["weights"], version="benchmark")
    answers = sorted(answer_times(model, characters))
    yield Cost(f"an answer of {characters:,} characters, median", statistics.median(answers), 5, "ms")
    yield Cost("the slowest but five in a hundred", answers[int(0.95 * len(answers))], 5, "ms")


def learned(count: int) -> dict[str, Any]:
    """The weights, and what it took: seconds of CPU, megabytes of the whole process."""
    labelled = texts(count)
    started = time.process_time()
    weights = fit(labelled).weights
    seconds = time.process_time() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "megabytes": megabytes, "weights": weights}


def texts(count: int, *, seed: int = 0) -> list[LabelledText]:
    """The demo's tickets, lengthened by words of each other and numbered."""
    draw = random.Random(seed)  # noqa: S311  (a draw for a measurement, not a secret)
    tickets = json.loads(DATA.read_text(encoding="utf-8"))["tickets"]
    known = [ticket for ticket in tickets if "category" in ticket and "priority" in ticket]
    words = [word for ticket in known for word in ticket["description"].split()]
    made = []
    for number in range(count):
        ticket = draw.choice(known)
        more = " ".join(draw.choices(words, k=draw.randrange(10, 60)))
        description = f"{ticket['description']} {more} {number}"
        key = fingerprint(ticket["title"], description)
        labels = ticket["category"], ticket["priority"]
        made.append(LabelledText(ticket["title"], description, *labels, key))
    return made


def answer_times(model: LocalModel, characters: int) -> Iterator[float]:
    """Milliseconds of CPU of an answer each, about texts that were not learned."""
    drawn = texts(ANSWERS, seed=1)
    for number, text in enumerate(drawn):
        long = " ".join(other.description for other in [*drawn[number:], *drawn[:number]])[:characters]
        started = time.process_time()
        model.classify(text.title, long)
        yield (time.process_time() - started) * 1000
