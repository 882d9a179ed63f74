"""Django's PostgreSQL, with statements that are planned once, and a check of kept connections that asks the
server only when it must."""

import select
from collections.abc import Sequence
from datetime import timezone
from itertools import count
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper

# So many statements are kept planned for one connection, which lives ten minutes; others are run as they are.
PLANS = 100


class DatabaseWrapper(base.DatabaseWrapper):
    # Makes UTC of the offset that comes with each time, as Django does, without a call of Python.
    tzinfo_factory = timezone  # type: ignore[assignment]  # psycopg2 gives a timedelta, not a number

    def init_connection_state(self) -> None:
        super().init_connection_state()
        self.plans: dict[str, str] = {}
        self.plan_names = map("plan_{}".format, count())

    def execute_planned(self, cursor: CursorWrapper, sql: str, params: Sequence[Any] | None) -> None:
        """`cursor.execute`, but the server plans the statement once for the connection.

        To plan a join of a few rows takes several times as long as to read them. The plan is for parameters
        of any value, so what is worth planning anew for each value does not belong here.
        """
        plan = self.plans.pop(sql, "")  # one that fails is not used again
        run = f" ({', '.join(['%s'] * len(params))})" if params else ""
        if plan:
            cursor.execute(f"EXECUTE {plan}{run}", params)
        elif len(self.plans) < PLANS:
            plan = next(self.plan_names)
            cursor.execute(f"PREPARE {plan} AS {_numbered(sql, params)}; EXECUTE {plan}{run}", params)
        else:
            cursor.execute(sql, params)
            return
        self.plans[sql] = plan

    def is_usable(self) -> bool:
        """Django asks ``SELECT 1`` before each request, which costs as much as reading a ticket.

        A server that goes away says so, or its machine does: what waits on the socket of an idle connection
        is its farewell. Where nothing waits and nothing has failed there is nothing to ask.
        """
        if self.connection is None or self.connection.closed or self.errors_occurred or self._is_spoken_to():
            return super().is_usable()
        return True

    def _is_spoken_to(self) -> bool:
        """Whether something waits to be read, or the socket is broken."""
        poll = select.poll()  # unlike select(), it knows no highest number of a file
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))


def _numbered(sql: str, params: Sequence[Any] | None) -> str:
    """The statement with $1, $2 … for its parameters, to be a part of one that has others."""
    if params is None:
        return sql
    return (sql % tuple(f"${number}" for number in range(1, len(params) + 1))).replace("%", "%%")
