"""What waits for a person to look at: what triage is unsure of, and what it applied by itself."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from helpdesk.choices import UNRESOLVED, Verdict
from helpdesk.triage.models import Suggestion

ROWS = 20
UNSURE = 0.8


def uncertain() -> QuerySet[Suggestion]:
    """The least sure of the newest pending suggestions, of unresolved tickets that nobody has labelled."""
    newer = Suggestion.objects.filter(
        Q(created_at__gt=OuterRef("created_at"))
        | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk")),
        ticket=OuterRef("ticket"),
    )
    waiting = Suggestion.objects.pending().filter(
        ~Exists(newer),
        category_confidence__lt=UNSURE,
        ticket__status__in=UNRESOLVED,
        ticket__category_confirmed=False,
    )
    return waiting.select_related("ticket").order_by("category_confidence", "pk")[:ROWS]


def sampled() -> QuerySet[Suggestion]:
    """What was applied by itself and drawn for a person to look at."""
    drawn = Suggestion.objects.filter(verdict=Verdict.APPLIED, needs_review=True)
    return drawn.select_related("ticket").order_by("-decided_at", "-pk")[:ROWS]
