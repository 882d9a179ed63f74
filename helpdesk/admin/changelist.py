"""The list's paging, cheap on a desk of a million tickets."""

from functools import cached_property

from django.core.paginator import Paginator
from django.http import HttpRequest
from unfold.views import ChangeList

COUNT_LIMIT = 10_000


class CappedPaginator(Paginator):
    """Counts at most `COUNT_LIMIT` rows: beyond that nobody pages, people filter."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:COUNT_LIMIT].count()


class TicketChangeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        """Without a filter the list is the whole: the header has nothing to compare it with."""
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count

    @property
    def is_capped(self) -> bool:
        return self.result_count >= COUNT_LIMIT
