"""Where the tasks of the last release stood: those that wait in a queue still run. Goes with release 1.2."""

from django_tasks import task

from helpdesk.triage import reactions
from helpdesk.triage.learning import learn_if_due as learn
from helpdesk.triage.runs import go_on as work

__all__ = ["learn", "look_at", "work"]


@task()
def look_at(ticket_id: int) -> None:
    reactions.second_look([ticket_id])
