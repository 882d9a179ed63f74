"""The loop of the task worker, which outlives its database and says that it lives."""

import itertools
import logging
import time
from collections.abc import Iterator

from django.db import Error, connection, transaction
from django_tasks_db.management.commands import db_worker

from helpdesk.jobs import workers
from helpdesk.operations import obstacles

logger = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
# After so long without a failure the next pause is the first again.
STEADY_SECONDS = 60


class SteadyWorker(db_worker.Worker):
    """Waits for a database that is away, locked or not migrated yet, instead of ending.

    In batch mode it ends all the same, for whoever started it wants to know.
    """

    def run(self) -> None:
        with workers.beating(self.worker_id):
            self.run_patiently()

    def run_patiently(self) -> None:
        went_on_at, lengths = 0.0, pauses()
        while self.running:
            try:
                return super().run()
            except Error as error:
                if self.batch or not self.running:
                    raise
                if time.monotonic() - went_on_at >= STEADY_SECONDS:
                    lengths = pauses()
                self.wait(error, lengths)
                went_on_at = time.monotonic()
        return None

    def wait(self, error: Error, lengths: Iterator[float]) -> None:
        """Try again until the database may be written to; one line tells of it, and one of its end."""
        said = obstacles.sentence(error) or obstacles.reason(error)
        logger.warning("The task worker waits for the database. %s", said)
        for seconds in lengths:
            connection.close()
            time.sleep(seconds)
            if self.takes_up():
                break
        logger.warning("The task worker goes on.")

    def takes_up(self) -> bool:
        """Whether what was in hand is in the queue again; in a transaction, which waits for SQLite's lock."""
        try:
            with transaction.atomic():
                workers.put_back(self.worker_id)
        except Error:
            return False
        return True


def pauses() -> Iterator[float]:
    """Seconds to wait, growing."""
    yield from (min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) for number in itertools.count())
