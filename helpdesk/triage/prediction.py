"""The vocabulary of the classifiers: text in, `Prediction` out."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Protocol

from helpdesk.choices import Category, Priority

FIELDS: dict[str, type[Category | Priority]] = {"category": Category, "priority": Priority}


class Unavailable(Exception):
    """The provider cannot answer now; the message says why, in words fit for staff, without secrets."""


class NotAsked(Unavailable):
    """The question never left the house, so nothing was learned about the provider's health."""


@dataclass(frozen=True)
class Label:
    """One proposed value: `confidence` from 0 to 1, `reasons` the words of the text that decided.

    `stated` is the confidence that a remote provider gave itself, before it was held against the record.
    """

    value: str
    confidence: float
    reasons: tuple[str, ...] = ()
    stated: float | None = None

    @property
    def is_guess(self) -> bool:
        """No word of the text spoke for it."""
        return not self.reasons


@dataclass(frozen=True)
class Prediction:
    """A whole answer. `failures` names the providers that were asked first, as ``{name: why}``."""

    category: Label
    priority: Label
    provider: str
    model: str
    latency_ms: int = 0
    failures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LabelledText:
    """A text with the labels that people gave it, None where nobody did.

    `key` is the same for what counts as the same text, and empty when there are no words; `source` names
    its desk.
    """

    title: str
    description: str
    category: str | None = None
    priority: str | None = None
    key: str = ""
    source: str = ""


class Classifier(Hashable, Protocol):
    """One provider of triage; see its siblings in this package."""

    name: str
    model: str

    def classify(self, title: str, description: str, *, timeout: float) -> Prediction:
        """Label one ticket within `timeout` seconds, or raise `Unavailable`."""


class RemoteClassifier(Classifier, Protocol):
    """One that is asked over the network, and may fail; staff read its display name."""

    display_name: str
