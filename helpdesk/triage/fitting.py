"""Learning from what people settle: fit a candidate, judge each field of it, and promote what is better.

Imports the numerical libraries, so it belongs into a process of its own: `manage.py learn`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.cache import caches
from django.db import transaction

from helpdesk.choices import ModelState
from helpdesk.tickets.models import Ticket
from helpdesk.triage import batches, versions
from helpdesk.triage.gate import Comparison, Ruling
from helpdesk.triage.judging import CandidateModel, Labels, Live, Trial
from helpdesk.triage.labels import digest, gather
from helpdesk.triage.learning import LOCK, LOCK_SECONDS, report
from helpdesk.triage.local import self_training
from helpdesk.triage.local.linear import FORMAT
from helpdesk.triage.local.training import FEWEST_TEXTS
from helpdesk.triage.models import TriageModel, VersionChoice
from helpdesk.triage.prediction import FIELDS, LabelledText

KEPT_VERSIONS = 20
BACKLOG = 2_000  # tickets that are read where there are no labels
OTHERS = 200  # tickets that show what the live version usually answers


def learn(*, force: bool = False) -> TriageModel | None:
    """Fit and compare; None when nothing is new, or somebody else is learning at the moment."""
    if not caches["shared"].add(LOCK, "reading the labels", LOCK_SECONDS):
        return None
    try:
        return _learn(force)
    finally:
        caches["shared"].delete(LOCK)


def _learn(force: bool) -> TriageModel | None:
    labels = gather()
    version = TriageModel.objects.live().first()
    if version is None and len(labels) < FEWEST_TEXTS and (taught := _teach(force=force)):
        return taught
    known = TriageModel.objects.filter(labels_hash=digest(labels)).exists()
    if not labels or (known and not force):
        return None
    live = _live(version)
    report(f"fitting {len(labels):,} labels")
    candidate = CandidateModel.of(labels)
    report("judging the candidate")
    trial = Trial(candidate, live, live.answers(labels), _usual(live, labels))
    if complaints := trial.complaints():
        for field, (doubtful, why) in complaints.items():
            batches.set_aside(field, doubtful, why)
        labels = gather()
        if not labels:
            return None
        report("fitting without what was set aside")
        trial = Trial(CandidateModel.of(labels), live, trial.answers, trial.usual)
    return _store(trial.candidate, version, {field: trial.rule(field) for field in FIELDS})


def _teach(*, force: bool) -> TriageModel | None:
    """A version for a desk without labels, from the texts of its tickets; None where it would not help."""
    newest = Ticket.objects.order_by("-pk").values_list("pk", "title", "description", "text_hash")[:BACKLOG]
    texts = {key: (pk, LabelledText(title, description, key=key)) for pk, title, description, key in newest}
    hashed = digest(dict(texts.values()))
    if TriageModel.objects.filter(labels_hash=hashed).exists() and not force:
        return None
    report(f"reading {len(texts):,} tickets without labels")
    weights = self_training.teach([text for _, text in texts.values()])
    if weights is None:
        return None
    model = TriageModel.objects.create(
        weights=weights,
        labels_hash=hashed,
        label_count=0,
        state=ModelState.REJECTED,
        note=f"Without labels: the words of {len(texts):,} tickets, beside the lexicon's answers about them.",
    )
    return model if versions.choice() else versions.promote(model, actor=None)


def _live(version: TriageModel | None) -> Live:
    if version is None:
        return Live(versions.load(0))

    def by_number(stored: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[int, Any]]:
        return {field: {int(pk): value for pk, value in part.items()} for field, part in stored.items()}

    return Live(versions.load(version.pk), by_number(version.known), by_number(version.unseen))


def _usual(live: Live, labels: Labels) -> dict[str, Counter[str]]:
    """The live version's answers about other tickets of the desk, counted for each field."""
    others = Ticket.objects.exclude(pk__in=list(labels)).order_by("-pk")[:OTHERS]
    said = [live.classifier.classify(t.title, t.description, timeout=1) for t in others]
    return {field: Counter(getattr(answer, field).value for answer in said) for field in FIELDS}


@transaction.atomic
def _store(
    candidate: CandidateModel, live: TriageModel | None, rulings: Mapping[str, tuple[Ruling, Comparison]]
) -> TriageModel:
    """Keep the version. What is taken goes live with the rest of the version before, unless a lead chose.

    Of a version that is not taken at all the whole fit is kept, for a lead to make it live.
    """
    taken = {field for field, (ruling, _) in rulings.items() if ruling.taken}
    chosen = versions.choice()
    model = TriageModel(
        weights={"format": FORMAT, "weights": {}},
        labels_hash=digest(candidate.labels),
        label_count=len(candidate.labels),
        learned_from={str(pk): [text.category, text.priority] for pk, text in candidate.labels.items()},
        metrics={
            field: {**asdict(judged), "taken": ruling.taken, "reason": ruling.reason}
            for field, (ruling, judged) in rulings.items()
        },
        state=ModelState.REJECTED,
        note=_note(rulings, chosen if taken else None),
    )
    for field in FIELDS:
        if field in taken or not taken:
            _take(model, field, candidate)
        elif live:
            _keep(model, field, live)
    model.save()
    old = TriageModel.objects.exclude(state=ModelState.LIVE).values_list("pk", flat=True)[KEPT_VERSIONS:]
    TriageModel.objects.filter(pk__in=list(old)).exclude(pk=(chosen and chosen.version_id) or 0).delete()
    return versions.promote(model, actor=None) if taken and not chosen else model


def _take(model: TriageModel, field: str, candidate: CandidateModel) -> None:
    if field in candidate.weights["weights"]:
        model.weights["weights"][field] = candidate.weights["weights"][field]
        texts = candidate.labels.items()
        model.known[field] = {str(pk): label for pk, text in texts if (label := getattr(text, field))}
        model.unseen[field] = {str(pk): list(answer) for pk, answer in candidate.unseen[field].items()}


def _keep(model: TriageModel, field: str, live: TriageModel) -> None:
    if field in live.weights.get("weights", {}):
        model.weights["weights"][field] = live.weights["weights"][field]
        model.known[field], model.unseen[field] = live.known.get(field, {}), live.unseen.get(field, {})


def _note(rulings: Mapping[str, tuple[Ruling, Comparison]], chosen: VersionChoice | None) -> str:
    told = " ".join(f"{field.capitalize()}: {ruling.reason}." for field, (ruling, _) in rulings.items())
    return (f"{chosen} was chosen to stay. " if chosen else "")[:300] + told[:260]
