"""Runs a provider or a version over settled tickets, without touching them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from helpdesk.choices import JobState, RunKind
from helpdesk.triage import runs
from helpdesk.triage.prediction import FIELDS


class Command(BaseCommand):
    help = "Compare what a provider suggests now with what people settled on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provider", help="a provider's name, local, or version:<number>")
        parser.add_argument("--count", type=int, default=200, help="over the newest so many settled tickets")

    def handle(self, *, provider: str, count: int, **options: Any) -> None:
        try:
            run = runs.start(RunKind.BACKTEST, {"provider": provider, "count": count}, actor=None)
        except runs.RunRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        runs.work(run.pk)
        run.refresh_from_db()
        if run.state != JobState.DONE:
            raise CommandError(f"The backtest ended as {run.state}. {run.error}")
        self.stdout.write(
            f"{provider}: {run.done} tickets, {run.result.get('failures', 0)} without an answer"
        )
        for field in FIELDS:
            matrix = runs.matrix(run, field)
            accuracy = matrix.accuracy or 0
            self.stdout.write(f"  {field}: {matrix.right} of {matrix.cases} right ({accuracy:.1%})")
