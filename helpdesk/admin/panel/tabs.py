"""The queues as the tabs of the list."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User

from helpdesk.choices import Queue
from helpdesk.tickets import queues
from helpdesk.tickets.models import Ticket

# Where an empty queue sends people first.
NEXT = (Queue.OVERDUE, Queue.DUE_SOON, Queue.WAITING, Queue.MINE_OPEN, Queue.UNASSIGNED)
EMPTY = {
    Queue.MINE_OPEN: "Nothing of yours is open. Well done.",
    Queue.UNASSIGNED: "Nothing unassigned. Well done.",
    Queue.WAITING: "No customer waits for an answer. Well done.",
    Queue.DUE_SOON: "Nothing is due soon.",
    Queue.OVERDUE: "Nothing is overdue. Well done.",
    Queue.ALL: "No tickets yet.",
}


@dataclass(frozen=True)
class Tab:
    name: Queue
    title: str
    empty: str
    count: str
    link: str
    is_current: bool
    is_urgent: bool

    @property
    def is_all(self) -> bool:
        return self.name == Queue.ALL

    @property
    def noun(self) -> str:
        return "ticket" if self.count == "1" else "tickets"


def tabs(viewer: User, current: str) -> list[Tab]:
    """All of them, counted in one query."""
    found = queues.counts(Ticket.objects.visible_to(viewer), viewer)
    return [
        Tab(
            name=queue,
            title=str(queue.label),
            empty=EMPTY[queue],
            count=queues.shown(found[queue]),
            link="?" if queue == Queue.ALL else f"?queue={queue.value}",
            is_current=queue == current,
            is_urgent=queue == Queue.OVERDUE and found[queue] > 0,
        )
        for queue in Queue
    ]


def after(current: Tab, all_tabs: Sequence[Tab]) -> Tab | None:
    """The first of the others in which there is something to do."""
    by_name = {tab.name: tab for tab in all_tabs if tab.count != "0" and tab.name != current.name}
    return next((by_name[name] for name in NEXT if name in by_name), None)
