"""New labels that contradict the record or each other: set aside until a lead has looked at them."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from helpdesk.triage.local.likeness import template
from helpdesk.triage.models import SetAside
from helpdesk.triage.prediction import FIELDS, LabelledText

FEWEST = 60  # labels, before they can be told from chance
SURE = 3.0  # standard errors above chance, by which labels show that they have to do with the texts
FEWEST_TWINS, MOST_CONTRADICTED = 10, 0.3
FEWEST_OTHERS = 50  # tickets by which the usual mixture of answers is known


@dataclass(frozen=True)
class Batch:
    """New labels of one field by ticket, and what is said of the same tickets without knowing them.

    `known` is what the live version answers, `unseen` what a candidate did that had learned the others;
    `usual` counts the live version's answers about other tickets of the desk.
    """

    field: str
    labels: Mapping[int, str]
    known: Mapping[int, str]
    unseen: Mapping[int, str]
    usual: Mapping[str, int]


def complaint(batch: Batch) -> str:
    """Why the labels should be looked at before they are learned; empty when nothing speaks against them."""
    if len(batch.labels) < FEWEST:
        return ""
    by_live = _above_chance(batch.labels, batch.known, _shares(batch))
    by_themselves = _above_chance(batch.labels, batch.unseen, _mixture(batch.unseen.values()))
    if max(by_live, by_themselves) >= SURE:
        return ""
    agreed = sum(batch.known[pk] == label for pk, label in batch.labels.items())
    most, count = Counter(batch.labels.values()).most_common(1)[0]
    kind = f"{count} of them {most}" if count > len(batch.labels) * 0.9 else "of every kind"
    return (
        f"{len(batch.labels):,} new labels, {kind}, have nothing to do with the texts: triage agrees with "
        f"{agreed}, no more than by chance, and they do not explain each other."
    )


def contradictions(labels: Mapping[int, LabelledText], field: str) -> dict[int, int]:
    """Tickets with another label than an earlier one that says nearly the same: ``{later: earlier}``."""
    first: dict[str, int] = {}
    found: dict[int, int] = {}
    for pk in sorted(labels):
        text = labels[pk]
        key = template(text.title, text.description)
        if not getattr(text, field) or not key:
            continue
        earlier = first.setdefault(key, pk)
        if getattr(labels[earlier], field) != getattr(text, field):
            found[pk] = earlier
    return found


def twins_complaint(labels: Mapping[int, LabelledText], field: str, new: Sequence[int]) -> str:
    """The same about new labels of texts that were settled before, nearly word for word, in another way."""
    contradicted = len(contradictions(labels, field).keys() & set(new))
    keys = Counter(template(text.title, text.description) for text in labels.values() if getattr(text, field))
    twins = sum(keys[template(labels[pk].title, labels[pk].description)] > 1 for pk in new)
    if twins < FEWEST_TWINS or contradicted < MOST_CONTRADICTED * twins:
        return ""
    return f"{contradicted:,} of {twins:,} new labels contradict those of tickets that say nearly the same."


def set_aside(field: str, labels: Mapping[int, str], why: str) -> SetAside:
    return SetAside.objects.create(
        field=field, labels={str(pk): label for pk, label in labels.items()}, reason=why
    )


def decide(row: SetAside, *, learn: bool, actor: User | None) -> SetAside:
    """A lead has looked: learn the labels after all, or leave them out for good."""
    row.learn, row.decided_by, row.decided_at = learn, actor, timezone.now()
    row.save(update_fields=["learn", "decided_by", "decided_at"])
    return row


def _above_chance(
    labels: Mapping[int, str], answers: Mapping[int, str], shares: Mapping[str, float]
) -> float:
    """By how many standard errors the answers agree with the labels more often than unrelated ones would."""
    count = len(labels)
    chance = sum(shares.get(label, 0.0) for label in labels.values()) / count
    agreed = sum(answers.get(pk) == label for pk, label in labels.items())
    error = math.sqrt(count * chance * (1 - chance))
    return (agreed - count * chance) / error if error > 0 else 0.0


def _shares(batch: Batch) -> Mapping[str, float]:
    """How often the live version gives each answer on this desk; without other tickets, all alike."""
    labels = FIELDS[batch.field].values
    total = sum(batch.usual.values())
    if total < FEWEST_OTHERS:
        return dict.fromkeys(labels, 1 / len(labels))
    return {label: batch.usual.get(label, 0) / total for label in labels}


def _mixture(answers: Iterable[str]) -> Mapping[str, float]:
    counts = Counter(answers)
    return {label: count / counts.total() for label, count in counts.items()}
