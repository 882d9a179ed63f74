"""Fits the local model to what the desk has settled, now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from helpdesk.choices import ModelState
from helpdesk.triage import fitting


class Command(BaseCommand):
    help = "Learn from the labels that people set or confirmed; a better version goes live."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="also when nothing has changed")

    def handle(self, *, force: bool, **options: Any) -> None:
        model = fitting.learn(force=force)
        if model is None:
            self.stdout.write("Nothing new to learn from, or somebody else is learning now.")
            return
        verdict = "is live now" if model.state == ModelState.LIVE else "was not promoted"
        self.stdout.write(f"{model}, learned from {model.label_count} tickets, {verdict}. {model.note}")
