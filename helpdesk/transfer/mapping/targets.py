"""What a column of a file can become."""

from dataclasses import dataclass

from helpdesk.tickets.fields import BY_NAME, FIELDS, Kind


@dataclass(frozen=True)
class Target:
    """`several` columns may have it; others only one."""

    name: str
    label: str
    several: bool = False
    is_ours: bool = False
    """Only an export of a desk like this one has it."""


LABELS = {
    "id": "Number in this desk",
    "requester_email": "Requester e-mail",
    "external_id": "External id",
    "first_responded_at": "First answered at",
}
OURS = ("id", "updated_at", "due_at", "desk")
TARGETS = {
    target.name: target
    for target in (
        *(
            Target(
                field.name,
                LABELS.get(field.name, field.name.replace("_", " ").capitalize()),
                several=field.name == "description",
                is_ours=field.name in OURS,
            )
            for field in FIELDS
        ),
        Target("requester", "Requester, name or address"),
        Target("comments", "Comments", several=True),
        Target("notes", "Internal notes", several=True),
        Target("desk", "Mark of the desk", is_ours=True),
        Target("source", "Source data", is_ours=True),
    )
}
DATES = tuple(name for name in TARGETS if name in BY_NAME and BY_NAME[name].kind is Kind.MOMENT)
# Each distinct text of these is given a value once.
VALUED = ("status", "priority", "category", "assignee")
