"""Runs the whole of Helpdesk in the foreground: what `make run` starts."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from helpdesk import people
from helpdesk.management.commands import demo
from helpdesk.operations import preparation, supervisor


class Command(BaseCommand):
    help = "Migrate, then run the web server and the task worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=port_number, default=settings.PORT)

    def handle(self, *, port: int, **options: Any) -> None:
        try:
            self.serve(settings.BIND, port)
        except supervisor.NotStarted as why:
            raise CommandError(str(why)) from why

    def serve(self, host: str, port: int) -> None:
        supervisor.require_free(host, port)
        self.prepare()
        os.environ["PORT"] = str(port)
        desk = supervisor.parts()
        with supervisor.stopped_by_signals(), supervisor.running(desk):
            self.stdout.write("Starting …")
            supervisor.wait_for_answer(host, port, desk)
            self.welcome(supervisor.address(host, port))
            supervisor.watch(desk)
        self.stdout.write("Stopped.")

    def prepare(self) -> None:
        self.stdout.write("Preparing the database …")
        call_command("migrate", verbosity=0, stdout=self.stdout)
        if settings.DEBUG:
            call_command("demo", verbosity=0, stdout=self.stdout)
        else:
            with preparation.alone(self.stdout.write):
                call_command("collectstatic", interactive=False, verbosity=0)

    def welcome(self, address: str) -> None:
        lines = [f"Helpdesk is running at {address}/admin/  (Ctrl-C stops it)", *demo.welcome(address)]
        if not people.assignable().exists():
            lines.append(
                f"Nobody can sign in yet: make an account by {sys.executable} manage.py createsuperuser"
            )
        self.stdout.write("\n" + "\n".join(lines) + "\n")
        self.stdout.flush()


def port_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ArgumentTypeError(f"{text!r} is not a port. Use a number from 1 to 65535, such as PORT=8001.")
    return int(text)
