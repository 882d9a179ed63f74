"""What a provider or a version would have said of settled tickets, without flattering it.

A version is never graded on what it has learned: of such a ticket counts what models answered that were
fitted without it (cross-validated), and a copy of a learned text counts for nothing.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk.choices import ModelState
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.parsing import as_pk
from helpdesk.triage import classify
from helpdesk.triage.metrics import BUCKETS, Outcome, bucket_of, tally
from helpdesk.triage.models import TriageModel
from helpdesk.triage.prediction import FIELDS

NO_SOURCE = "here"  # of tickets that came from nowhere else
MOST_SOURCES = 20


@dataclass(frozen=True)
class Learned:
    """What a version knows, by field and ticket: labels, and answers of models without the ticket."""

    known: Mapping[str, Mapping[str, str]]
    unseen: Mapping[str, Mapping[str, Sequence[Any]]]


def step(result: dict[str, Any], provider: str, ticket: Ticket) -> None:
    """Add the answers about one ticket; raises `Unavailable` when the provider does."""
    learned, asked = _learned(provider), None
    for field in FIELDS:
        if not getattr(ticket, f"{field}_confirmed"):
            continue
        truth, known = getattr(ticket, field), learned.known.get(field, {}) if learned else {}
        if known.get(str(ticket.pk)) == truth:
            answer = learned.unseen.get(field, {}).get(str(ticket.pk)) if learned else None
            how, outcome = (
                "cross_validated",
                Outcome(truth, answer[0], answer[1], _source(ticket)) if answer else None,
            )
        elif _is_copy(ticket, known):
            how, outcome = "", None
        else:
            asked = asked or classify.ask(provider, ticket.title, ticket.description)
            how, outcome = "asked", Outcome.of(truth, getattr(asked, field), _source(ticket))
        _count(result.setdefault(field, {}), outcome, how if outcome else "left_out")


def _learned(provider: str) -> Learned | None:
    """Of a version that was learned; None for whoever never saw a label of this desk."""
    versions = TriageModel.objects.all()
    if provider.startswith(classify.VERSION):
        versions = versions.filter(pk=as_pk(provider.removeprefix(classify.VERSION)) or 0)
    elif provider == classify.LOCAL:
        versions = versions.filter(state=ModelState.LIVE)
    else:
        return None
    found = versions.values_list("pk", "created_at").first()
    return _load(*found) if found else None


@functools.lru_cache(maxsize=2)
def _load(pk: int, made: datetime) -> Learned:
    """A version never changes; `made` tells apart what had the same number in another database."""
    version = TriageModel.objects.only("known", "unseen").get(pk=pk)
    return Learned(version.known, version.unseen)


def _is_copy(ticket: Ticket, known: Mapping[str, str]) -> bool:
    """Whether another ticket with the very same text was learned."""
    if not known or not ticket.text_hash:
        return False
    others = Ticket.objects.filter(text_hash=ticket.text_hash).exclude(pk=ticket.pk)
    return any(str(pk) in known for pk in others.values_list("pk", flat=True))


def _source(ticket: Ticket) -> str:
    return ticket.external_source or NO_SOURCE


def _count(counts: dict[str, Any], outcome: Outcome | None, how: str) -> None:
    """What `runs.matrix`, `runs.reliability` and the page read."""
    counts[how] = counts.get(how, 0) + 1
    if outcome is None:
        return
    tally(counts.setdefault("matrix", {}), outcome)
    rows = counts.setdefault("reliability", [[index, 0, 0] for index in range(BUCKETS)])
    bucket = rows[bucket_of(outcome.confidence)]
    bucket[1] += 1
    bucket[2] += outcome.is_right
    sources = counts.setdefault("sources", {})
    if outcome.source in sources or len(sources) < MOST_SOURCES:
        cases = sources.setdefault(outcome.source, [0, 0])
        cases[0] += 1
        cases[1] += outcome.is_right
