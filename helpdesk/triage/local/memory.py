"""Texts that people have labelled, word by word: the same text is suggested the same way again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from helpdesk.choices import Category, Priority
from helpdesk.tickets.search import fingerprint
from helpdesk.triage.local.stored import CorruptModel, items, number, section

FIELDS: dict[str, type[Category | Priority]] = {"category": Category, "priority": Priority}
MOST_TEXTS = 20_000
DOUBT = 0.1  # of a label that one person gave once

Recollection = Mapping[str, tuple[str, float]]
"""The label of each field that people labelled, and how sure it is."""


class Memory:
    """At most `MOST_TEXTS` texts, the newest ones."""

    def __init__(self, texts: Mapping[str, Recollection]) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def find(self, title: str, description: str) -> Recollection:
        """What is known of this very text, by field; empty when nothing is."""
        return self.recall(fingerprint(title, description)) if self._texts else {}

    def recall(self, key: str) -> Recollection:
        """The same, by the fingerprint of the text."""
        return self._texts.get(key, {})

    @classmethod
    def of(cls, labelled: Iterable[tuple[str, Mapping[str, str | None]]]) -> Self:
        """From fingerprints with the labels of their fields, the newest last: the last label counts."""
        given: dict[str, dict[str, list[str]]] = {}
        for key, labels in labelled:
            texts = given.setdefault(key, {}) if key else {}
            for field, label in labels.items():
                if label is not None:
                    texts.setdefault(field, []).append(label)
        newest = {key: fields for key, fields in list(given.items())[-MOST_TEXTS:] if fields}
        return cls(
            {
                key: {field: _settled(votes) for field, votes in fields.items()}
                for key, fields in newest.items()
            }
        )

    def as_json(self) -> dict[str, dict[str, list[Any]]]:
        return {
            key: {field: list(known) for field, known in text.items()} for key, text in self._texts.items()
        }

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Raises `CorruptModel` when a label is outside its vocabulary."""
        texts = section(data, "memory")
        return cls({key: _recollection(text) for key, text in texts.items()})


def _settled(votes: Sequence[str]) -> tuple[str, float]:
    """The last label; people who labelled the same text otherwise make it less sure."""
    agreeing = Counter(votes)[votes[-1]]
    return votes[-1], round((agreeing + 1 - DOUBT) / (len(votes) + 1), 4)


def _recollection(data: Any) -> Recollection:
    text = section(data, "memory")
    for field, known in text.items():
        label, confidence = items(known, f"memory of {field}", 2)
        if field not in FIELDS or label not in FIELDS[field].values:
            raise CorruptModel(f"memory holds {label!r}, which is no {field}")
        number(confidence, f"memory of {field}", 0, 1)
    return {field: (known[0], float(known[1])) for field, known in text.items()}
