"""Cold start: phrases that speak for a label, from a data file that people can edit."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Self

from helpdesk.triage.local.certainty import Certainty
from helpdesk.triage.local.passages import Passage
from helpdesk.triage.local.phrases import Phrases, Spelling
from helpdesk.triage.local.tokenizer import BREAK, Token, tokens
from helpdesk.triage.local.weights import Weights
from helpdesk.triage.prediction import FIELDS

DATA = Path(__file__).resolve().parents[3] / "fixtures" / "triage_lexicon.json"

TITLE_LIMIT = 1_000  # characters that are read: what decides is said early, and the work stays bounded
DESCRIPTION_LIMIT = 6_000
TITLE_FACTOR = 1.5  # how much more a phrase counts in the title
FADING = 100  # words into the description after which a phrase counts half
TELLING = 8  # contributions beyond which more of them only repeat: a long text is not surer for its length


class LexiconError(Exception):
    """The data file is missing or damaged: a fault of the installation."""


@dataclass(frozen=True)
class Contribution:
    """What one phrase of the text (`quote`, as written there) adds for one label."""

    label: str
    quote: str
    points: float


@dataclass(frozen=True)
class Cues:
    """The phrases of one field, and what each gives to which labels: ``{phrase: {label: points}}``."""

    points: Mapping[str, Mapping[str, float]]
    phrases: Phrases

    @classmethod
    def from_data(cls, data: Mapping[str, Any], spelling: Spelling) -> Self:
        """`data` groups phrases by label, then by language."""
        points: dict[str, dict[str, float]] = {}
        for label, languages in data.items():
            for phrase, given in chain.from_iterable(phrases.items() for phrases in languages.values()):
                if label in points.setdefault(phrase, {}):
                    raise ValueError(f"the phrase {phrase!r} of {label} occurs in two languages")
                points[phrase][label] = float(given)
        return cls(points, Phrases(points, spelling))

    def find(self, passages: list[Passage]) -> list[Contribution]:
        """Every phrase counts once, where it is strongest."""
        strongest: dict[str, tuple[float, str]] = {}
        for passage in passages:
            for match in self.phrases.find(passage.words):
                here = (passage.strength(match.start), passage.quote(match.start, match.end))
                strongest[match.phrase] = max(strongest.get(match.phrase, (0.0, "")), here)
        repetition = math.sqrt(max(1.0, len(strongest) / TELLING))
        return [
            Contribution(label, quote, points * strength / repetition)
            for phrase, (strength, quote) in strongest.items()
            for label, points in self.points[phrase].items()
        ]


@dataclass(frozen=True)
class LexiconData:
    """The whole data file; cues and weights by field.

    Orders are phrases that speak to the classifier instead of telling a problem.
    """

    version: str
    spelling: Spelling
    sentence_orders: Phrases
    text_orders: Phrases
    cues: Mapping[str, Cues]
    weights: Mapping[str, Weights]
    stop_words: frozenset[str]

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        variants = {word: meant for meant, words in data["variants"].items() for word in words}
        spelling = Spelling(frozenset(data["fillers"]), variants)
        return cls(
            version=str(data["version"]),
            spelling=spelling,
            sentence_orders=Phrases(data["orders"]["to the end of the sentence"], spelling),
            text_orders=Phrases(data["orders"]["to the end of the text"], spelling),
            weights={name: _weights(data[name], vocabulary.values) for name, vocabulary in FIELDS.items()},
            cues={name: Cues.from_data(data[name]["phrases"], spelling) for name in FIELDS},
            stop_words=frozenset(data["stop words"]) | spelling.fillers,
        )

    def totals(self, name: str, passages: list[Passage]) -> list[float]:
        """What the lexicon alone says of a field: a total per label, of which the softmax is its chance."""
        weights = self.weights[name]
        totals = dict(zip(FIELDS[name].values, weights.bias, strict=True))
        for cue in self.cues[name].find(passages):
            totals[cue.label] += cue.points
        return [total / weights.temperature for total in totals.values()]

    def passages(self, title: str, description: str) -> list[Passage]:
        """What the scores are taken from: the beginning of both texts, without orders to the classifier."""
        title, description = title[:TITLE_LIMIT], description[:DESCRIPTION_LIMIT]
        return [
            Passage(title, self._words(title), TITLE_FACTOR, 0.0),
            Passage(description, self._words(description), 1.0, 1 / FADING),
        ]

    def _words(self, text: str) -> list[Token]:
        """An order ends the text, or is blanked from its first word to the end of its sentence."""
        words = self.spelling.read(tokens(text))
        for match in self.text_orders.find(words)[:1]:
            words = words[: match.start]
        for match in self.sentence_orders.find(words):
            for at in range(match.start, len(words)):
                if words[at].text == BREAK:
                    break
                words[at] = words[at]._replace(text=BREAK)
        return words


@cache
def load(path: Path = DATA) -> LexiconData:
    """The data file, read once per process. Raises `LexiconError` naming what is wrong with it."""
    try:
        return LexiconData.from_data(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LexiconError(f"{path} is not a usable lexicon ({error!r}); install the file again") from error


def _weights(data: Mapping[str, Any], labels: Sequence[str]) -> Weights:
    if set(data["bias"]) != set(labels) or not set(data["phrases"]) <= set(labels):
        raise ValueError(f"the labels must be {', '.join(labels)}")
    if data["temperature"] <= 0:
        raise ValueError("a temperature must be above 0")
    bias = [float(data["bias"][label]) for label in labels]
    certainty = Certainty.from_data(data["certainty"]) if "certainty" in data else None
    return Weights.hand_set(bias, float(data["temperature"]), certainty)
