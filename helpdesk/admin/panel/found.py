"""What a search of the list has to say: where it found a ticket, and what may have been meant."""

from typing import NamedTuple

from django.contrib.auth.models import User

from helpdesk.tickets import search, spelling
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.search import Place, Search

# The words that somebody may have meant are those of so many of the newest tickets.
COMPARED = 2000
IN_WORDS = {
    Place.TEXT: "in the description",
    Place.REQUESTER: "requester",
    Place.REPLY: "in a reply",
    Place.NOTE: "in a note",
}


class Meant(NamedTuple):
    words: str
    link: str


def where(ticket: Ticket, asked: Search) -> str:
    """Where the words stand, unless the title shows all of them; empty for what was found by its number."""
    title = search.document({Place.TEXT: ticket.title})
    if search.found_in(title, asked):
        return ""
    return ", ".join(IN_WORDS[place] for place in search.found_in(ticket.search_text, asked))


def meant(text: str, viewer: User) -> str:
    """The same words as titles and requesters spell them, if that finds anything; else empty."""
    newest = Ticket.objects.visible_to(viewer).order_by("-created_at", "-id")[:COMPARED]
    known: dict[str, str] = {}
    for title, name in newest.values_list("title", "requester_name"):
        known.update(spelling.written(f"{title}\n{name}"))
    right = spelling.meant(text, known)
    return right if right and Ticket.objects.visible_to(viewer).find(right, viewer).exists() else ""
