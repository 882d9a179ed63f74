"""The benchmark: what it prints, and that the desk's own database is left alone."""

import re

import pytest
from django.core.management import CommandError, call_command

from helpdesk.tests.servers import database_url, environment, manage
from helpdesk.tickets.models import Ticket


@pytest.mark.django_db(transaction=True)
def test_every_figure_stands_beside_its_limit() -> None:
    env = environment(DATABASE_URL=database_url())
    printed = manage("benchmark", "--tickets", "100", "--requests", "20", env=env)
    rows = re.findall(r"^(\S.*?) {2,}([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)", printed, re.MULTILINE)
    assert [row[0] for row in rows] == [
        "list of 25",
        "list of 100, open",
        "retrieve",
        "create",
        "PATCH of two fields",
    ]
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("arguments", [{"tickets": 5}, {"requests": 1}])
def test_too_few_to_measure_is_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="Measure at least 20 requests"):
        call_command("benchmark", **arguments)


@pytest.mark.django_db(transaction=True)
def test_memory_is_told_at_the_start_and_after_requests_of_every_kind() -> None:
    printed = manage("benchmark_memory", "--requests", "32", env=environment(DATABASE_URL=database_url()))
    assert re.findall(r"^(At the start|After 32 requests) +[\d.]+ MB", printed, re.MULTILINE) == [
        "At the start",
        "After 32 requests",
    ]
    assert not Ticket.objects.exists()
