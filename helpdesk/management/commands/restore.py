"""Puts a backup in the place of today's desk."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from helpdesk.operations import restore
from helpdesk.operations.archive import BackupRefused, Manifest


class Command(BaseCommand):
    help = "Replace the database and the stored files by those of a backup; Helpdesk must not run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, file: Path, yes: bool, **options: Any) -> None:
        try:
            with restore.checked(file.absolute()) as backup:
                told = description(backup.manifest)
                if not yes and not self.agreed(told):
                    raise CommandError("Nothing was changed. To restore without being asked, add --yes.")
                restore.run(backup, self.stdout.write)
        except BackupRefused as why:
            raise CommandError(str(why)) from why
        self.stdout.write(f"Restored {told}. Start Helpdesk again.")

    def agreed(self, told: str) -> bool:
        name = connection.settings_dict["NAME"]
        self.stdout.write(f"Everything in the database {name} is replaced by {told}.")
        try:
            return input("Type yes to go on: ").strip().lower() == "yes"
        except EOFError:
            return False


def description(manifest: Manifest) -> str:
    made_at = timezone.localtime(manifest.made_at)
    return f"the desk of {made_at:%Y-%m-%d %H:%M %Z} (tickets: {manifest.tickets})"
