"""A mapping that a person has settled serves the next file with the same columns."""

from collections.abc import Mapping
from dataclasses import replace

from helpdesk.transfer.mapping.names import fingerprint
from helpdesk.transfer.mapping.orders import certain_order, date_rules
from helpdesk.transfer.mapping.plan import ImportMapping
from helpdesk.transfer.mapping.proposal import propose_values, written_as_markup
from helpdesk.transfer.mapping.scan import Scan


def recall(scan: Scan, earlier: ImportMapping, people: Mapping[str, str]) -> ImportMapping | None:
    """The earlier mapping with what this file has new; None if its columns are other ones.

    The order of day and month is judged anew where this file shows it. That numbers are those of our
    tickets is never remembered: it is said of one file.
    """
    if earlier.fingerprint != fingerprint(scan.headers) or len(earlier.columns) != len(scan.columns):
        return None
    mapping = replace(earlier, id_is_ours=False, markup=written_as_markup(scan, earlier))
    proposed = propose_values(scan, mapping, people)
    mapping.values = {
        target: {**values, **earlier.values.get(target, {})} for target, values in proposed.items()
    }
    zone = next((rule.zone for rule in earlier.dates.values()), "")
    mapping.dates = date_rules(scan, mapping, zone)
    for place, rule in mapping.dates.items():
        if place in earlier.dates and not certain_order(scan.columns[int(place)].times):
            rule.order = earlier.dates[place].order
    return mapping
