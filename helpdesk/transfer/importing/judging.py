"""What each row of a file means to the desk: a new ticket, a change, nothing, or a mistake."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from helpdesk import intake
from helpdesk.choices import VOCABULARIES, Standing
from helpdesk.people import assignable
from helpdesk.tickets.fields import CREATABLE, EDITABLE, REQUIRED
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.parsing import is_storable
from helpdesk.transfer.importing import identity
from helpdesk.transfer.importing.identity import Known, Names, Unmatched
from helpdesk.transfer.mapping.conversion import Converted
from helpdesk.transfer.mapping.remarks import Remark
from helpdesk.transfer.mapping.talk import ImportedComment
from helpdesk.transfer.models import StagedRow

# An empty cell of these leaves an existing ticket as it is, and a new one to triage or to its default.
KEPT_WHEN_EMPTY = frozenset({*REQUIRED, *VOCABULARIES})
KEPT_TIMES = ("updated_at", "due_at")


class Judge:
    """Judges rows in pieces of any size.

    `id_is_ours`: ids without a mark are numbers of this desk. `complete_texts` gives a row that names a
    ticket by a number, and turns out to be a new one, the texts that it lacks.
    """

    def __init__(self, complete_texts: Callable[[Converted], None], *, id_is_ours: bool) -> None:
        self._complete_texts = complete_texts
        self._own = identity.mark_of_this_desk()
        self._id_is_ours = id_is_ours

    def judge(self, rows: Sequence[Converted]) -> list[StagedRow]:
        """Unsaved, in the same order; four queries, whatever the number of rows."""
        found: list[tuple[Converted, Names | None]] = []
        for row in rows:
            try:
                found.append((row, identity.names_of(row, self._own, id_is_ours=self._id_is_ours)))
            except Unmatched as refused:
                row.refusals.append(refused.remark)
                found.append((row, None))
        known = Known([names for _, names in found if names])
        people = _people(rows)
        return [self._staged(row, names, known, people) for row, names in found]

    def _staged(
        self, row: Converted, names: Names | None, known: Known, people: Mapping[str, User]
    ) -> StagedRow:
        ticket = None
        if names:
            try:
                ticket = known.match(row, names, id_is_ours=self._id_is_ours)
            except Unmatched as refused:
                row.refusals.append(refused.remark)
        if ticket is None and not row.refusals:
            self._complete_texts(row)
        staged = StagedRow(number=row.line, identity=names.key if names else "")
        if ticket:
            staged.identity = f"ticket:{ticket.pk}"
        if row.refusals:
            staged.standing = Standing.REFUSED
            staged.values = {"title": str(row.values.get("title", ""))[:200]}
        elif ticket:
            _compare(staged, row, ticket, people)
        else:
            _complete(staged, row, names, people)
        staged.problems = [_told(remark) for remark in row.refusals]
        staged.warnings = [_told(remark) for remark in row.warnings]
        staged.is_warned = bool(row.warnings)
        return staged


def _people(rows: Iterable[Converted]) -> dict[str, User]:
    """The members of staff that the rows name."""
    names = {name for row in rows if (name := row.values.get("assignee")) and is_storable(name)}
    names |= {comment.username for row in rows for comment in row.comments if comment.username}
    return {user.username: user for user in assignable().filter(username__in=names)} if names else {}


def _compare(staged: StagedRow, row: Converted, ticket: Ticket, people: Mapping[str, User]) -> None:
    """A known ticket: what would differ. Times of its past and what was said are not brought in again."""
    staged.ticket_id, staged.seen_at = ticket.pk, ticket.updated_at
    for name in EDITABLE:
        if name not in row.values or name == "assignee":
            continue
        value = row.values[name] or ""
        if not value and name in KEPT_WHEN_EMPTY:
            continue
        staged.values[name] = value
        if value != getattr(ticket, name):
            staged.differences[name] = [getattr(ticket, name), value]
    if row.values.keys() & {"assignee", "former_assignee"}:
        _compare_assignee(staged, row, ticket, people)
    staged.standing = Standing.CHANGED if staged.differences else Standing.UNCHANGED


def _compare_assignee(staged: StagedRow, row: Converted, ticket: Ticket, people: Mapping[str, User]) -> None:
    name = row.values.get("assignee") or row.values.get("former_assignee", "")
    had = ticket.assignee.username if ticket.assignee else ticket.former_assignee
    if name == had:
        return
    if name and (name not in people or "assignee" not in row.values):
        cure = "The ticket stays with whom it is with."
        row.warnings.append(Remark(row.line, "assignee", name[:80], "Nobody here has this name", cure))
        return
    staged.values["assignee"] = people[name].pk if name else None
    staged.differences["assignee"] = [had, name]


def _complete(staged: StagedRow, row: Converted, names: Names | None, people: Mapping[str, User]) -> None:
    """A new ticket: everything that it is made of, with its blank labels filled."""
    staged.standing = Standing.NEW
    values = {
        name: value for name, value in row.values.items() if name in CREATABLE and value not in ("", None)
    }
    extra: dict[str, Any] = {"given": [name for name in VOCABULARIES if name in values]}
    assignee = values.pop("assignee", "")
    former = row.values.get("former_assignee", "")
    if assignee in people:
        values["assignee"] = people[assignee].pk
    elif former := former or assignee:
        extra["former_assignee"] = former[:200]
    filled, guess = intake.complete(values)
    staged.values = _as_json({**values, **filled})
    kept = {name: row.values[name] for name in KEPT_TIMES if row.values.get(name)}
    number = names.origin[1] if names and names.origin else names.number if names else None
    staged.number_wanted = number if number and number <= identity.HIGHEST_NUMBER else None
    parts = {
        "origin": [str(names.origin[0]), names.origin[1]] if names and names.origin else None,
        "kept": _as_json(kept),
        "source": [list(pair) for pair in row.source_data],
        "comments": [_comment(comment, people) for comment in row.comments],
        "guess": guess,
    }
    staged.extra = extra | {name: part for name, part in parts.items() if part}


def _comment(comment: ImportedComment, people: Mapping[str, User]) -> dict[str, Any]:
    person = people.get(comment.username)
    return {
        "body": comment.body,
        "at": comment.at.isoformat() if comment.at else None,
        "author": person.pk if person else None,
        "name": "" if person else comment.author[:200],
        "is_internal": comment.is_internal,
        "from_requester": comment.from_requester,
    }


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


def _told(remark: Remark) -> list[str]:
    return [remark.column, remark.value, remark.reason, remark.cure]
