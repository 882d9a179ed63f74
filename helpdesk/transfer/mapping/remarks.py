"""What can be wrong with a row, in words that say what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """In which row and column, with which text; reason and cure are the same for all such mistakes."""

    line: int
    column: str
    value: str
    reason: str
    cure: str


# By mistake: reason and cure.
MISTAKES = {
    "unread": ("Not readable", ""),
    "surplus": (
        "More cells than the header",
        "Put cells that hold the separator in double quotes, or keep what is too much as source data.",
    ),
    "no_text": (
        "No title and no text",
        "Write a title. To change tickets of this desk, say that the file has their numbers.",
    ),
    "no_title": ("No title", "Write one, or let the first line of the text be the title."),
    "no_description": ("No description", "Write one, or let the title be the description."),
    "long": ("Too long", "Shorten it, or let it be cut."),
    "cut": ("Cut", "It was longer than the field. The whole text is kept as source data."),
    "character": (
        "A character that cannot be stored",
        "It is replaced by \N{REPLACEMENT CHARACTER}. Remove it if it matters.",
    ),
    "email": ("Not an e-mail address", "Leave the cell empty, or write name@domain."),
    "date": ("Not a date", "Write a day that exists, in the order of day and month that is chosen."),
    "range": ("Not a possible time", "Give a time between 1970 and now."),
    "before": ("Before it was created", "The time is left unknown, and kept as source data."),
    "status_unknown": ("Unknown status", "Choose what it becomes."),
    "priority_unknown": ("Unknown priority", "Choose what it becomes."),
    "category_unknown": ("Unknown category", "Choose what it becomes."),
    "assignee_unknown": ("Unknown person", "Choose who it is, or keep the name only."),
}
