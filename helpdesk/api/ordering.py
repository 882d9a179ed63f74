"""Orderings of a list in which a page can begin at any place at no extra cost."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Case, F, OrderBy, Q, Value, When


class Position(NamedTuple):
    """Where a row stands: its value in the column of the ordering (as JSON), and its id."""

    value: Any
    id: int


@dataclass(frozen=True)
class Order:
    """By one column of times; ids break ties in the same direction, and empty values come last.

    The pages are cut by a range and an exclusion, which an index can follow: neither by OFFSET,
    nor by ``a < x OR (a = x AND id < y)``.
    """

    field: str
    descending: bool = False
    nullable: bool = False

    @cache  # noqa: B019  # there are a dozen of them, for as long as the process lives
    def columns(self, *, backward: bool) -> tuple[OrderBy, ...]:
        descending = self.descending != backward
        nulls = {"nulls_first" if backward else "nulls_last": True} if self.nullable else {}
        return OrderBy(self._key(), descending=descending, **nulls), OrderBy(F("id"), descending=descending)

    def place(self, row: Any) -> Position:
        value = getattr(row, self.field)
        return Position(value.isoformat() if isinstance(value, datetime) else value, row.id)

    def beyond(self, place: Position, *, backward: bool) -> Q:
        """The rows that come after a place, or before it."""
        value = self._read(place.value)
        rising = self.descending == backward
        passed = Q(**{self.field: value, "id__lte" if rising else "id__gte": place.id})
        return self._from(value, rising=rising, backward=backward) & ~passed

    def _key(self) -> Any:
        return F(self.field)

    def _read(self, value: str | None) -> Any:
        return value and datetime.fromisoformat(value)

    def _from(self, value: Any, *, rising: bool, backward: bool) -> Q:
        """The rows with this value, and all further ones."""
        empty = Q(**{f"{self.field}__isnull": True})
        if value is None:
            return Q() if backward else empty
        further = Q(**{f"{self.field}__gte" if rising else f"{self.field}__lte": value})
        return further | empty if self.nullable and not backward else further


@dataclass(frozen=True)
class RankOrder(Order):
    """By a column of words that have a rank of their own; `words` from the lowest to the highest."""

    words: tuple[str, ...] = ()

    def _key(self) -> Case:
        return Case(*(When(**{self.field: word}, then=Value(rank)) for rank, word in enumerate(self.words)))

    def _read(self, value: str | None) -> Any:
        return value

    def _from(self, value: Any, *, rising: bool, backward: bool) -> Q:
        rank = self.words.index(value)
        return Q(**{f"{self.field}__in": self.words[rank:] if rising else self.words[: rank + 1]})
