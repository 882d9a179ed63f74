"""What a search means, in one place: every word of the query begins a word of the ticket.

Both sides are folded to the same tokens (lower case, no accents), so that SQLite and PostgreSQL agree
to the letter; PostgreSQL merely finds them faster, through an index over the same tokens.
"""

import hashlib
import re
import unicodedata
from typing import Any

from django.db.models import Lookup, TextField

TOKEN_LENGTH = 40
QUERY_TOKENS = 12
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


class SearchField(TextField):
    """Space-separated tokens as `search.document` writes them."""


@SearchField.register_lookup
class HasWords(Lookup):
    """``search_text__words="refund inv"``: each word of the query begins a token of the column."""

    lookup_name = "words"
    prepare_rhs = False

    def _tokens(self) -> list[str]:
        return tokens(self.rhs)[:QUERY_TOKENS]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[str]]:
        column, params = self.process_lhs(compiler, connection)
        found = self._tokens()
        # Tokens are letters and digits only: nothing in them needs escaping in a LIKE pattern.
        clauses = [f"(' ' || {column}) LIKE %s"] * len(found)
        return " AND ".join(clauses) or "1 = 0", [*params * len(found), *(f"% {token}%" for token in found)]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[str]]:
        column, params = self.process_lhs(compiler, connection)
        query = " & ".join(f"'{token}':*" for token in self._tokens())
        if not query:
            return "1 = 0", []
        return f"{POSTGRES_VECTOR.format(column=column)} @@ %s::tsquery", [*params, query]
