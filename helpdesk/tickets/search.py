"""What a search means, in one place: every word of the query begins a word of the ticket.

Both sides are folded to the same tokens (`helpdesk.tickets.spelling`), so that SQLite and PostgreSQL agree to
the letter; PostgreSQL merely finds them faster, through an index over the same tokens.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Lookup, Q, TextField

from helpdesk.permissions import User, can_look_inside
from helpdesk.tickets import spelling

QUERY_TOKENS = 12
# PostgreSQL takes a megabyte of words for one row; what a ticket says beyond this is not found.
DOCUMENT_BYTES = 600_000
LONGEST_CHARACTER = 4  # bytes of UTF-8
# So many tickets are fetched by their ids and put in order; where a word has more, the newest are found by
# walking from the newest.
FEW = 3000


class Place(StrEnum):
    """Where the words of a ticket stand. The value is a mark before each of them, which no word contains."""

    TEXT = ""
    REQUESTER = "@"
    REPLY = ">"
    NOTE = "~"


PUBLIC = tuple(place for place in Place if place != Place.NOTE)
_MARKS = "".join(Place)


# The beginning of a word, and its other forms as a whole.
Word = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Search:
    """What somebody looks for, and in which places."""

    words: tuple[Word, ...]
    places: tuple[Place, ...]


def asked(text: str, viewer: User | None) -> Search:
    """The search for a text; internal notes are looked into only for a viewer who may read them."""
    words = spelling.asked(text)[:QUERY_TOKENS]
    notes = viewer is not None and can_look_inside(viewer)
    return Search(tuple((word, spelling.forms(word)) for word in words), tuple(Place) if notes else PUBLIC)


def fingerprint(title: str, description: str) -> str:
    """20 hex digits, the same for texts that differ at most in case and white space; empty for no words."""
    words = [
        " ".join(unicodedata.normalize("NFKC", text).casefold().split()) for text in (title, description)
    ]
    text = "\n".join(words).encode(errors="surrogatepass")
    return hashlib.sha256(text).hexdigest()[:20] if any(words) else ""


def document(texts: Mapping[Place, str], before: str = "") -> str:
    """The searchable form of a ticket, stored beside it by the write path.

    Of a document from `before`, the words of the places that are not named are kept.
    """
    kept = [token for token in before.split() if _place(token) not in texts]
    return _fitting(_marked(texts) + kept)


def heard(before: str, place: Place, text: str) -> str:
    """The document with the words of one more message."""
    return _fitting([*before.split(), *_marked({place: text})])


def _place(token: str) -> Place:
    return Place(token[0]) if token[0] in _MARKS else Place.TEXT


def _marked(texts: Mapping[Place, str]) -> list[str]:
    found: list[str] = []
    for place, text in texts.items():
        mark, words = place.value, spelling.tokens(text)
        found += [mark + word for word in words] if mark else words
    return found


def _fitting(tokens: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(tokens))
    whole = " ".join(distinct)
    if len(whole) * LONGEST_CHARACTER <= DOCUMENT_BYTES:
        return whole
    kept, room = [], DOCUMENT_BYTES
    for token in distinct:
        room -= len(token.encode(errors="surrogatepass")) + 1
        if room < 0:
            break
        kept.append(token)
    return " ".join(kept)


def found_in(document: str, search: Search) -> tuple[Place, ...]:
    """The first place that has all the words; else the places that have some each; none without a match."""
    hits = [_places_of(word, document, search.places) for word in search.words]
    if not hits or not all(hits):
        return ()
    for place in search.places:
        if all(place in places for places in hits):
            return (place,)
    return tuple(dict.fromkeys(places[0] for places in hits))


def _places_of(word: Word, document: str, among: tuple[Place, ...]) -> list[Place]:
    beginning, forms = word
    ends = "|".join([beginning, *(rf"{form}(?!\S)" for form in forms)])
    found = set(re.findall(rf"(?:^|(?<= ))([{_MARKS}]?)(?:{ends})", document))
    return [place for place in among if place in found]


# The expression of the index on PostgreSQL; the lookup must spell it the same way to use it.
POSTGRES_VECTOR = "array_to_tsvector(string_to_array({column}, ' '))"


def tsquery(search: Search) -> str:
    """A search as PostgreSQL asks its index for it; empty when there are no words."""
    return " & ".join(
        "(" + " | ".join(
            [f"'{place}{word}':*" for place in search.places]
            + [f"'{place}{form}'" for place in search.places for form in forms]
        ) + ")"
        for word, forms in search.words
    )  # fmt: skip


class SearchField(TextField):
    """Space-separated tokens as `search.document` writes them."""


@SearchField.register_lookup
class HasWords(Lookup):
    """``search_text__words=search.asked("refund inv", viewer)``."""

    lookup_name = "words"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        column, params = self.process_lhs(compiler, connection)
        # Tokens are letters and digits only: nothing in them needs escaping in a LIKE pattern.
        patterns = [
            [f"%{place or ' '}{word}%" for place in self.rhs.places]
            + [f"%{place or ' '}{form} %" for place in self.rhs.places for form in forms]
            for word, forms in self.rhs.words
        ]
        clauses = [
            "(" + " OR ".join([f"(' ' || {column} || ' ') LIKE %s"] * len(some)) + ")" for some in patterns
        ]
        flat = [pattern for some in patterns for pattern in some]
        return " AND ".join(clauses) or "1 = 0", (*params * len(flat), *flat)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        column, params = self.process_lhs(compiler, connection)
        query = tsquery(self.rhs)
        if not query:
            return "1 = 0", ()
        return f"{POSTGRES_VECTOR.format(column=column)} @@ %s::tsquery", (*params, query)


# A word is common that is in one of fifty of the newest tickets: walking from the newest soon fills a page.
SAMPLE, COMMON = 500, 10
NEWEST = """
SELECT count(*) FROM (
  SELECT search_text FROM helpdesk_ticket ORDER BY created_at DESC, id DESC LIMIT %s
) newest WHERE {vector} @@ %s::tsquery
"""
# In a subselect the planner does not see the words: for one that stands in a third of the tickets, but not in
# the new ones, it would read tickets from the oldest on, and with bad luck all of them.
HITS = """
WITH hits AS MATERIALIZED (SELECT id FROM helpdesk_ticket WHERE {vector} @@ (SELECT %s::tsquery))
SELECT id FROM hits LIMIT %s
"""


def matching(text: str, viewer: User | None) -> Q:
    """The condition that every word of `text` is found.

    On PostgreSQL the few tickets of a word that is not common are fetched from the index beforehand. Its
    planner cannot tell a rare word from a common one, and for one that nobody wrote it would walk through
    every ticket from the newest; a materialised CTE cannot be planned that way.
    """
    search = asked(text, viewer)
    words = Q(search_text__words=search)
    query = tsquery(search)
    if connection.vendor != "postgresql" or not query:
        return words
    vector = POSTGRES_VECTOR.format(column="search_text")
    with connection.cursor() as cursor:
        cursor.execute(NEWEST.format(vector=vector), [SAMPLE, query])
        if cursor.fetchone()[0] >= COMMON:
            return words
        cursor.execute(HITS.format(vector=vector), [query, FEW + 1])
        found = [pk for (pk,) in cursor.fetchall()]
    return words if len(found) > FEW else Q(pk__in=found)
