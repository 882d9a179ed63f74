"""What a desk makes of a file before anybody has said anything."""

from helpdesk.tickets.parsing import canonical
from helpdesk.transfer.mapping.plan import KEEP, ImportMapping
from helpdesk.transfer.mapping.scan import Scan
from helpdesk.transfer.mapping.targets import TARGETS


def propose(scan: Scan) -> ImportMapping:
    """A target for each column, with the reasons."""
    names = {canonical(name): name for name in TARGETS}
    return ImportMapping([names.get(canonical(column.header), KEEP) for column in scan.columns])
