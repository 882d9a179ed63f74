"""Lets people try to sign in again who are locked out."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from helpdesk.accounts import lockout
from helpdesk.accounts.addresses import subscriber


class Command(BaseCommand):
    help = "Forget wrong passwords: of a user name, of an address, or all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="", help="a user name, from wherever it was tried")
        parser.add_argument("--address", default="", help="an address, with all names tried from it")
        parser.add_argument("--all", action="store_true", help="everybody")

    def handle(self, *, name: str, address: str, **options: Any) -> None:
        if not (name or address or options["all"]):
            raise CommandError("Say whom to unlock: a user name, --address ADDRESS, or --all.")
        failures = lockout.recent()
        if name:
            failures = failures.filter(username=lockout.normalise(name))
        if address:
            if (known := subscriber(address)) is None:
                raise CommandError(f"{address!r} is no address. Give one such as 192.0.2.7.")
            failures = failures.filter(ip_address=known)
        count = lockout.unlock(failures)
        self.stdout.write(f"Unlocked: {count} name{pluralize(count)} may be tried again.")
