"""The local model that answers now: the live version, or the lexicon alone."""

import functools
import logging

from django.core.cache import cache

from helpdesk.tickets import search
from helpdesk.tickets.models import Ticket
from helpdesk.triage.local.linear import CorruptModel, LocalModel
from helpdesk.triage.models import TriageModel
from helpdesk.triage.prediction import Classifier, Label, Prediction

logger = logging.getLogger(__name__)
KEY = "live-triage-model"
# How long another process may go on with the version before.
SECONDS = 5
# An answer from the very same text: under which name, how sure, and how much of the text it quotes.
MEMORY, CERTAIN, QUOTE = "memory", 0.99, 80


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


def forget() -> None:
    """Look again now: the live version has changed."""
    cache.delete(KEY)


def recall(title: str, description: str) -> Prediction | None:
    """What people settled on the last time for the same text; None when there was no such time."""
    settled = Ticket.objects.filter(text_hash=search.fingerprint(title, description), category_confirmed=True)
    ticket = settled.order_by("-updated_at", "-pk").first()
    if ticket is None or not ticket.text_hash:
        return None
    guess = current().classify(title, description, timeout=1)
    quote = (title.strip() or description.strip())[:QUOTE]
    category = Label(ticket.category, CERTAIN, (quote,) if quote else ())
    priority = (
        Label(ticket.priority, CERTAIN, category.reasons) if ticket.priority_confirmed else guess.priority
    )
    return Prediction(category, priority, provider=guess.provider, model=MEMORY)
