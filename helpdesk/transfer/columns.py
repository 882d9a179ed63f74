"""The columns of a ticket in a file, and how a header names them."""

from collections.abc import Iterable, Sequence

from helpdesk.tickets.fields import NAMES, REQUIRED
from helpdesk.tickets.parsing import canonical
from helpdesk.transfer.unreadable import Unreadable, listed

COLUMNS = NAMES
_COLUMN_OF = {canonical(column): column for column in COLUMNS}


def known(header: Iterable[str]) -> list[str]:
    """The columns of a ticket that a header names."""
    return [_COLUMN_OF[key] for key in map(canonical, header) if key in _COLUMN_OF]


def locate(header: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each known column stands, and the names of the others; raises Unreadable if that is no use."""
    places: dict[str, int] = {}
    ignored = []
    for place, name in enumerate(header):
        column = _COLUMN_OF.get(canonical(name))
        if column is None:
            ignored.append(name.strip() or f"column {place + 1} (no name)")
        elif column in places:
            raise Unreadable(f"Two columns are named {column}. Remove or rename one of them.")
        else:
            places[column] = place
    _check(places, header)
    return places, tuple(ignored)


def _check(places: dict[str, int], header: Sequence[str]) -> None:
    """Rows that cannot name an existing ticket are new ones, and those need all that is required."""
    if not places:
        found = listed(name.strip() for name in header if name.strip()) or "nothing"
        raise Unreadable(
            f"The first row names no column of a ticket. Expected: {', '.join(COLUMNS)}. Found: {found}."
        )
    missing = [column for column in REQUIRED if column not in places]
    if missing and not places.keys() & {"id", "external_id"}:
        raise Unreadable(
            f"New tickets need the columns {' and '.join(REQUIRED)}; missing: {', '.join(missing)}. "
            f"Found: {listed(places)}. To change existing tickets, add the column id or external_id."
        )
