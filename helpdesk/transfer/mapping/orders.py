"""Day or month first: judged over a whole column, and over the others where it alone does not tell."""

from datetime import datetime

from django.utils import timezone

from helpdesk.transfer.mapping.plan import DAY_FIRST, MONTH_FIRST, DateRule, ImportMapping
from helpdesk.transfer.mapping.scan import Scan, TimeShapes
from helpdesk.transfer.mapping.targets import DATES


def date_rules(scan: Scan, mapping: ImportMapping, zone: str) -> dict[str, DateRule]:
    """The rule of each column with times; comments write them as the rest of the file does.

    `zone` is that of texts without one; empty is the desk's own.
    """
    zone = zone or timezone.get_default_timezone_name()
    timed = {*DATES, "comments", "notes"}
    places = [place for place, target in enumerate(mapping.columns) if target in timed]
    certain = {place: order for place in places if (order := certain_order(scan.columns[place].times))}
    orders = list(certain.values()) or [likely_order(scan.columns[place].times) for place in places]
    usual = max(orders, key=orders.count, default="")
    return {str(place): DateRule(certain.get(place) or usual, zone) for place in places}


def certain_order(times: TimeShapes) -> str:
    """What numbers above 12 say, or a future that one of the orders would lead to; or nothing."""
    if times.day_over_12 != times.month_over_12:
        return DAY_FIRST if times.day_over_12 > times.month_over_12 else MONTH_FIRST
    future = {order for order, last in times.last.items() if _is_future(last)}
    return next(iter({DAY_FIRST, MONTH_FIRST} - future), "") if len(future) == 1 else ""


def is_open(times: TimeShapes) -> bool:
    """Whether any text means another day if the order is the other one."""
    return (times.first.get(DAY_FIRST), times.last.get(DAY_FIRST)) != (
        times.first.get(MONTH_FIRST),
        times.last.get(MONTH_FIRST),
    )


def likely_order(times: TimeShapes) -> str:
    """A clock of twelve hours is used where the month comes first."""
    return MONTH_FIRST if times.half_days * 2 > times.count and not times.dotted else DAY_FIRST


def _is_future(moment: str) -> bool:
    return datetime.fromisoformat(moment) > timezone.now().replace(tzinfo=None)
