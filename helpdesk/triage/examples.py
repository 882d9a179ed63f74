"""The settled tickets that a remote provider is shown beside the one it is asked about."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.db.models import QuerySet
from django.db.models.functions import Left

from helpdesk.choices import Verdict
from helpdesk.tickets.models import Ticket
from helpdesk.triage.local.likeness import vocabulary
from helpdesk.triage.models import Suggestion
from helpdesk.triage.prediction import LabelledText
from helpdesk.triage.providers import prompt

KEPT = 300  # seconds
SETTLED_READ = 500  # the newest settled tickets, among which like ones are looked for
CORRECTIONS_READ = 100
SUGGESTIONS_READ = 5_000  # the newest suggestions, among which corrected ones are looked for
ENOUGH = 0.15  # of likeness: less is two texts of the same language
LENGTH = prompt.SLACK * prompt.EXAMPLE_DESCRIPTION_LIMIT


class Example(NamedTuple):
    """`words` are those by which likeness is told; `is_correction`: a suggestion was wrong about it."""

    text: LabelledText
    words: frozenset[str]
    is_correction: bool


def like(title: str, description: str) -> list[LabelledText]:
    """The settled tickets most like this text, the nearest first, and never this very text.

    What is left of the places goes to the newest corrections: they tell where this desk sorts unlike others.
    None with AI_EXAMPLES off: then no ticket travels but the one that is asked about.
    """
    if not settings.AI_EXAMPLES:
        return []
    itself = (title, description[:LENGTH])
    pool = [each for each in _pool() if (each.text.title, each.text.description) != itself]
    near = _ranked(_words(*itself), pool)
    rest = [each.text for each in pool if each.is_correction and each.text not in near]
    return [*near, *rest][: prompt.EXAMPLES_LIMIT]


def _ranked(words: frozenset[str], pool: Sequence[Example]) -> list[LabelledText]:
    """Those that say the like, the nearest first, and of two that are equally near the newer one."""
    frequency = Counter(word for each in pool for word in each.words)
    rarity = {word: math.log(1 + len(pool) / (1 + frequency[word])) for word in words.union(frequency)}
    scored = [(_likeness(words, each.words, rarity), each.text) for each in pool]
    near = [pair for pair in scored if pair[0] >= ENOUGH]
    return [text for _, text in sorted(near, key=lambda pair: -pair[0])]


def _likeness(some: frozenset[str], others: frozenset[str], rarity: Mapping[str, float]) -> float:
    """From 0 to 1: the share of what two texts say that both say, each word by its rarity."""
    common, whole = (sum(rarity[word] for word in words) for words in (some & others, [*some, *others]))
    # The order of a set is another in each process, and with it the last digits of its sum.
    return round(2 * common / whole, 6) if whole else 0.0


def _pool() -> Sequence[Example]:
    """Read again every few minutes; the newest first, corrections before the others."""
    return caches["default"].get_or_set("triage-examples", _read, KEPT) or ()


def _read() -> tuple[Example, ...]:
    settled = Ticket.objects.filter(category_confirmed=True).order_by("-pk")
    newest = Suggestion.objects.order_by("-pk").values("pk")[:SUGGESTIONS_READ]
    wrong = Suggestion.objects.filter(pk__in=newest, verdict=Verdict.EDITED).values("ticket_id")
    corrections = _texts(settled.filter(pk__in=wrong)[:CORRECTIONS_READ])
    others = [text for text in _texts(settled[:SETTLED_READ]) if text not in corrections]
    return tuple(
        Example(text, _words(text.title, text.description), is_correction)
        for texts, is_correction in ((corrections, True), (others, False))
        for text in texts
    )


def _texts(tickets: QuerySet[Ticket]) -> list[LabelledText]:
    rows = tickets.annotate(beginning=Left("description", LENGTH)).values_list(
        "title", "beginning", "category", "priority", "priority_confirmed"
    )
    return [
        LabelledText(title, beginning, category, priority if is_settled else None)
        for title, beginning, category, priority, is_settled in rows
    ]


def _words(title: str, description: str) -> frozenset[str]:
    return vocabulary(title, description[: prompt.EXAMPLE_DESCRIPTION_LIMIT])
