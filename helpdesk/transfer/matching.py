"""What each row of a file means: a new ticket, a change, nothing, or a mistake. Nothing is written here."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User

from helpdesk.choices import VOCABULARIES
from helpdesk.people import assignable
from helpdesk.tickets.fields import BY_NAME, CREATABLE, EDITABLE, LABELS, REQUIRED
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.parsing import is_storable, line
from helpdesk.tickets.query import as_pk
from helpdesk.transfer.cells import as_text, value_of
from helpdesk.transfer.preview import EXCERPT, Outcome, Problem
from helpdesk.transfer.table import Row
from helpdesk.transfer.unreadable import shown

# An empty cell of these leaves an existing ticket as it is, and a new one to triage or to its default.
KEPT_WHEN_EMPTY = frozenset({*REQUIRED, *VOCABULARIES})
NEEDED = ("title", "external_source", "external_id")

Pair = tuple[str, str]


class BadRow(Exception):
    """The row cannot be matched with a ticket: which column is to blame, and why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


class Judge:
    """Judges the rows of one file, in chunks: `look_up` asks the database for what `judge` then needs."""

    def __init__(self, columns: Sequence[str]) -> None:
        writable = {column for column in columns if column in EDITABLE} | set(NEEDED)
        self._loaded = [*sorted(writable | {"assignee"}), "assignee__username"]
        self._seen: dict[Hashable, int] = {}
        self._by_id: dict[int, Ticket] = {}
        self._by_pair: dict[Pair, Ticket] = {}
        self._users: dict[str, User] = {}

    def look_up(self, rows: Sequence[Row]) -> None:
        """Three queries, whatever the number of rows: tickets by id, by external id, and assignees."""
        found = Ticket.objects.select_related("assignee").only(*self._loaded).order_by()
        ids = {_number(row) for row in rows} - {None}
        self._by_id = found.in_bulk(ids)
        pairs = {pair for row in rows if (pair := self._pair(row, self._by_id.get(_number(row) or 0)))[1]}
        sources, external_ids = _storable(pair[0] for pair in pairs), _storable(pair[1] for pair in pairs)
        holders = found.filter(external_source__in=sources, external_id__in=external_ids).exclude(
            external_id=""
        )
        self._by_pair = {(ticket.external_source, ticket.external_id): ticket for ticket in holders}
        names = _storable(row.cells["assignee"].strip() for row in rows if "assignee" in row.cells)
        staff = assignable().filter(username__in=names)
        self._users = {user.username: user for user in staff}

    def judge(self, row: Row) -> Outcome:
        outcome = Outcome(row.number)
        if row.problem:
            outcome.problems.append(Problem(row.number, "", "", row.problem))
            return outcome
        try:
            outcome.ticket = self._match(row)
        except BadRow as refused:
            outcome.problems.append(self._problem(row, refused.column, str(refused)))
            return outcome
        for column in row.cells:
            self._read(column, row, outcome)
        if outcome.ticket is None:
            self._require(row, outcome)
        return outcome

    def _match(self, row: Row) -> Ticket | None:
        """The ticket that the row means; raises BadRow when it means none, two, or one that had its turn."""
        ticket = self._by_number(row) if _id_cell(row) else None
        pair = self._pair(row, ticket)
        holder = self._by_pair.get(pair) if pair[1] else None
        if ticket and holder and ticket.pk != holder.pk:
            raise BadRow(
                "external_id", f"Ticket {holder.pk} has this external source and id. Correct one of them."
            )
        ticket = ticket or holder
        if ticket:
            self._once(ticket.pk, row, "id" if _id_cell(row) else "external_id", f"ticket {ticket.pk}")
        if pair[1]:
            self._once(pair, row, "external_id", "the same external source and id")
        return ticket

    def _by_number(self, row: Row) -> Ticket:
        number = _id_cell(row)
        if as_pk(number) is None:
            raise BadRow("id", "Give the number of a ticket, or empty the cell to make a new one.")
        try:
            return self._by_id[int(number)]
        except KeyError:
            raise BadRow(
                "id", f"There is no ticket {number}. Correct the number, or empty the cell to make a new one."
            ) from None

    def _once(self, key: Hashable, row: Row, column: str, what: str) -> None:
        before = self._seen.setdefault(key, row.number)
        if before != row.number:
            raise BadRow(column, f"Row {before} is about {what} too. Keep one of them.")

    def _pair(self, row: Row, ticket: Ticket | None) -> Pair:
        """External source and id as they would be after the row."""
        source = row.cells.get("external_source", ticket.external_source if ticket else "")
        external_id = row.cells.get("external_id", ticket.external_id if ticket else "")
        return source.strip(), external_id.strip()

    def _read(self, column: str, row: Row, outcome: Outcome) -> None:
        """Take a cell into the outcome, if it says anything new."""
        cell, ticket = row.cells[column], outcome.ticket
        if column not in (EDITABLE if ticket else CREATABLE):
            return
        # What an export would write into this cell is no change, even if today it could not be entered.
        if ticket and cell == as_text(value_of(ticket, column)):
            if column in LABELS:
                outcome.agreed[column] = getattr(ticket, column)
            return
        if not cell.strip() and (column in KEPT_WHEN_EMPTY or ticket is None):
            return
        try:
            value = self._value(column, cell)
        except ValueError as error:
            outcome.problems.append(self._problem(row, column, str(error)))
            return
        if ticket is None or value != getattr(ticket, column):
            outcome.values[column] = value
        elif column in LABELS:
            outcome.agreed[column] = value

    def _value(self, column: str, cell: str) -> Any:
        if column == "assignee":
            return self._assignee(line(cell))
        if not cell.strip():
            return ""
        value = BY_NAME[column].parser(cell)
        limit = getattr(Ticket._meta.get_field(column), "max_length", None)
        if limit and len(value) > limit:
            raise ValueError(f"Shorten it to {limit:,} characters; it has {len(value):,}.")
        return value

    def _assignee(self, name: str) -> User | None:
        if name and name not in self._users:
            raise ValueError("Give the user name of somebody who may change tickets, or empty the cell.")
        return self._users.get(name)

    def _require(self, row: Row, outcome: Outcome) -> None:
        blamed = {problem.column for problem in outcome.problems}
        for column in REQUIRED:
            if column not in outcome.values and column not in blamed:
                reason = f"A new ticket needs a {column}."
                if column not in row.cells:
                    reason += " The file has no such column. To change an existing ticket, give its id."
                outcome.problems.append(self._problem(row, column, reason))

    def _problem(self, row: Row, column: str, reason: str) -> Problem:
        return Problem(row.number, column, shown(row.cells.get(column, ""), EXCERPT), reason)


def _id_cell(row: Row) -> str:
    return row.cells.get("id", "").strip()


def _storable(texts: Iterable[str]) -> set[str]:
    """Those that a database can be asked for; the others are refused when their cells are read."""
    return set(filter(is_storable, texts))


def _number(row: Row) -> int | None:
    return as_pk(_id_cell(row))
