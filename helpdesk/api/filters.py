"""The query parameters of lists: the language of `tickets.query`, and the errors it gives."""

from collections.abc import Collection, Mapping

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from helpdesk.tickets.query import FILTERS, Invalid, TicketQuerySet, nearest

# What clients of other APIs page by.
ELSEWHERE = frozenset({"page", "limit", "offset"})
FOLLOW_LINKS = (
    'Pages are not numbered here. Follow the address that the answer\'s Link header names as rel="next"; '
    "page_size says how long a page is."
)
PARAMETERS = [
    OpenApiParameter(name, dict(known.schema), OpenApiParameter.QUERY, description=known.help)
    for name, known in FILTERS.items()
]


def asked(request: Request) -> dict[str, str]:
    """The filters of a request; a parameter given twice is the same as with a comma."""
    return {name: ",".join(values) for name, values in request.query_params.lists() if name in FILTERS}


def tickets(request: Request, among: TicketQuerySet) -> TicketQuerySet:
    """The tickets that pass the filters of a request."""
    params = asked(request)
    visible = among.visible_to(request.user)
    try:
        return visible.matching(params, request.user) if params else visible
    except Invalid as wrong:
        raise ValidationError(wrong.messages) from wrong


def refuse_unknown(given: Mapping[str, str], known: Collection[str]) -> None:
    """Whoever mistypes a filter must not get everything; one that is empty or private passes."""
    unknown = [name for name in given if name not in known and given[name] and not name.startswith("_")]
    if unknown:
        raise ValidationError({name: [_advice(name, known)] for name in unknown})


def _advice(name: str, known: Collection[str]) -> str:
    if name in ELSEWHERE:
        return FOLLOW_LINKS
    meant = nearest(name, known)
    hint = f"Did you mean {meant}?" if meant else f"Known are: {', '.join(sorted(known))}."
    return f"There is no such parameter. {hint}"
