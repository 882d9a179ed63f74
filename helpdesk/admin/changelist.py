"""The list: paging that stays cheap on a desk of a million tickets, and rows that a colleague deleted."""

from functools import cached_property

from django.core.paginator import Paginator
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from unfold.views import ChangeList

from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet, as_pk

COUNT_LIMIT = 10_000


class CappedPaginator(Paginator[Ticket]):
    """Counts at most `COUNT_LIMIT` rows: beyond that nobody pages, people filter."""

    object_list: TicketQuerySet

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:COUNT_LIMIT].count()


class TicketChangeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        """Without a filter the list is the whole: the header has nothing to compare it with."""
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class ListFormSet(BaseModelFormSet):
    """The editable rows; one whose ticket is gone by the time of saving is left out, the others are saved."""

    @cached_property
    def forms(self) -> list[ModelForm]:
        return [form for form in super().forms if form.instance.pk]


def deleted_rows(request: HttpRequest) -> list[int]:
    """The ids of sent rows whose tickets are gone."""
    sent = [name for name in request.POST if name.startswith("form-") and name.endswith("-id")]
    ids = {pk for name in sent if (pk := as_pk(request.POST.get(name, "")))}
    return sorted(ids - set(Ticket.objects.filter(pk__in=ids).values_list("pk", flat=True)))
