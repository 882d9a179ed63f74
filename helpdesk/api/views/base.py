"""What all routes about tickets share."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db.models import OrderBy, QuerySet
from rest_framework.generics import get_object_or_404
from rest_framework.viewsets import GenericViewSet

from helpdesk.api.ordering import Order
from helpdesk.api.throttles import ReadThrottle, WriteThrottle
from helpdesk.tickets.models import Ticket


class TicketRoutes(GenericViewSet):
    lookup_value_converter = "id"
    throttle_classes = [ReadThrottle, WriteThrottle]
    requires: ClassVar[Mapping[str, Callable[[User], bool]]] = {}
    """The predicate of each action; one that is not named is refused to everybody."""
    filters: ClassVar[Collection[str]] = ()
    """The parameters of its list, besides those of the pages."""
    orderings: ClassVar[Mapping[str, Order]] = {}

    @property
    def actor(self) -> User | None:
        """The caller, or None in open mode."""
        return self.request.user if self.request.user.is_authenticated else None

    def page_of(self, rows: QuerySet) -> list[Any]:
        return self.paginate_queryset(rows) or []

    def read(self, rows: Any, order: tuple[OrderBy, ...], limit: int) -> Sequence[Any]:
        """The rows of a page, for the pagination."""
        return list(rows.order_by(*order)[:limit])

    def named(self, row: Any) -> Any:
        """One of them with its columns as attributes."""
        return row

    def valid(self, **kwargs: Any) -> dict[str, Any]:
        """The validated body; raises ValidationError."""
        serializer = self.get_serializer(data=self.request.data, **kwargs)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


class PartRoutes(TicketRoutes):
    """Routes below ``tickets/<ticket_id>/``."""

    def get_ticket(self) -> Ticket:
        return get_object_or_404(Ticket.objects.visible_to(self.request.user), pk=self.kwargs["ticket_id"])
