"""Every vocabulary of the desk, each value with the colour of its badge.

A badge, a chart, a filter, a CSV value and an API value all come from these classes.
"""

from typing import Self

from django.db import models


class BadgeChoices(models.TextChoices):
    """Members are written ``NAME = value, colour, label``; the colour is one of unfold's label variants."""

    color: str

    def __new__(cls, value: str, color: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.color = color
        return member


class Category(BadgeChoices):
    BILLING = "billing", "info", "Billing"
    TECHNICAL = "technical", "warning", "Technical"
    ACCOUNT = "account", "success", "Account"
    GENERAL = "general", "default", "General"


class Priority(BadgeChoices):
    LOW = "low", "default", "Low"
    MEDIUM = "medium", "info", "Medium"
    HIGH = "high", "warning", "High"
    CRITICAL = "critical", "danger", "Critical"


class Status(BadgeChoices):
    OPEN = "open", "info", "Open"
    IN_PROGRESS = "in_progress", "warning", "In progress"
    RESOLVED = "resolved", "success", "Resolved"
    CLOSED = "closed", "default", "Closed"


class Channel(BadgeChoices):
    """The path by which a change reached the write path."""

    ADMIN = "admin", "primary", "Admin"
    API = "api", "info", "API"
    IMPORT = "import", "warning", "Import"
    AI = "ai", "success", "AI"
    SYSTEM = "system", "default", "System"


class Action(BadgeChoices):
    """What an event records."""

    CREATED = "created", "success", "Created"
    UPDATED = "updated", "info", "Updated"
    COMMENTED = "commented", "primary", "Commented"
    DELETED = "deleted", "danger", "Deleted"


class Verdict(BadgeChoices):
    """What became of a suggestion."""

    PENDING = "pending", "info", "Pending"
    ACCEPTED = "accepted", "success", "Accepted"
    EDITED = "edited", "warning", "Edited"
    DISMISSED = "dismissed", "default", "Dismissed"


UNRESOLVED = (Status.OPEN, Status.IN_PROGRESS)

# The ticket's own vocabularies, by the name of the field.
VOCABULARIES: dict[str, type[BadgeChoices]] = {"category": Category, "priority": Priority, "status": Status}
