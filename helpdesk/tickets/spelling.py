"""Words as a search sees them: folded, in the singular and the plural, and near misses."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

TOKEN_LENGTH = 40
# Where no spaces stand between words, pieces of two characters are looked up: Thai, Lao, Burmese, Khmer, kana
# and Han.
_SPACELESS = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\U00020000-\U0003347f"
)
# Vowel signs are letters of their words, though not to the regular expressions of Python.
_SIGNS = "\u0900-\u0963\u0966-\u0df3"
_WORD = re.compile(f"[{_SPACELESS}]+|(?:[^\\W_{_SPACELESS}]|[{_SIGNS}])+")
# The same words, of a text of ASCII, by blanks: four times as fast as by the expression.
_ASCII_BLANKS = {code: " " for code in range(128) if not chr(code).isalnum()}
_IS_SPACELESS = re.compile(f"[{_SPACELESS}]")
# Endings of the singular and the plural in English, German, Spanish, Portuguese and French, without accents;
# a plural that only adds letters is found by its beginning, so these matter from the plural to the singular.
_ENDINGS = (
    ("", "s"), ("y", "ies"), ("s", "ses"), ("x", "xes"), ("z", "zes"), ("ch", "ches"), ("sh", "shes"),
    ("ung", "ungen"), ("heit", "heiten"), ("keit", "keiten"), ("schaft", "schaften"), ("ion", "ionen"),
    ("cion", "ciones"), ("sion", "siones"), ("or", "ores"), ("dad", "dades"),
    ("cao", "coes"), ("sao", "soes"), ("al", "ais"),
    ("al", "aux"), ("eau", "eaux"),
)  # fmt: skip
# What looks like a plural and is none.
_NO_PLURAL = ("ss", "us", "is", "news")
_SHORTEST = 3


class _Accents(dict[int, int | None]):
    """For `str.translate`: nothing for a mark that changes another character, filled as texts have them."""

    def __missing__(self, code: int) -> int | None:
        self[code] = kept = None if unicodedata.combining(chr(code)) else code
        return kept


_ACCENTS = _Accents()


def fold(text: str) -> str:
    """Lower case, without accents."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).translate(_ACCENTS).casefold()


def tokens(text: str) -> list[str]:
    """The distinct folded words of a text, in order, each cut to `TOKEN_LENGTH` characters.

    Of a script without spaces, each pair of neighbours and the last character.
    """
    found: dict[str, None] = {}
    folded = fold(text)
    if folded.isascii():
        return list(dict.fromkeys([word[:TOKEN_LENGTH] for word in folded.translate(_ASCII_BLANKS).split()]))
    for word in _WORD.findall(folded):
        if _IS_SPACELESS.match(word):
            found.update(dict.fromkeys(word[place : place + 2] for place in range(len(word))))
        else:
            found[word[:TOKEN_LENGTH]] = None
    return list(found)


def asked(text: str) -> list[str]:
    """What must begin a token each, for a text to be found by these words."""
    found: dict[str, None] = {}
    for word in _WORD.findall(fold(text)):
        if _IS_SPACELESS.match(word):
            found.update(dict.fromkeys(word[place : place + 2] for place in range(max(len(word) - 1, 1))))
        else:
            found[word[:TOKEN_LENGTH]] = None
    return list(found)


def forms(word: str) -> tuple[str, ...]:
    """The singular or the plural of a folded word, where it does not begin with the word itself.

    Rather none than a wrong one: "cars" also means "car", but never "card".
    """
    found: dict[str, None] = {}
    for singular, plural in _ENDINGS:
        if word.endswith(plural) and not word.endswith(_NO_PLURAL):
            found[word.removesuffix(plural) + singular] = None
        if singular and not plural.startswith(singular) and word.endswith(singular):
            found[word.removesuffix(singular) + plural] = None
    return tuple(form for form in found if len(form) >= _SHORTEST and not form.startswith(word))


def written(text: str) -> Iterable[tuple[str, str]]:
    """The words of a text as they are written there, each after its folded form; no pieces."""
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        if not _IS_SPACELESS.match(word):
            yield fold(word)[:TOKEN_LENGTH], word


def meant(text: str, known: Mapping[str, str]) -> str:
    """The text with each word that begins none of the `known` ones (folded: written) put right.

    Empty when there is nothing to put right, or no word near enough.
    """
    told = []
    for folded, word in written(text):
        if any(other.startswith(folded) for other in known):
            told.append(word)
            continue
        allowed = 1 if len(folded) < 6 else 2
        near = [(distance(folded, other, allowed), other) for other in known if len(folded) > 2]
        _, best = min((pair for pair in near if pair[0] <= allowed), default=(0, ""))
        if not best:
            return ""
        told.append(known[best])
    right = " ".join(told)
    return right if fold(right) != fold(text) else ""


def distance(one: str, other: str, most: int) -> int:
    """How many letters to change, add, leave out or swap with their neighbour; `most` + 1 for more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, near in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != near))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == near:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
