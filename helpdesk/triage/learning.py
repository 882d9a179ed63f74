"""Learning from what people settle: fit a candidate, compare it with the live one, promote the better."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta

from django.contrib.auth.models import User
from django.core.cache import caches
from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from helpdesk.choices import ModelState
from helpdesk.tickets.models import Ticket
from helpdesk.triage import versions
from helpdesk.triage.local.linear import LocalModel
from helpdesk.triage.local.training import fit
from helpdesk.triage.metrics import Outcome, Score
from helpdesk.triage.models import TriageModel
from helpdesk.triage.prediction import FIELDS, Classifier, LabelledText

LABEL_LIMIT = 5_000
# How many labels must be new before a fit is worth it: so many, or this share of what the live version knows.
NEW_LABELS, NEW_SHARE = 10, 0.05
HELD_OUT_EVERY = 5
KEPT_VERSIONS = 20
# Corrections are gathered for so long before the worker looks whether there are enough of them.
DELAY = timedelta(minutes=5)
LOCK, LOCK_SECONDS = "learning", 600

# By ticket id: its text, and the labels that a person gave it.
Labels = Mapping[int, LabelledText]


def learn(*, actor: User | None = None, force: bool = False) -> TriageModel | None:
    """Fit and compare; None when too little is new, or somebody else is learning at the moment."""
    if not caches["shared"].add(LOCK, 1, LOCK_SECONDS):
        return None
    try:
        return _learn(actor, force)
    finally:
        caches["shared"].delete(LOCK)


@task()
def learn_if_due(force: bool = False) -> None:
    if force or is_due():
        learn(force=force)


def request(*, at_once: bool = False) -> None:
    """Queue a look at the labels: soon, when there may be more of them, or because somebody asked for it.

    One look serves all that was settled before it.
    """
    if at_once:
        learn_if_due.enqueue(force=True)
        return
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=learn_if_due.module_path)
    if not waiting.exclude(args_kwargs__kwargs__has_key="force").exists():
        learn_if_due.using(run_after=timezone.now() + DELAY).enqueue()


def is_due() -> bool:
    """Whether enough has been settled since the last version was fitted, promoted or not."""
    last = TriageModel.objects.first()
    known = len(last.learned_from) if last else 0
    return len(_new(gather(), last)) >= max(NEW_LABELS, NEW_SHARE * known)


def gather(limit: int = LABEL_LIMIT) -> Labels:
    """The newest tickets with a label that a person settled, oldest first; None where nobody did."""
    settled = Ticket.objects.filter(Q(category_confirmed=True) | Q(priority_confirmed=True))
    newest = settled.order_by("-updated_at", "-pk")[:limit]
    return {
        ticket.pk: LabelledText(
            title=ticket.title,
            description=ticket.description,
            category=ticket.category if ticket.category_confirmed else None,
            priority=ticket.priority if ticket.priority_confirmed else None,
            key=ticket.text_hash,
        )
        for ticket in reversed(newest)
    }


def _learn(actor: User | None, force: bool) -> TriageModel | None:
    labels = gather()
    digest = _digest(labels)
    live = TriageModel.objects.live().first()
    known = TriageModel.objects.filter(labels_hash=digest).exists()
    if not labels or (known and not force):
        return None
    held_out = _held_out(labels, live)
    held_out_labels = [labels[pk] for pk in held_out]
    texts = {text.key for text in held_out_labels}
    rest = [text for text in labels.values() if text.key not in texts]
    candidate_score = score(LocalModel.from_json(fit(rest), version=0), held_out_labels)
    live_score = score(versions.load(live.pk if live else 0), held_out_labels)
    model = _store(labels, digest, candidate_score, live_score)
    if not candidate_score.beats(live_score):
        return model
    note = (
        f"Better: {candidate_score.right} right of {candidate_score.count}, "
        f"the version before {live_score.right}."
    )
    return versions.promote(model, actor=actor, note=note)


def _held_out(labels: Labels, live: TriageModel | None) -> set[int]:
    """Labels that the live version has not learned: half of the new ones, or every fifth.

    A text that was settled before is no measure of either: the memory answers it, whichever version is live.
    """
    if live is None:
        return {pk for pk in labels if pk % HELD_OUT_EVERY == 0} or set(labels)
    new = set(_new(labels, live))
    seen = {text.key for pk, text in labels.items() if pk not in new}
    return set(sorted(pk for pk in new if labels[pk].key not in seen)[::2])


def _new(labels: Labels, version: TriageModel | None) -> list[int]:
    """The tickets whose labels this version has not learned."""
    known = version.learned_from if version else {}
    return [pk for pk, example in labels.items() if known.get(str(pk)) != _labels(example)]


def score(classifier: Classifier, texts: Sequence[LabelledText]) -> Score:
    """Ask about every label of every text."""
    outcomes = []
    for text in texts:
        answer = classifier.classify(text.title, text.description, timeout=1)
        outcomes += [
            Outcome.of(truth, getattr(answer, name)) for name in FIELDS if (truth := getattr(text, name))
        ]
    return Score.of(outcomes)


def _store(labels: Labels, digest: str, candidate: Score, live: Score) -> TriageModel:
    """The version that would go live: fitted on everything, the held-out labels too."""
    model = TriageModel.objects.create(
        weights=fit(list(labels.values())),
        labels_hash=digest,
        label_count=len(labels),
        learned_from={str(pk): _labels(example) for pk, example in labels.items()},
        metrics={"candidate": asdict(candidate), "live": asdict(live)},
        state=ModelState.REJECTED,
        note=f"Not better: {candidate.right} right of {candidate.count}, the live version {live.right}.",
    )
    old = TriageModel.objects.exclude(state=ModelState.LIVE).values_list("pk", flat=True)[KEPT_VERSIONS:]
    TriageModel.objects.filter(pk__in=list(old)).delete()
    return model


def _labels(example: LabelledText) -> list[str | None]:
    return [example.category, example.priority]


def _digest(labels: Labels) -> str:
    """Of the labels and the texts: the same ones need no new fit."""
    told = [[pk, e.title, e.description, e.category, e.priority] for pk, e in sorted(labels.items())]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
