"""The task worker, which also says that it is alive and takes up what a dead one has left."""

from typing import Any

from django_tasks_db.management.commands import db_worker

from helpdesk.jobs import workers


class Command(db_worker.Command):
    help = "Run the background tasks."

    def handle(self, *, worker_id: str, **options: Any) -> None:
        with workers.beating(worker_id):
            super().handle(worker_id=worker_id, **options)
