"""What a column of a file can become."""

from dataclasses import dataclass

from helpdesk.tickets.fields import BY_NAME, FIELDS, Kind


@dataclass(frozen=True)
class Target:
    """`several` columns may have it; others only one."""

    name: str
    label: str
    several: bool = False


TARGETS = {
    target.name: target
    for target in (
        *(
            Target(field.name, field.name.replace("_", " ").capitalize(), field.name == "description")
            for field in FIELDS
        ),
        Target("requester", "Requester, name or address"),
        Target("comments", "Comments", several=True),
        Target("notes", "Internal notes", several=True),
        Target("desk", "Mark of the desk"),
    )
}
DATES = tuple(name for name in TARGETS if name in BY_NAME and BY_NAME[name].kind is Kind.MOMENT)
# Each distinct text of these is given a value once.
VALUED = ("status", "priority", "category", "assignee")
