"""The one description of a ticket's fields. Write path, history, files, forms and queries derive from it."""

from dataclasses import dataclass
from enum import Enum, auto

from helpdesk.choices import VOCABULARIES
from helpdesk.tickets import parsing
from helpdesk.tickets.parsing import Parser


class Kind(Enum):
    """What a value is."""

    KEY = auto()
    LINE = auto()
    TEXT = auto()
    EMAIL = auto()
    CHOICE = auto()
    PERSON = auto()
    MOMENT = auto()


class SetBy(Enum):
    """Who gives a field its value."""

    PEOPLE = auto()
    BIRTH = auto()
    """Whoever makes the ticket, as an import does that brings its past along; afterwards the desk."""
    DESK = auto()


@dataclass(frozen=True)
class Field:
    """`required` of a new ticket in a file; a `label` is what triage may fill in."""

    name: str
    kind: Kind
    set_by: SetBy = SetBy.PEOPLE
    required: bool = False
    label: bool = False

    @property
    def attribute(self) -> str:
        """Where the ticket keeps it as a value of JSON: a person by id."""
        return f"{self.name}_id" if self.kind is Kind.PERSON else self.name

    @property
    def parser(self) -> Parser:
        """From a cell's text to the value; keys and people have none (KeyError), they are looked up."""
        if self.kind is Kind.CHOICE:
            return parsing.one_of(VOCABULARIES[self.name])
        return parsing.visible(PARSERS[self.kind]) if self.required else PARSERS[self.kind]

    def tidy(self, value: str) -> str:
        """The value as it is stored."""
        if self.kind is Kind.EMAIL:
            return value.strip().lower()
        return value.strip() if self.kind is Kind.LINE else value


PARSERS: dict[Kind, Parser] = {
    Kind.LINE: parsing.line,
    Kind.TEXT: parsing.text,
    Kind.EMAIL: parsing.email,
    Kind.MOMENT: parsing.moment,
}
FIELDS = (
    Field("id", Kind.KEY, SetBy.DESK),
    Field("title", Kind.LINE, required=True),
    Field("description", Kind.TEXT, required=True),
    Field("category", Kind.CHOICE, label=True),
    Field("priority", Kind.CHOICE, label=True),
    Field("status", Kind.CHOICE),
    Field("requester_name", Kind.LINE),
    Field("requester_email", Kind.EMAIL),
    Field("assignee", Kind.PERSON),
    Field("external_source", Kind.LINE),
    Field("external_id", Kind.LINE),
    Field("created_at", Kind.MOMENT, SetBy.BIRTH),
    Field("updated_at", Kind.MOMENT, SetBy.DESK),
    Field("first_responded_at", Kind.MOMENT, SetBy.BIRTH),
    Field("resolved_at", Kind.MOMENT, SetBy.BIRTH),
    Field("closed_at", Kind.MOMENT, SetBy.BIRTH),
    Field("due_at", Kind.MOMENT, SetBy.DESK),
)
# Columns of the table that are no fields of the noun: what search, triage and files keep beside it.
INTERNAL = frozenset(
    {
        "former_assignee",
        "origin_desk",
        "origin_id",
        "search_text",
        "text_hash",
        "category_confirmed",
        "priority_confirmed",
        "last_message_at",
        "last_message_from",
        "last_message_by",
        "last_message_excerpt",
        "waiting_since",
    }
)

BY_NAME = {field.name: field for field in FIELDS}
NAMES = tuple(BY_NAME)
EDITABLE = tuple(field.name for field in FIELDS if field.set_by is SetBy.PEOPLE)
CREATABLE = frozenset(field.name for field in FIELDS if field.set_by is not SetBy.DESK)
LABELS = tuple(field.name for field in FIELDS if field.label)
REQUIRED = tuple(field.name for field in FIELDS if field.required)
# What a file may carry and the desk works out itself.
READ_ONLY = tuple(f.name for f in FIELDS if f.set_by is SetBy.DESK and f.kind is not Kind.KEY)
# The key never changes, and the time of the last change is the event's own.
AUDITED = tuple(field.attribute for field in FIELDS if field.name not in {"id", "updated_at"})
# What follows from other fields is kept for undoing, but tells a reader nothing new.
DERIVED = frozenset(f.attribute for f in FIELDS if f.set_by is not SetBy.PEOPLE)
