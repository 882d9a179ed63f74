"""Django's own, which two processes may not run at the same time on one database."""

from typing import Any

from django.core.management.commands import migrate

from helpdesk.operations import preparation


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with preparation.alone(self.stdout.write):
            super().handle(*args, **options)
