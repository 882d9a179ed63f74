"""The local model that answers now: the live version, or the lexicon alone."""

import functools
import logging

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from helpdesk.choices import ModelState
from helpdesk.triage.local.linear import LocalModel
from helpdesk.triage.local.stored import CorruptModel
from helpdesk.triage.models import TriageModel, VersionChoice
from helpdesk.triage.prediction import Classifier

logger = logging.getLogger(__name__)
KEY = "live-triage-model"
# How long another process may go on with the version before.
SECONDS = 5
LISTED = 25


def current() -> Classifier:
    """The live version; the query that finds it is repeated every few seconds at most."""
    version = cache.get(KEY)
    if version is None:
        version = TriageModel.objects.live().values_list("pk", flat=True).first() or 0
        cache.set(KEY, version, SECONDS)
    return load(version)


@functools.lru_cache(maxsize=4)
def load(version: int) -> Classifier:
    """A version by its number, 0 for the lexicon alone. One that is damaged is left out, with a warning."""
    weights = TriageModel.objects.filter(pk=version).values_list("weights", flat=True).first()
    if weights is None:
        return LocalModel()
    try:
        return LocalModel.from_json(weights, version=version)
    except CorruptModel as damage:
        logger.warning("Version %s of the local model is damaged, the lexicon answers: %s", version, damage)
        return LocalModel()


def newest() -> list[TriageModel]:
    return list(TriageModel.objects.summaries()[:LISTED])


def forget() -> None:
    """Look again now: the live version has changed."""
    cache.delete(KEY)


@transaction.atomic
def promote(model: TriageModel, *, actor: User | None, note: str = "") -> TriageModel:
    """Make a version the live one; going back to an earlier one is the same. A person's choice stays."""
    if actor:
        _choose(model, actor)
    TriageModel.objects.live().exclude(pk=model.pk).update(state=ModelState.RETIRED)
    model.state, model.promoted_by, model.promoted_at = ModelState.LIVE, actor, timezone.now()
    model.note = note or model.note
    model.save(update_fields=["state", "promoted_by", "promoted_at", "note"])
    transaction.on_commit(forget)
    return model


@transaction.atomic
def retire_all(*, actor: User | None) -> None:
    """Let the lexicon answer alone, until a person makes a version live or lets the best one answer again."""
    _choose(None, actor)
    TriageModel.objects.live().update(state=ModelState.RETIRED)
    transaction.on_commit(forget)


def choice() -> VersionChoice | None:
    """What a lead chose to stay, if anything."""
    return VersionChoice.objects.select_related("version", "chosen_by").first()


def let_choose() -> None:
    """From now on a version that proves better goes live by itself again."""
    VersionChoice.objects.all().delete()


def _choose(version: TriageModel | None, actor: User | None) -> None:
    VersionChoice.objects.all().delete()
    VersionChoice.objects.create(version=version, chosen_by=actor)
