"""What two texts have in common that say nearly the same."""

import re
import zlib

from helpdesk.triage.local import tokenizer

LONGEST = 2_000  # characters that are compared
_DIGIT = re.compile(r"\d")


def vocabulary(title: str, description: str) -> frozenset[str]:
    """The words of a text but those with digits: numbers tell two alarms of the same kind apart, no more."""
    words = tokenizer.words(f"{title}\n{description}"[:LONGEST])
    return frozenset(word for word in words if not _DIGIT.search(word))


def template(title: str, description: str) -> str:
    """The same for texts that differ in numbers, order and repetition alone; empty for too few words."""
    words = vocabulary(title, description)
    return f"{zlib.crc32(' '.join(sorted(words)).encode()):08x}{len(words):x}" if len(words) > 1 else ""
