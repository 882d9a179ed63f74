"""The task worker, by the loop of ours."""

import logging

from django_tasks_db.compat import TASKS_LOGGER
from django_tasks_db.management.commands import db_worker

from helpdesk.operations.worker import SteadyWorker

# The command makes its worker by this name.
db_worker.Worker = SteadyWorker  # type: ignore[misc]


class Command(db_worker.Command):
    help = "Run the background tasks."

    def configure_logging(self, verbosity: int) -> None:
        """Told to be quiet, it still says what failed."""
        level = [logging.WARNING, logging.INFO, logging.DEBUG][min(verbosity, 2)]
        for name in (TASKS_LOGGER, db_worker.logger.name):
            logging.getLogger(name).setLevel(level)
