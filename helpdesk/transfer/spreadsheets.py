"""What spreadsheets would take for something else: formulas, and characters that their XML cannot hold.

A text that begins like a formula is written with a leading ``'``; so is one that already looks so marked,
so that reading back is exact. Characters are spelt as Office Open XML does: ``_x000D_``.
"""

import re

SIGNS = ("=", "+", "-", "@", "\t", "\r")
MARKED = frozenset({"'", *SIGNS})
CELL_LENGTH = 32_767
MAX_ROWS = 1_048_576
# The underscore of a text that only looks like such a spelling is spelt out too.
_UNSAFE = re.compile("[\0-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_SPELT = re.compile("_x([0-9A-Fa-f]{4})_")


def escape(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"_x{ord(found.group()):04X}_", text)


def unescape(text: str) -> str:
    return _SPELT.sub(lambda found: chr(int(found.group(1), 16)), text)


def guard(text: str) -> str:
    return f"'{text}" if _is_formula(text) else text


def unguard(text: str) -> str:
    return text[1:] if text.startswith("'") and _is_formula(text) else text


def _is_formula(text: str) -> bool:
    return text.startswith(("'", *SIGNS)) and text.lstrip("'").startswith(SIGNS)
