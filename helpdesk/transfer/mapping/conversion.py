"""From a row of a file to what a ticket is made of."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from helpdesk.tickets.fields import BY_NAME
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.parsing import is_storable, is_visible, storable
from helpdesk.transfer.mapping.addresses import name_and_address
from helpdesk.transfer.mapping.markup import without_markup
from helpdesk.transfer.mapping.moments import Moments, Reader
from helpdesk.transfer.mapping.names import ADDITIONS, bare, plain
from helpdesk.transfer.mapping.plan import KEEP, LEAVE_OUT, NAME_ONLY, REFUSE, TRIAGE, ImportMapping
from helpdesk.transfer.mapping.profiles import HELPDESK
from helpdesk.transfer.mapping.remarks import MISTAKES, Remark
from helpdesk.transfer.mapping.scan import labels
from helpdesk.transfer.mapping.talk import ImportedComment, Talk
from helpdesk.transfer.mapping.targets import DATES, VALUED
from helpdesk.transfer.mapping.words import NOBODY, NOTHING
from helpdesk.transfer.reading.source import Row
from helpdesk.transfer.spreadsheets import unguard
from helpdesk.transfer.unreadable import shown

EXCERPT = 80
LIMITS = {
    name: limit for name in BY_NAME if (limit := getattr(Ticket._meta.get_field(name), "max_length", None))
}


@dataclass(slots=True)
class Converted:
    """A row as values of `tickets.fields`: texts, aware times, the assignee by user name; the
    `former_assignee` is a name that nobody here has.

    A field that the file leaves to the desk is absent from `values`; one that it empties is "". An `id` and
    the mark of a `desk` are as the file has them. `source_data` are header and text of what has no place in
    a ticket, or did not fit into it. A row with `refusals` makes no ticket.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    comments: list[ImportedComment] = field(default_factory=list)
    source_data: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    refusals: list[Remark] = field(default_factory=list)
    category: str = ""
    """As the file has it."""

    def warn(self, mistake: str, column: str, text: str = "") -> None:
        self.warnings.append(Remark(self.line, column, shown(text, EXCERPT), *MISTAKES[mistake]))

    def refuse(self, mistake: str, column: str, text: str = "") -> None:
        self.refusals.append(Remark(self.line, column, shown(text, EXCERPT), *MISTAKES[mistake]))

    def keep(self, header: str, text: str) -> None:
        self.source_data.append((header, text))


Step = Callable[[Converted, str, str], None]


