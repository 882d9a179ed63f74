"""Import a file from the command line, here and now."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from helpdesk.choices import AT_WORK, Channel, ImportState
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.importing import reception, report
from helpdesk.transfer.mapping.plan import ImportMapping
from helpdesk.transfer.mapping.profiles import BY_NAME
from helpdesk.transfer.models import Import

SLICE_SECONDS = 5.0
REASONS_SHOWN = 10


class Command(BaseCommand):
    help = "Import a file of tickets, look what it would do (--dry-run), go on with an import, or undo one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="CSV, Excel, JSON or JSON Lines")
        parser.add_argument("--as", dest="owner", metavar="USER", help="whose import it is (a superuser)")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, say what would happen")
        parser.add_argument("--profile", choices=sorted(BY_NAME), default="", help="which product wrote it")
        parser.add_argument("--mapping", type=Path, metavar="FILE", help="how columns become fields, in JSON")
        parser.add_argument("--without-refused", action="store_true", help="leave out rows that are refused")
        parser.add_argument("--labels-right", action="store_true", help="triage may learn from the labels")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write the refused rows to this file")
        parser.add_argument("--resume", type=int, metavar="ID", help="go on with this import")
        parser.add_argument("--undo", type=int, metavar="ID", help="take this import back")

    def handle(self, *, file: Path | None, resume: int | None, undo: int | None, **options: Any) -> None:
        if sum(given is not None for given in (file, resume, undo)) != 1:
            raise CommandError("Name a file, or an import with --resume or --undo.")
        try:
            job = self._receive(file, options) if file else self._known(resume or undo or 0)
            if resume:
                jobs.resume(job)
            if undo:
                jobs.undo_all(job, actor=self._owner(options["owner"]), channel=Channel.SYSTEM)
        except jobs.Refused as reason:
            raise CommandError(str(reason)) from None
        self._work_off(job)
        if options["errors"]:
            self._write_errors(job, options["errors"])
        self._tell(job)

    def _receive(self, path: Path, options: dict[str, Any]) -> Import:
        chosen: dict[str, Any] = {"profile": options["profile"], "labels_right": options["labels_right"]}
        chosen["all_or_nothing"] = not options["without_refused"]
        if options["mapping"]:
            chosen["mapping"] = _mapping(options["mapping"])
        try:
            with path.open("rb") as stream:
                return reception.receive(
                    File(stream, name=path.name),
                    path.name,
                    owner=self._owner(options["owner"]),
                    channel=Channel.SYSTEM,
                    waits_in=ImportState.READY if options["dry_run"] else "",
                    **chosen,
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be read or kept: {error.strerror}.") from None

    def _known(self, pk: int) -> Import:
        job = Import.objects.filter(pk=pk).first()
        if job is None:
            raise CommandError(f"There is no import {pk}.")
        return job

    def _owner(self, name: str | None) -> User:
        people = User.objects.filter(is_active=True)
        found = people.filter(username=name) if name else people.filter(is_superuser=True).order_by("pk")
        owner = found.first()
        if owner is None:
            raise CommandError("Say with --as whose import it is: the user name of somebody active.")
        return owner

    def _work_off(self, job: Import) -> None:
        """In this process; a worker that takes it up too finds nothing left to do."""
        self.stdout.write(f"Import {job.pk}: {job.name}")
        job.refresh_from_db()
        while job.state in AT_WORK:
            jobs.work(job.pk, seconds=SLICE_SECONDS)
            job.refresh_from_db()
            done = job.done_new + job.done_changed
            self.stdout.write(f"  {job.get_state_display()}, {done:,} of {job.new + job.changed:,} rows")

    def _write_errors(self, job: Import, path: Path) -> None:
        with path.open("wb") as file:
            file.writelines(report.refused_rows(job))

    def _tell(self, job: Import) -> None:
        counts = (job.new, job.changed, job.unchanged, job.skipped + job.done_skipped, job.refused)
        names = ("new", "changed", "unchanged", "skipped", "refused")
        told = (f"{count:,} {name}" for count, name in zip(counts, names, strict=True))
        self.stdout.write(", ".join(told))
        for mistake in report.mistakes(job)[:REASONS_SHOWN]:
            rows = ", ".join(map(str, mistake.rows))
            self.stdout.write(f"  {mistake.count:,} x {mistake.reason} (rows {rows} …): {mistake.cure}")
        undone = jobs.taken_back(job)
        if undone:
            self.stdout.write(
                f"Taken back: {undone.removed:,} removed, {undone.restored:,} put back, "
                f"{undone.left_count:,} left because somebody has touched them."
            )
        if job.state == ImportState.FAILED:
            raise CommandError(job.message)
        if job.message:
            self.stdout.write(job.message)


def _mapping(path: Path) -> dict[str, Any]:
    try:
        return ImportMapping.from_json(json.loads(path.read_text(encoding="utf-8"))).to_json()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, AttributeError, KeyError):
        raise CommandError(f"{path} is no mapping: take one from GET /api/imports/<id>/.") from None
