"""How the numbers of triage look."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import template

from helpdesk.choices import JobState, ModelState

register = template.Library()
NOTHING = "—"
STATES = {**{state.value: state for state in JobState}, **{state.value: state for state in ModelState}}


class MovedLabel(NamedTuple):
    """Of the judged tickets with this label, how many a version had right, and how many the one before."""

    label: str
    judged: int
    right: int
    before: int


@register.filter
def rate(share: str | float | None) -> str:
    """A share from 0 to 1 in whole per cent, a dash for nothing, a text as it is; it may well be 100 %."""
    return NOTHING if share is None else share if isinstance(share, str) else f"{100 * share:.0f}\u00a0%"


@register.filter
def score(measure: float | None) -> str:
    """A measure from 0 to 1, such as macro-F1, with two digits."""
    return NOTHING if measure is None else f"{measure:.2f}"


@register.filter
def moved(score: Mapping[str, Any]) -> list[MovedLabel]:
    """The labels on which a version and the one before it differ, the greatest gain first."""
    lines = [MovedLabel(label, *counts) for label, counts in score.get("by_label", {}).items()]
    return sorted(
        (line for line in lines if line.right != line.before), key=lambda line: line.before - line.right
    )


@register.filter
def state_color(state: str) -> str:
    """The badge colour of a version's or a run's state."""
    return STATES[state].color


@register.filter
def contestant(name: str) -> str:
    """Who took part in a backtest: ``version:3`` is Version 3, 0 the lexicon; a provider keeps its name."""
    if name == "version:0":
        return "the lexicon"
    return f"Version {name.removeprefix('version:')}" if name.startswith("version:") else name