class Converter:
    """Converts the rows of one file: what depends on the mapping only is worked out once.

    `people` are user names by what people may be called in small letters, for the authors of comments.
    """

    def __init__(
        self, mapping: ImportMapping, headers: Iterable[str], people: Mapping[str, str] | None = None
    ) -> None:
        self._mapping = mapping = mapping.settled()
        self._rules = mapping.rules
        self._headers = labels(headers)
        self._is_own = mapping.profile == HELPDESK
        # Our own texts are what they are: somebody may be called None.
        self._nothing = frozenset({""}) if self._is_own else NOTHING
        self._has_number = bool(mapping.places("id"))
        self._talk = Talk(people or {})
        self._moments = Moments(mapping.rules.bad_date == "refuse")
        self._steps = sorted(
            (
                (place, header, self._step(place, target, header))
                for place, (target, header) in enumerate(zip(mapping.columns, self._headers, strict=True))
                if target != LEAVE_OUT
            ),
            key=lambda step: _turn(mapping.columns[step[0]], step[1]),
        )

        self._last = next((step for place, _, step in self._steps if place == len(self._headers) - 1), _keep)

    def convert(self, row: Row) -> Converted:
        converted = Converted(row.number)
        if row.problem:
            converted.refusals.append(Remark(row.number, "", "", *MISTAKES["unread"][:1], row.problem))
            return converted
        cells = self._storable(row.cells, converted)
        for place, header, step in self._steps:
            cell = cells[place]
            if cell is not None:
                step(converted, header, unguard(cell) if self._mapping.guarded else cell)
        self._take_surplus(row, converted)
        self._complete(converted)
        self._talk.finish(converted.comments, converted.values)
        return converted

    def _step(self, place: int, target: str, header: str) -> Step:
        if target == KEEP:
            return _keep
        if target in DATES:
            reader = Reader(self._mapping.dates.get(str(place)))
            return partial(self._moments.take, target, reader)
        if target in VALUED:
            return partial(self._take_value, target)
        if target in {"comments", "notes"}:
            reader = Reader(self._mapping.dates.get(str(place)))
            return partial(self._talk.take, reader, target == "notes")
        own: dict[str, Step] = {
            "description": self._add_text,
            "requester": self._take_requester,
            "requester_name": self._take_requester,
            "requester_email": self._take_address,
            "source": _take_source,
        }
        step = own.get(target) or partial(self._take_text, target)
        is_markup = place in self._mapping.markup and target in {"title", "description"}
        return partial(_take_markup, step) if is_markup else step

    def _storable(self, cells: Sequence[str | None], converted: Converted) -> Sequence[str | None]:
        """The cells as a database can keep them; one look at the whole row is quicker than one at each."""
        if is_storable("".join(filter(None, cells))):
            return cells
        for header, cell in zip(self._headers, cells, strict=True):
            if cell and not is_storable(cell):
                converted.warn("character", header, cell)
        return [cell and storable(cell) for cell in cells]

    def _take_text(self, target: str, converted: Converted, header: str, text: str) -> None:
        text = BY_NAME[target].tidy(text) if target in BY_NAME else text.strip()
        limit = LIMITS.get(target, len(text))
        if len(text) > limit:
            if self._rules.too_long == "refuse" or target.startswith("external"):
                converted.refuse("long", header, text)
                return
            converted.keep(header, text)
            converted.warn("cut", header, text)
            text = f"{text[: limit - 1]}…"
        if target not in {"title", "description"} or text.strip() not in self._nothing:
            converted.values[target] = text

    def _add_text(self, converted: Converted, header: str, text: str) -> None:
        before = converted.values.get("description")
        if text.strip() not in self._nothing:
            text = f"{before}\n\n{header}:\n{text}" if before else text
            self._take_text("description", converted, header, text)

    def _take_value(self, target: str, converted: Converted, header: str, text: str) -> None:
        text = text.strip()
        known = self._mapping.values.get(target, {})
        if target == "category":
            converted.category = "" if text in NOTHING else text
        if text in NOTHING or (target == "assignee" and text.casefold() in NOBODY):
            value = known.get("", "")
        else:
            value = known.get(text) or self._mapping.unknown.get(target, TRIAGE)
        if value == REFUSE:
            converted.refuse(f"{target}_unknown", header, text)
        elif value == NAME_ONLY:
            converted.values["former_assignee"] = text
        elif value == TRIAGE and text not in NOTHING:
            converted.keep(header, text)
        elif value and value != TRIAGE:
            converted.values[target] = value
        elif target == "assignee" and self._is_own:
            converted.values[target] = ""

    def _take_address(self, converted: Converted, header: str, text: str) -> None:
        given = "" if text.strip() in self._nothing else text.strip()
        name, address = name_and_address(given)
        if given and not address:
            if self._rules.bad_email == "refuse":
                converted.refuse("email", header, given)
                return
            converted.keep(header, given)
            converted.warn("email", header, given)
        if name and address:
            converted.values.setdefault("requester_name", name)
        converted.values["requester_email"] = address or converted.values.get("requester_email", "")

    def _take_requester(self, converted: Converted, header: str, text: str) -> None:
        """A name, an address, or both; of our own files a name as it is."""
        text = "" if text.strip() in self._nothing else text.strip()
        text = text if self._is_own else " ".join(text.split())
        name, address = (text, "") if self._is_own else name_and_address(text)
        if address and not converted.values.get("requester_email"):
            converted.values["requester_email"] = address
            text = name
        limit = LIMITS["requester_name"]
        if len(text) > limit:
            converted.keep(header, text)
            converted.warn("cut", header, text)
            text = f"{text[: limit - 1]}…"
        converted.values["requester_name"] = text

    def _take_surplus(self, row: Row, converted: Converted) -> None:
        """What is longer than the header goes on with its last column, if that may be there several times."""
        if not row.surplus:
            return
        if self._rules.surplus == "refuse":
            converted.refuse("surplus", "", ", ".join(row.surplus))
        step: Step = self._last if self._mapping.columns[-1] in {"comments", "notes"} else _keep
        for number, text in enumerate(map(storable, row.surplus), len(self._headers) + 1):
            step(converted, f"Column {number}", text)

    def _complete(self, converted: Converted) -> None:
        """What the rules give a row that lacks it."""
        values = converted.values
        for name in ("title", "description"):
            if name in values and not is_visible(values[name]):
                del values[name]
        if not self._has_number:
            self.complete_texts(converted)
        self._moments.check(converted)
        if not self._mapping.places("status") and not self._has_number:
            if values.get("closed_at"):
                values["status"] = "closed"
            elif values.get("resolved_at"):
                values["status"] = "resolved"
        if self._mapping.source and not values.get("external_source") and values.get("external_id"):
            values["external_source"] = self._mapping.source

    def complete_texts(self, converted: Converted) -> None:
        """What the rules say about a new ticket without a title, or without a description."""
        values = converted.values
        if "title" not in values:
            if self._rules.no_title != "refuse" and "description" in values:
                values["title"] = _first_line(values["description"])
            elif self._rules.no_title == "stand_in" and (title := self._stand_in(converted)):
                values["title"] = title
            else:
                converted.refuse("no_text" if "description" not in values else "no_title", "")
                return
        if "description" not in values:
            if self._rules.no_description == "refuse":
                converted.refuse("no_description", "")
            else:
                values["description"] = values["title"]

    def _stand_in(self, converted: Converted) -> str:
        kept = converted.category.strip()
        number = converted.values.get("external_id")
        return _first_line(kept) or (f"Ticket {number}" if number else "")


def _turn(target: str, header: str) -> int:
    """Additions come behind the text that they are added to, and comments last: they ask who asks."""
    if target in {"comments", "notes"}:
        return 2
    return int(target == "description" and bare(plain(header)) in ADDITIONS)


def _keep(converted: Converted, header: str, text: str) -> None:
    if text.strip():
        converted.keep(header, text)


def _take_markup(step: Step, converted: Converted, header: str, text: str) -> None:
    """HTML as text; what it was stays with the ticket."""
    plain_text = without_markup(text)
    if plain_text != text.strip():
        converted.keep(header, text)
    step(converted, header, plain_text)


def _take_source(converted: Converted, header: str, text: str) -> None:
    """What a desk had kept with the ticket, as its export writes it: pairs of header and text."""
    try:
        pairs = json.loads(text) if text.strip() else []
        converted.source_data.extend((str(name), str(value)) for name, value in pairs)
    except (ValueError, TypeError, RecursionError):
        converted.keep(header, text)


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if is_visible(line)), "")
    limit = LIMITS["title"]
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
