"""The list of tickets: its tabs, filters, orders and pages, each a link that can be kept and shared."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import ListFilter
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Exists, OrderBy, OuterRef, Q, QuerySet
from django.http import HttpRequest, QueryDict
from unfold.views import ChangeList

from helpdesk import people, permissions
from helpdesk.admin.panel import fields, found
from helpdesk.admin.panel.chips import TITLES, Chip, FilterMenu, chips, choices
from helpdesk.admin.panel.found import Meant
from helpdesk.admin.panel.rows import ListRow, rows
from helpdesk.admin.panel.tabs import Tab, after, tabs
from helpdesk.choices import Queue
from helpdesk.people import signed_in
from helpdesk.tickets import queues, search
from helpdesk.tickets.bulk import BulkChange
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import FILTERS, Invalid, TicketQuerySet, nearest
from helpdesk.tickets.queues import MOST, ORDERS, URGENT
from helpdesk.workspace import preferences, reading
from helpdesk.workspace.models import Preferences

# The orders that the menu offers; the heads of the columns give the others.
OFFERED = {
    URGENT: "Most urgent first",
    "-created": "Newest first",
    "created": "Oldest first",
    "-activity": "Last activity",
    "-priority": "Priority",
    "due": "Due",
}
# What a first click on the head of a column means, where it is not from low to high.
FIRST = {"activity": "-activity", "priority": "-priority"}
BULK_FIELDS = ("status", "priority", "category", "assignee")
# What the list itself understands beside the filters.
OWN = frozenset({ORDER_VAR, PAGE_VAR, SEARCH_VAR})
COLUMNS = {
    "priority": "Priority",
    "number": "Number",
    "title": "Ticket",
    "requester": "Requester",
    "category": "Category",
    "assignee": "Assignee",
    "status": "Status",
    "activity": "Last activity",
    "due": "Due",
}


class OrderLink(NamedTuple):
    name: str
    title: str
    is_current: bool


class ListColumn(NamedTuple):
    """A head that orders by its column; `sorted` is ``ascending``, ``descending`` or empty."""

    name: str
    title: str
    link: str
    sorted: str


class CappedPaginator(Paginator):
    """Counts at most `MOST` rows: beyond that nobody pages, people filter."""

    @cached_property
    def count(self) -> int:
        return cast("TicketQuerySet", self.object_list).order_by()[:MOST].count()


class TicketChangeList(ChangeList):
    """What Django's change list is asked by the template of the list."""

    request: HttpRequest

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request, self.viewer = request, signed_in(request)
        super().__init__(request, *args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:
        """Without a filter the list is the whole: the header has nothing to compare it with."""
        super().get_results(request)
        self.full_result_count = self.result_count

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str] | None = None
    ) -> TicketQuerySet:
        """What the query asks for, in the language of `helpdesk.tickets.query`; nonsense finds nothing."""
        self.filter_specs: list[ListFilter] = []
        self.has_filters = self.has_active_filters = False
        tickets: TicketQuerySet = self.root_queryset
        try:
            tickets = tickets.matching(filters(request.GET), self.viewer)
        except Invalid as wrong:
            for name, reasons in wrong.messages.items():
                messages.error(request, f"{TITLES.get(name, name)}: {' '.join(reasons)}")
            tickets = tickets.none()
        return tickets.find(self.query, self.viewer).order_by(*self.get_ordering(request, tickets))

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[OrderBy]:
        """By one of `ORDERS`; with a minus turned around."""
        return queues.order(self.order)

    @property
    def order(self) -> str:
        given = self.params.get(ORDER_VAR, "")
        return given if given in ORDERS else URGENT

    @cached_property
    def rows(self) -> list[ListRow]:
        asked = search.asked(self.query, self.viewer) if self.query else None
        return rows(self.result_list, self.viewer, reading.unread(self.viewer, self.result_list), asked)

    @cached_property
    def meant(self) -> Meant | None:
        """What somebody may have meant whose search found nothing."""
        words = found.meant(self.query, self.viewer) if self.query and not self.result_count else ""
        return Meant(words, self.link({SEARCH_VAR: words})) if words else None

    @cached_property
    def preferences(self) -> Preferences:
        return preferences.of(self.viewer)

    @cached_property
    def tabs(self) -> list[Tab]:
        return tabs(self.viewer, self.request.GET.get("queue", Queue.ALL))

    @cached_property
    def tab(self) -> Tab:
        return next((tab for tab in self.tabs if tab.is_current), self.tabs[-1])

    @property
    def next_tab(self) -> Tab | None:
        """Where there is something to do, seen from an empty queue."""
        return after(self.tab, self.tabs)

    @cached_property
    def chips(self) -> list[Chip]:
        return chips(self.request.GET)

    @cached_property
    def staff(self) -> list[User]:
        """Who may be given tickets."""
        return [user for user, may_have_tickets in self._people if may_have_tickets]

    @cached_property
    def _people(self) -> list[tuple[User, bool]]:
        """Those, and who had tickets before they left."""
        known = User.objects.annotate(
            may_have_tickets=Exists(people.assignable().filter(pk=OuterRef("pk"))),
            has_tickets=Exists(Ticket.objects.filter(assignee=OuterRef("pk"))),
        ).filter(Q(may_have_tickets=True) | Q(has_tickets=True))
        return [(user, user.may_have_tickets) for user in known.order_by("first_name", "username")]

    @cached_property
    def filter_choices(self) -> list[FilterMenu]:
        return choices(self.request.GET, [user for user, _ in self._people])

    @property
    def orders(self) -> list[OrderLink]:
        known = OFFERED if self.order in OFFERED else {self.order: self._order_in_words(), **OFFERED}
        return [OrderLink(name, title, name == self.order) for name, title in known.items()]

    def _order_in_words(self) -> str:
        title = COLUMNS[self.order.removeprefix("-")]
        return f"{title}, from high to low" if self.order.startswith("-") else title

    @property
    def columns(self) -> list[ListColumn]:
        heads = []
        for key, title in COLUMNS.items():
            is_current = key == self.order.removeprefix("-")
            turned = key if self.order.startswith("-") else f"-{key}"
            sorted_as = "descending" if self.order.startswith("-") else "ascending"
            link = self.link({ORDER_VAR: turned if is_current else FIRST.get(key, key)})
            heads.append(ListColumn(key, title, link, sorted_as if is_current else ""))
        return heads

    @cached_property
    def can_sweep(self) -> bool:
        """Whether there is anything that this person may do to several tickets."""
        return permissions.can_change(self.viewer)

    @cached_property
    def unfinished(self) -> BulkChange | None:
        """What this person has begun and the worker has not ended yet."""
        return BulkChange.objects.filter(actor=self.viewer, finished_at=None).first()

    @property
    def can_delete(self) -> bool:
        return permissions.can_delete(self.viewer)

    @property
    def bulk_fields(self) -> tuple[str, ...]:
        return BULK_FIELDS

    @property
    def matching(self) -> str:
        return queues.shown(self.result_count + (self.result_count >= MOST))

    @property
    def cell(self) -> str:
        """What a field of a row is: a button for those who may change it."""
        return 'button type="button" class="cell"' if self.can_sweep else 'span class="cell"'

    @property
    def cell_end(self) -> str:
        return self.cell.split(" ", 1)[0]

    @cached_property
    def field_options(self) -> dict[str, Any]:
        return fields.options(self.staff)

    @property
    def newest(self) -> int:
        """The highest number there is: what comes later is new."""
        return Ticket.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    @property
    def place(self) -> str:
        """What a ticket's page needs to know to lead back and on: the query of this list."""
        query = self.get_query_string(remove=[PAGE_VAR]).removeprefix("?")
        return f"?{urlencode({'_changelist_filters': query})}" if query else ""

    @property
    def range(self) -> str:
        if not self.result_count:
            return ""
        first = (self.page_num - 1) * self.list_per_page + 1
        total = f"{MOST:,}+" if self.result_count >= MOST else f"{self.result_count:,}"
        return f"{first:,}\u2013{first + len(self.result_list) - 1:,} of {total}"

    @property
    def previous(self) -> str:
        return self.link({PAGE_VAR: self.page_num - 1}) if self.page_num > 1 else ""

    @property
    def next(self) -> str:
        return self.link({PAGE_VAR: self.page_num + 1}) if self.page_num < self.paginator.num_pages else ""

    def link(self, changed: Mapping[str, Any]) -> str:
        kept = {name: value for name, value in self.request.GET.items() if name not in {PAGE_VAR, *changed}}
        return f"?{urlencode(kept | dict(changed))}"

    @property
    def kept(self) -> list[tuple[str, str]]:
        return self._without(SEARCH_VAR)

    @property
    def kept_by_filters(self) -> list[tuple[str, str]]:
        return self._without(*(choice.name for choice in self.filter_choices))

    @property
    def kept_by_order(self) -> list[tuple[str, str]]:
        return self._without(ORDER_VAR)

    def _without(self, *names: str) -> list[tuple[str, str]]:
        """What a form of the toolbar leaves as it is."""
        given = self.request.GET
        return [
            (name, value) for name in given for value in given.getlist(name) if name not in {PAGE_VAR, *names}
        ]


def filters(given: QueryDict) -> dict[str, str]:
    """The filters among the parameters; raises `Invalid` for one that there is not."""
    unknown = [name for name in given if name not in {*FILTERS, *OWN} and not name.startswith("_")]
    if unknown:
        meant = {name: nearest(name, FILTERS) for name in unknown}
        raise Invalid(
            {
                name: ["There is no such filter." + (f" Did you mean {near}?" if near else "")]
                for name, near in meant.items()
            }
        )
    return {name: ",".join(given.getlist(name)) for name in given if name in FILTERS}
