"""Pages of a bare array: opaque cursors in `Link` headers, at the same cost at any depth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import refuse_unknown
from helpdesk.api.ordering import Order, Position

SIGNER = signing.Signer(salt="helpdesk.api.cursor")


@dataclass(frozen=True)
class Cursor:
    """The page that follows a place, or precedes it. It is signed, so that nobody can make one up."""

    ordering: str
    place: Position
    backward: bool = False

    def write(self) -> str:
        return SIGNER.sign_object([self.ordering, *self.place, self.backward])

    @classmethod
    def read(cls, text: str, ordering: str) -> "Cursor":
        try:
            written_for, value, pk, backward = SIGNER.unsign_object(text)
        except (signing.BadSignature, ValueError):
            refuse(
                "cursor", "This cursor is damaged. Follow the Link headers, or start again without a cursor."
            )
        if written_for != ordering:
            refuse("cursor", "This cursor belongs to another ordering. Start again without a cursor.")
        return cls(ordering, Position(value, pk), backward)


class KeysetPagination(BasePagination):
    """Pages of a QuerySet, whose rows have the ordered column and an `id`.

    The view is one of `TicketRoutes`: it names its `orderings`, the default first, and its `filters`.
    """

    page_size = 100
    # Clients of open mode were written for a bare array, and know no `Link` header.
    open_page_size = max_page_size = 1000
    parameters = ("cursor", "ordering", "page_size")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        refuse_unknown(request.query_params, (*view.filters, *self.parameters))
        self.ordering, order = read_ordering(request, view.orderings)
        size = self._page_size()
        text = request.query_params.get("cursor", "")
        cursor = Cursor.read(text, self.ordering) if text else None
        backward = cursor is not None and cursor.backward
        if cursor:
            queryset = queryset.filter(order.beyond(cursor.place, backward=backward))
        found = view.read(queryset, order.columns(backward=backward), size + 1)
        page, more = list(found[:size]), len(found) > size
        if backward:
            page.reverse()
        has = {"next": more or backward, "prev": more if backward else cursor is not None}
        self.links = {}
        if page:
            first, last = (order.place(view.named(row)) for row in (page[0], page[-1]))
            self.links = self._links(first, last, has)
        return page

    def get_paginated_response(self, data: Any) -> Response:
        links = ", ".join(f'<{url}>; rel="{name}"' for name, url in self.links.items())
        return Response(data, headers={"Link": links} if links else None)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        names = list(view.orderings)
        ordering = {"type": "string", "enum": names, "default": names[0]}
        return [
            _parameter(
                "cursor", {"type": "string"}, "An opaque place in the list. Take it from a `Link` header."
            ),
            _parameter("ordering", ordering, "The order of the rows; ids break ties in the same direction."),
            _parameter("page_size", size, "At most so many rows."),
        ]

    def _page_size(self) -> int:
        text = self.request.query_params.get("page_size", "").strip()
        if not text:
            return self.open_page_size if settings.HELPDESK_API_OPEN else self.page_size
        if not (text.isascii() and text.isdecimal() and text.strip("0")):
            refuse("page_size", f"Send a number from 1 to {self.max_page_size}.")
        return int(min(float(text), self.max_page_size))

    def _links(self, first: Position, last: Position, has: Mapping[str, bool]) -> dict[str, str]:
        cursors = {
            "next": Cursor(self.ordering, last),
            "prev": Cursor(self.ordering, first, backward=True),
        }
        address, _, query = self.request.build_absolute_uri().partition("?")
        kept = [part for part in query.split("&") if part and not part.startswith("cursor=")]
        return {
            name: f"{address}?{'&'.join([*kept, f'cursor={quote(cursors[name].write())}'])}"
            for name in has
            if has[name]
        }


def read_ordering(request: Request, orderings: Mapping[str, Order]) -> tuple[str, Order]:
    name = request.query_params.get("ordering", "").strip() or next(iter(orderings))
    if name not in orderings:
        refuse("ordering", f"Choose one of: {', '.join(orderings)}.")
    return name, orderings[name]


def refuse(parameter: str, message: str) -> NoReturn:
    raise ValidationError({parameter: [message]})


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
