"""Callers of the API."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings
from rest_framework.test import APIClient

from helpdesk.choices import Channel
from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket

TICKETS = "/api/tickets/"


@pytest.fixture
def api(agent: User, api_as: Callable[[User], APIClient]) -> APIClient:
    """Amir's program."""
    return api_as(agent)


@pytest.fixture
def stranger(db: None) -> APIClient:
    """Somebody without credentials."""
    return APIClient()


@pytest.fixture
def open_mode(settings: Settings) -> None:
    settings.HELPDESK_API_OPEN = True


@pytest.fixture
def make_tickets(db: None) -> Callable[..., Sequence[Ticket]]:
    """``make_tickets(300, created_at=moment)``: many alike, in one call."""

    def make(count: int, **fields: Any) -> Sequence[Ticket]:
        ordinary = {"description": "It is slow.", "category": "technical", "priority": "low"}
        rows = [{"title": f"Ticket {number}", **ordinary, **fields} for number in range(count)]
        return changes.create_many(rows, actor=None, channel=Channel.SYSTEM)

    return make
