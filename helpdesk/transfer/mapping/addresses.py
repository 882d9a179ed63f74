"""People as one cell names them."""

import re

from helpdesk.tickets.fields import BY_NAME

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"|]+@[^\s<>()\[\],;:\"|]+")
# What Django accepts at greater length; most addresses are of this kind.
_PLAIN = re.compile(r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}")
PLAIN_LENGTH, LONGEST = 63, 254


def name_and_address(text: str) -> tuple[str, str]:
    """``Ann <ann@example.com>`` or ``Ann (ann@example.com)`` apart; the first address, or nothing."""
    if "@" not in text:
        return text, ""
    if len(text) <= PLAIN_LENGTH and _PLAIN.fullmatch(text):
        return "", text
    for found in _ADDRESS.finditer(text):
        try:
            address: str = BY_NAME["requester_email"].parser(found.group().removeprefix("mailto:"))
        except ValueError:
            continue
        if len(address) <= LONGEST:
            name = f"{text[: found.start()]} {text[found.end() :]}"
            return " ".join(re.sub(r"[<>()\[\];|\"]|mailto:", " ", name).split()).strip(" ,"), address
    return text, ""
