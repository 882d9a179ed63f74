"""The database side of search: one lookup with the same results on both databases."""

from typing import Any

from django.db.models import Lookup, TextField

from helpdesk.tickets import search

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
        return search.tokens(self.rhs)[: search.QUERY_TOKENS]

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
