"""The parts of a ticket's text that are read."""

from dataclasses import dataclass

from helpdesk.triage.local.tokenizer import Token

QUOTE_LIMIT = 80


@dataclass(frozen=True)
class Passage:
    """The title or the description: its words, and how much a phrase found among them counts."""

    text: str
    words: list[Token]
    factor: float
    fading: float

    def quote(self, start: int, end: int) -> str:
        return self.text[self.words[start].start : self.words[end - 1].end][:QUOTE_LIMIT]

    def strength(self, start: int) -> float:
        return self.factor / (1 + self.fading * start)
