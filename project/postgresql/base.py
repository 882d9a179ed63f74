"""Django's PostgreSQL, with a check of kept connections that asks the server only when it must."""

import select
from datetime import timezone

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    # Makes UTC of the offset that comes with each time, as Django does, without a call of Python.
    tzinfo_factory = timezone  # type: ignore[assignment]  # psycopg2 gives a timedelta, not a number

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
