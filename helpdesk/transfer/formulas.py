"""Texts that a spreadsheet would run: marked on the way out, and restored exactly on the way in.

A spreadsheet takes a cell that begins with one of `SIGNS` for a formula. A leading apostrophe makes it a
text. A text that already looks marked gets one more apostrophe, so that reading is the inverse of writing.
"""

SIGNS = ("=", "+", "-", "@", "\t", "\r")


def guard(text: str) -> str:
    return f"'{text}" if _is_formula(text) else text


def unguard(text: str) -> str:
    return text[1:] if text.startswith("'") and _is_formula(text) else text


def _is_formula(text: str) -> bool:
    return text.startswith(("'", *SIGNS)) and text.lstrip("'").startswith(SIGNS)
