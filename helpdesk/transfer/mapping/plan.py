"""How the rows of one file become tickets: proposed by the desk, settled by a person, kept as JSON."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

# Besides a target a column may be kept with the ticket as source data, or left out.
KEEP, LEAVE_OUT = "", "-"
# Besides a value of the desk's vocabulary, or a user name, a text may become one of these.
TRIAGE, NAME_ONLY, REFUSE = "?", "=", "!"
DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "day", "month", "year"


@dataclass(slots=True)
class DateRule:
    """How a column writes times: the order of day and month, and the zone of those that name none."""

    order: str = DAY_FIRST
    zone: str = "UTC"


@dataclass(slots=True)
class Rules:
    """What to do about what is missing, too long or there twice: choices of `RULES`."""

    no_description: str = "title"
    no_title: str = "first_line"
    too_long: str = "cut"
    bad_date: str = "refuse"
    bad_email: str = "keep"
    surplus: str = "refuse"
    twice: str = "later"


# By rule: what it is about, and its choices in words.
RULES: dict[str, tuple[str, dict[str, str]]] = {
    "no_description": ("No description", {"title": "Use the title", "refuse": "Refuse the row"}),
    "no_title": (
        "No title",
        {
            "first_line": "Use the first line of the text",
            "stand_in": "The first line, else its category or number",
            "refuse": "Refuse the row",
        },
    ),
    "too_long": ("Longer than the field", {"cut": "Cut, and keep the whole", "refuse": "Refuse the row"}),
    "bad_date": ("No possible date", {"refuse": "Refuse the row", "unknown": "Leave the time unknown"}),
    "bad_email": ("No e-mail address", {"keep": "Keep as source data", "refuse": "Refuse the row"}),
    "surplus": ("More cells than the header", {"refuse": "Refuse the row", "keep": "Keep as source data"}),
    "twice": (
        "Two rows about one ticket",
        {"later": "The later one counts", "join": "One ticket with both texts", "skip": "Skip the later one"},
    ),
}


@dataclass(slots=True)
class ImportMapping:
    """`columns` has a target for each column of the file, in its order; see `targets.TARGETS`.

    `source` becomes the `external_source` of the tickets. `guarded`: texts that look like formulas were
    written with a leading ``'``. `id_is_ours`: numbers without the mark of a desk are those of
    tickets of this desk.
    `dates` are keyed by the index of the column as text, `values` by target and then by text of the cell,
    `unknown` says per target what becomes of texts that `values` does not know. `markup` are the columns
    written as HTML, of which titles and descriptions become text.
    """

    columns: list[str]
    profile: str = ""
    source: str = ""
    fingerprint: str = ""
    guarded: bool = False
    id_is_ours: bool = False
    dates: dict[str, DateRule] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    reasons: dict[str, str] = field(default_factory=dict)
    markup: list[int] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        known["dates"] = {key: DateRule(**rule) for key, rule in known.get("dates", {}).items()}
        known["rules"] = Rules(**known.get("rules", {}))
        return cls(**known)

    def settled(self) -> Self:
        """With our own numbers as the target of the column that would otherwise be another system's."""
        if not self.id_is_ours or "id" in self.columns:
            return self
        return replace(self, columns=["id" if name == "external_id" else name for name in self.columns])

    def places(self, target: str) -> list[int]:
        """The columns that have this target."""
        return [place for place, name in enumerate(self.columns) if name == target]
