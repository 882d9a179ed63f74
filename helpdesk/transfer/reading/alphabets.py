"""Which letters languages are written with, to tell from bytes the encoding that they were meant in."""

from collections import Counter

_WESTERN = (
    "äöüßÄÖÜ",
    "éèêëàâçîïôûùœÉÈÊÀÂÇÎÔŒ",
    "áéíóúñü¿¡ÁÉÍÓÚÑ",
    "ãõáâàçéêíóôúÃÕÁÂÀÇÉÊÍÓÔÚ",
    "àèéìòùÀÈÉÌÒÙ",
    "åäöæøéÅÄÖÆØ",
)
_CENTRAL = (
    "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "áčďéěíňóřšťúůýžľĺŕôäÁČĎÉĚÍŇÓŘŠŤÚŮÝŽĽÔ",
    "áéíóöőúüűÁÉÍÓÖŐÚÜŰ",
    "čćđšžČĆĐŠŽ",
    "ăâîşţĂÂÎŞŢ",
)
_CYRILLIC = ("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁІЇЄҐ",)
ALPHABETS = {
    "cp1252": _WESTERN,
    "mac_roman": _WESTERN,
    "cp1250": _CENTRAL,
    "cp1251": _CYRILLIC,
}
# Signs that any language uses between words.
_SIGNS = frozenset("“”„‘’‚–—…•€«»°§£©®™№\xa0")
# A wrong capital within a word ("MΫller", "cafЙ") or a sign there gives the wrong encoding away.
WRONG = 1.0


def plausibility(content: bytes, encoding: str) -> float:
    """At most 1: how much the characters beyond ASCII look like one language."""
    text = content.decode(encoding, "replace")
    if encoding == "cp932":
        return _japanese(text)
    counts = Counter(character for character in text if character > "\x7f" and character not in _SIGNS)
    total = counts.total()
    if not total:
        return 0.5
    best = max(sum(counts[letter] for letter in letters) for letters in ALPHABETS[encoding])
    return best / total - WRONG * _misplaced(text) / total


def _japanese(text: str) -> float:
    """Kana are a good part of any Japanese text; half-width ones alone are other letters, misread."""
    beyond = [character for character in text if character > "\x7f"]
    kana = sum("\u3040" <= character <= "\u30ff" for character in beyond)
    known = kana + sum("\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or c > "\uff00" for c in beyond)
    broken = text.count("\ufffd")
    return (known - 2 * broken) / len(beyond) if beyond and kana * 10 > len(beyond) else 0.0


def _misplaced(text: str) -> int:
    """Capitals after a small letter, signs between letters, pounds of letters and letters of a number."""
    wrong = 0
    for before, character, after in zip(text, text[1:], text[2:], strict=False):
        if character > "\x7f":
            wrong += character.isupper() and before.islower()
            wrong += before.isalpha() and after.isalpha() and not character.isalpha() and character != "’"
            wrong += after.isdecimal() if character.isalpha() else character == "£" and after.isalpha()
    return wrong
