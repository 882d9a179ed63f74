"""What an import would do, row by row: the numbers of all rows, and the details of the first ones."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from import_export.results import Error, Result, RowResult

from helpdesk.choices import VOCABULARIES
from helpdesk.tickets.fields import LABELS
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.cells import as_text, value_of
from helpdesk.transfer.unreadable import listed

SHOWN = 100
EXCERPT = 80
CONTEXT = 20

NEW = RowResult.IMPORT_TYPE_NEW
CHANGED = RowResult.IMPORT_TYPE_UPDATE
UNCHANGED = RowResult.IMPORT_TYPE_SKIP
REFUSED = RowResult.IMPORT_TYPE_INVALID


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be taken; `column` is empty when it is not about one cell."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field's text before and after, both cut to about `EXCERPT` characters around the first difference."""

    column: str
    old: str
    new: str


@dataclass(slots=True)
class Outcome:
    """What one row does. `values` go to the write path; None as the ticket means a new one.

    `agreed` are the labels that the row names and the ticket has already: no change, yet perhaps a judgement.
    """

    number: int
    ticket: Ticket | None = None
    values: dict[str, Any] = field(default_factory=dict)
    agreed: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def kind(self) -> str:
        if self.problems:
            return REFUSED
        if self.ticket is None:
            return NEW
        return CHANGED if self.values else UNCHANGED

    def differences(self) -> list[tuple[str, str, str]]:
        """Column, old text, new text."""
        texts = ((column, as_text(getattr(new, "username", new))) for column, new in self.values.items())
        if self.ticket is None:
            return [(column, "", new) for column, new in texts]
        return [(column, as_text(value_of(self.ticket, column)), new) for column, new in texts]


class TicketRow(RowResult):
    """A row of the preview."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.import_type = outcome.kind
        self.number = outcome.number
        self.ticket_id = outcome.ticket.pk if outcome.ticket else None
        self.title = outcome.values.get("title") or (outcome.ticket.title if outcome.ticket else "")
        given = [name for name in VOCABULARIES if name in outcome.values]
        self.labels = [VOCABULARIES[name](outcome.values[name]) for name in given]
        self.left_to_triage = " and ".join(name for name in LABELS if name not in given)
        self.changes = [_excerpt(*parts) for parts in outcome.differences()] if outcome.ticket else []


class TicketResult(Result):
    """`rows` and `problems` hold the first `SHOWN`; `totals` and `problem_count` count all.

    `ignored` names the columns that were passed over.
    """

    def __init__(self, ignored: Iterable[str] = ()) -> None:
        super().__init__()
        self.ignored = listed(ignored)
        self.problems: list[Problem] = []
        self.problem_count = 0
        self.agreed = 0  # rows without a change that name labels: there is something to learn from them
        self._digest = hashlib.sha256()

    def take(self, outcome: Outcome) -> None:
        self.totals[outcome.kind] += 1
        self.total_rows += 1
        self.problem_count += len(outcome.problems)
        self.agreed += outcome.kind == UNCHANGED and bool(outcome.agreed)
        self.problems += outcome.problems[: SHOWN - len(self.problems)]
        if outcome.kind != REFUSED and len(self.rows) < SHOWN:
            self.append_row_result(TicketRow(outcome))
        if outcome.kind in {NEW, CHANGED}:
            key = (outcome.ticket and outcome.ticket.pk, outcome.differences())
            self._digest.update(repr(key).encode(errors="replace"))

    def refuse(self, reason: str) -> None:
        """An error about the import as a whole."""
        self.append_base_error(Error(reason))

    @property
    def digest(self) -> str:
        """The same for two results that would write the same on the same tickets."""
        return self._digest.hexdigest()

    @property
    def new(self) -> int:
        return self.totals[NEW]

    @property
    def changed(self) -> int:
        return self.totals[CHANGED]

    @property
    def unchanged(self) -> int:
        return self.totals[UNCHANGED]

    @property
    def refused(self) -> int:
        return self.totals[REFUSED]

    def has_validation_errors(self) -> bool:
        return self.problem_count > 0


def _excerpt(column: str, old: str, new: str) -> Change:
    start = max(0, _same(old, new) - CONTEXT) if max(len(old), len(new)) > EXCERPT else 0
    return Change(column, _cut(old, start), _cut(new, start))


def _same(old: str, new: str) -> int:
    """How many characters the two begin with alike."""
    differing = (place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    return next(differing, min(len(old), len(new)))


def _cut(text: str, start: int) -> str:
    end = start + EXCERPT
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")
