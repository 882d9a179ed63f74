"""Writes a backup of the whole desk, while people work."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from helpdesk.operations import backup
from helpdesk.operations.archive import BackupRefused


class Command(BaseCommand):
    help = "Write the database and the stored files to one file, as they are at one moment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="an earlier backup of this name is replaced")

    def handle(self, *, file: Path, **options: Any) -> None:
        file = file.absolute()
        try:
            manifest = backup.write(file)
        except BackupRefused as why:
            raise CommandError(str(why)) from why
        self.stdout.write(
            f"Wrote {file} ({filesizeformat(file.stat().st_size)}, tickets: {manifest.tickets})."
        )
