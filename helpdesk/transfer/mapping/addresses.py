"""People as one cell names them."""

import re

from helpdesk.tickets.fields import BY_NAME

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"|]+@[^\s<>()\[\],;:\"|]+")
LONGEST = 254


def name_and_address(text: str) -> tuple[str, str]:
    """``Ann <ann@example.com>`` or ``Ann (ann@example.com)`` apart; the first address, or nothing."""
    for found in _ADDRESS.finditer(text):
        try:
            address: str = BY_NAME["requester_email"].parser(found.group().removeprefix("mailto:"))
        except ValueError:
            continue
        if len(address) <= LONGEST:
            name = f"{text[: found.start()]} {text[found.end() :]}"
            return " ".join(re.sub(r"[<>()\[\];|\"]|mailto:", " ", name).split()).strip(" ,"), address
    return text, ""
