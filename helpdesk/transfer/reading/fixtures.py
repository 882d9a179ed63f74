"""What Django's `dumpdata helpdesk` wrote of django-helpdesk: tickets, and what belongs to them, apart."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

Record = dict[str, Any]
TICKET, FOLLOW_UP, QUEUE, USER = "helpdesk.ticket", "helpdesk.followup", "helpdesk.queue", "auth.user"


def is_fixture(record: Record) -> bool:
    return {"model", "fields"} <= record.keys() and isinstance(record["fields"], dict)


class Dump:
    """Comments, queues and people of a dump; they are kept in memory, and the tickets are not."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._queues: dict[Any, str] = {}
        self._people: dict[Any, str] = {}
        self._comments: dict[Any, list[Record]] = defaultdict(list)
        for record in filter(is_fixture, records):
            fields = record["fields"]
            if record["model"] == QUEUE:
                self._queues[record.get("pk")] = fields.get("title")
            elif record["model"] == USER:
                self._people[record.get("pk")] = fields.get("email") or fields.get("username")
            elif record["model"] == FOLLOW_UP:
                self._comments[fields.get("ticket")].append(fields)

    def tickets(self, records: Iterable[Record]) -> Iterator[Record]:
        """Each ticket as one object, with its comments."""
        for record in filter(is_fixture, records):
            if record["model"] == TICKET:
                yield self._ticket(record.get("pk"), record["fields"])

    def _ticket(self, key: Any, fields: Record) -> Record:
        queue, person = fields.get("queue"), fields.get("assigned_to")
        comments = [self._comment(fields) for fields in self._comments.get(key, ())]
        return {
            "id": key,
            **fields,
            "queue": self._queues.get(queue, queue),
            "assigned_to": self._people.get(person, person),
            "comments": [comment for comment in comments if comment["body"]],
        }

    def _comment(self, fields: Record) -> Record:
        return {
            "author": self._people.get(fields.get("user")),
            "created_at": fields.get("date"),
            "body": fields.get("comment") or "",
            "is_internal": not fields.get("public", True),
        }
