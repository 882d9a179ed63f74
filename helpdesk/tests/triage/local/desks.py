"""Small desks with habits of their own, to learn from."""

import random
from collections.abc import Sequence

from helpdesk.tickets.search import fingerprint
from helpdesk.triage.prediction import LabelledText

THINGS = ("kiosk", "badge", "scanner", "tablet", "locker", "trolley", "beacon", "cradle")
PLACES = ("Lisbon", "hall two", "the depot", "Porto", "gate seven", "the annex", "Faro", "level three")
# What this desk calls whose business, which no lexicon could know.
HABITS = {
    "billing": ("the {thing} docket of {place} is short", "please square the {thing} docket for {place}"),
    "technical": ("the {thing} in {place} blinks amber", "amber light on a {thing} near {place}"),
    "account": ("enrol a newcomer with the {thing} at {place}", "newcomer at {place} lacks a {thing}"),
    "general": ("who stocks the {thing} shelf in {place}", "where is the {thing} shelf of {place}"),
}


def labelled(title: str, description: str = "", *labels: str | None, **more: str) -> LabelledText:
    return LabelledText(title, description, *labels, **more, key=fingerprint(title, description))


def habits(count: int, *, seed: int = 0) -> list[LabelledText]:
    """A desk whose words tell the category, though not in words that the lexicon knows."""
    draw = random.Random(seed)
    examples = []
    for _ in range(count):
        category = draw.choice(list(HABITS))
        words = {"thing": draw.choice(THINGS), "place": draw.choice(PLACES)}
        text = draw.choice(HABITS[category]).format(**words)
        examples.append(labelled(f"{text} ({draw.randrange(10_000)})", text, category))
    return examples


def noise(
    count: int, *, labels: Sequence[str], weights: Sequence[float], seed: int = 0
) -> list[LabelledText]:
    """A desk whose priorities have nothing to do with its texts."""
    draw = random.Random(seed)
    texts = habits(count, seed=seed)
    return [
        labelled(text.title, text.description, priority=draw.choices(labels, weights)[0]) for text in texts
    ]


def by_the_book(count: int, *, seed: int = 0) -> list[LabelledText]:
    """A desk that the lexicon reads right already."""
    draw = random.Random(seed)
    known = {
        "billing": ("refund for the {thing}", "invoice about the {thing} is wrong"),
        "technical": ("the {thing} app crashes", "error message on the {thing}"),
        "account": ("forgot my password for the {thing}", "cannot log in at the {thing}"),
        "general": ("when does the {thing} in {place} open", "where is my parcel for {place}"),
    }
    examples = []
    for _ in range(count):
        category = draw.choice(list(known))
        words = {"thing": draw.choice(THINGS), "place": draw.choice(PLACES)}
        text = draw.choice(known[category]).format(**words)
        examples.append(labelled(f"{text} {draw.randrange(10_000)}", "", category))
    return examples
