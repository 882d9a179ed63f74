"""Every vocabulary of the desk, each value with the colour of its badge.

A badge, a chart, a filter, a CSV value and an API value all come from these classes.
"""

from typing import Self

from django.db import models


class BadgeChoices(models.TextChoices):
    """Members are written ``NAME = value, colour, label``; the colour is one of unfold's label variants."""

    color: str

    def __new__(cls, value: str, color: str = "default") -> Self:
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


class Party(BadgeChoices):
    """The two sides of a conversation."""

    REQUESTER = "requester", "info", "Customer"
    STAFF = "staff", "default", "Staff"


class Verdict(BadgeChoices):
    """What became of a suggestion."""

    PENDING = "pending", "info", "Pending"
    ACCEPTED = "accepted", "success", "Accepted"
    EDITED = "edited", "warning", "Edited"
    DISMISSED = "dismissed", "default", "Dismissed"
    APPLIED = "applied", "primary", "Applied by itself"
    REVERTED = "reverted", "danger", "Reverted"


class ModelState(BadgeChoices):
    """Where a version of the local model stands."""

    CANDIDATE = "candidate", "info", "Candidate"
    LIVE = "live", "success", "Live"
    RETIRED = "retired", "default", "Retired"
    REJECTED = "rejected", "warning", "Not promoted"


class RunKind(BadgeChoices):
    BULK = "bulk", "info", "Bulk triage"
    BACKTEST = "backtest", "primary", "Backtest"


class JobState(BadgeChoices):
    """Where a piece of background work stands."""

    WAITING = "waiting", "default", "Waiting"
    RUNNING = "running", "info", "Running"
    PAUSED = "paused", "warning", "Paused"
    DONE = "done", "success", "Done"
    CANCELLED = "cancelled", "default", "Cancelled"
    FAILED = "failed", "danger", "Failed"


class ImportState(BadgeChoices):
    """Where an import stands."""

    SCANNING = "scanning", "info", "Being read"
    MAPPING = "mapping", "warning", "Waits for your choices"
    JUDGING = "judging", "info", "Being compared"
    READY = "ready", "primary", "Preview"
    RUNNING = "running", "info", "Importing"
    FINISHING = "finishing", "info", "Finishing"
    DONE = "done", "success", "Done"
    CANCELLED = "cancelled", "default", "Cancelled"
    FAILED = "failed", "danger", "Failed"
    UNDOING = "undoing", "info", "Being undone"
    UNDONE = "undone", "default", "Undone"


class Standing(BadgeChoices):
    """What a row of a file means to the desk."""

    NEW = "new", "success", "New"
    CHANGED = "changed", "info", "Changed"
    UNCHANGED = "unchanged", "default", "Unchanged"
    SKIPPED = "skipped", "warning", "Skipped"
    REFUSED = "refused", "danger", "Refused"


class Queue(models.TextChoices):
    """What there is to do, as tabs, counts, cards and the filter call it."""

    MINE_OPEN = "mine_open", "My open"
    UNASSIGNED = "unassigned", "Unassigned"
    WAITING = "waiting", "Waiting for us"
    DUE_SOON = "due_soon", "Due soon"
    OVERDUE = "overdue", "Overdue"
    ALL = "all", "All"


UNRESOLVED = (Status.OPEN, Status.IN_PROGRESS)

# A person has said what was right.
JUDGED = (Verdict.ACCEPTED, Verdict.EDITED, Verdict.REVERTED)
# Work that a worker does, will do, or could go on with.
UNFINISHED = (JobState.WAITING, JobState.RUNNING, JobState.PAUSED)

# A worker has to do with the import.
AT_WORK = (
    ImportState.SCANNING,
    ImportState.JUDGING,
    ImportState.RUNNING,
    ImportState.FINISHING,
    ImportState.UNDOING,
)

# The ticket's own vocabularies, by the name of the field.
VOCABULARIES: dict[str, type[BadgeChoices]] = {"category": Category, "priority": Priority, "status": Status}
