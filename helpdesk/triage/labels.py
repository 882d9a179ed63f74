"""What people have settled, as far as triage may learn from it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Q

from helpdesk.tickets.models import Ticket
from helpdesk.triage.models import SetAside
from helpdesk.triage.prediction import LabelledText

LABEL_LIMIT = 5_000

# By ticket id: its text, and the labels that a person gave it.
Labels = Mapping[int, LabelledText]


def gather(limit: int = LABEL_LIMIT) -> dict[int, LabelledText]:
    """The newest tickets with a label that a person settled, oldest first; None where nobody did.

    A label that is set aside is left out, until somebody gives the ticket another one.
    """
    settled = Ticket.objects.filter(Q(category_confirmed=True) | Q(priority_confirmed=True))
    newest = settled.order_by("-updated_at", "-pk")[:limit]
    labels = {
        ticket.pk: LabelledText(
            title=ticket.title,
            description=ticket.description,
            category=ticket.category if ticket.category_confirmed else None,
            priority=ticket.priority if ticket.priority_confirmed else None,
            key=ticket.text_hash,
        )
        for ticket in reversed(newest)
    }
    for row in SetAside.objects.left_out():
        for pk, label in row.labels.items():
            text, no_label = labels.get(int(pk)), dict[str, Any]([(row.field, None)])
            if text and getattr(text, row.field) == label:
                labels[int(pk)] = replace(text, **no_label)
    return {pk: text for pk, text in labels.items() if text.category or text.priority}


def digest(labels: Labels) -> str:
    """Of the labels and the texts: the same ones need no new fit."""
    told = [[pk, e.title, e.description, e.category, e.priority] for pk, e in sorted(labels.items())]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
