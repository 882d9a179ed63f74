"""Characters that XML cannot hold, as Office Open XML spells them: ``_x000D_`` is a carriage return."""

import re

CELL_LENGTH = 32_767
MAX_ROWS = 1_048_576
# The underscore of a text that only looks like such a spelling is spelt out too.
_UNSAFE = re.compile("[\0-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_SPELT = re.compile("_x([0-9A-Fa-f]{4})_")


def escape(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"_x{ord(found.group()):04X}_", text)


def unescape(text: str) -> str:
    return _SPELT.sub(lambda found: chr(int(found.group(1), 16)), text)
