"""What a search means, in one place: every word of the query begins a word of the ticket.

Both sides are folded to the same tokens (lower case, no accents), so that SQLite and PostgreSQL agree
to the letter; PostgreSQL merely finds them faster, through an index over the same tokens.
"""

import hashlib
import re
import unicodedata
from typing import Any

from django.db import connection
from django.db.models import Lookup, Q, TextField

TOKEN_LENGTH = 40
QUERY_TOKENS = 12
# So many tickets are fetched by their ids and put in order; where a word has more, the newest are found by
# walking from the newest.
FEW = 3000
_WORD = re.compile(r"[^\W_]+")


def tokens(text: str) -> list[str]:
    """The distinct folded words of a text, in order, each cut to `TOKEN_LENGTH` characters."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return list(dict.fromkeys(word[:TOKEN_LENGTH] for word in _WORD.findall(bare.casefold())))


def fingerprint(title: str, description: str) -> str:
    """20 hex digits, the same for texts that differ at most in case and white space; empty for no words."""
    words = [
        " ".join(unicodedata.normalize("NFKC", text).casefold().split()) for text in (title, description)
    ]
    text = "\n".join(words).encode(errors="surrogatepass")
    return hashlib.sha256(text).hexdigest()[:20] if any(words) else ""


def document(*texts: str) -> str:
    """The searchable form of a ticket, stored beside it by the write path."""
    return " ".join(tokens("\n".join(texts)))


# The expression of the index on PostgreSQL; the lookup must spell it the same way to use it.
POSTGRES_VECTOR = "array_to_tsvector(string_to_array({column}, ' '))"


def tsquery(text: str) -> str:
    """The words of a query as PostgreSQL asks its index for them; empty when there are none."""
    return " & ".join(f"'{token}':*" for token in tokens(text)[:QUERY_TOKENS])


class SearchField(TextField):
    """Space-separated tokens as `search.document` writes them."""


@SearchField.register_lookup
class HasWords(Lookup):
    """``search_text__words="refund inv"``: each word of the query begins a token of the column."""

    lookup_name = "words"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        column, params = self.process_lhs(compiler, connection)
        found = tokens(self.rhs)[:QUERY_TOKENS]
        # Tokens are letters and digits only: nothing in them needs escaping in a LIKE pattern.
        clauses = [f"(' ' || {column}) LIKE %s"] * len(found)
        patterns = tuple(f"% {token}%" for token in found)
        return " AND ".join(clauses) or "1 = 0", (*params * len(found), *patterns)

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
HITS = """
WITH hits AS MATERIALIZED (SELECT id FROM helpdesk_ticket WHERE {vector} @@ %s::tsquery)
SELECT id FROM hits LIMIT %s
"""


def matching(text: str) -> Q:
    """The condition that every word of `text` begins a word of the ticket.

    On PostgreSQL the few tickets of a word that is not common are fetched from the index beforehand. Its
    planner cannot tell a rare word from a common one, and for one that nobody wrote it would walk through
    every ticket from the newest; a materialised CTE cannot be planned that way.
    """
    words = Q(search_text__words=text)
    query = tsquery(text)
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
