"""What anybody could have without this project: the classifiers that triage is measured beside.

Imports the numerical libraries, only for `manage.py evaluate_triage`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from helpdesk.triage.local.samples import one_thread
from helpdesk.triage.prediction import FIELDS, Label, LabelledText, Prediction

Answer = Callable[[str], Label]

KEYWORDS = {
    "billing": ("invoice", "bill", "refund", "charge", "payment", "price", "paid"),
    "technical": ("error", "crash", "bug", "not working", "broken", "slow", "install"),
    "account": ("password", "login", "log in", "account", "access", "profile", "user"),
}


class Baseline:
    """Answers each field by a function of the whole text."""

    def __init__(self, name: str, answers: dict[str, Answer]) -> None:
        self.name = name
        self._answers = answers

    def classify(self, title: str, description: str) -> Prediction:
        text = f"{title}\n{description}"
        return Prediction(self._answers["category"](text), self._answers["priority"](text), self.name, "")


def majority(texts: Sequence[LabelledText]) -> Baseline:
    """Always the label that is most frequent among these texts."""
    return Baseline("always the most frequent", {field: _constant(_labels(texts, field)) for field in FIELDS})


def keywords() -> Baseline:
    """A dozen words that come to mind, and always a medium priority."""

    def category(text: str) -> Label:
        found = {label: sum(word in text.lower() for word in words) for label, words in KEYWORDS.items()}
        best = max(found, key=found.__getitem__)
        return Label(best if found[best] else "general", 0.5)

    return Baseline("toy keywords", {"category": category, "priority": lambda text: Label("medium", 0.5)})


def textbook(texts: Sequence[LabelledText]) -> Baseline:
    """TF-IDF of words and pairs with a balanced logistic regression, fitted to these texts."""
    return Baseline("textbook TF-IDF", {field: _fitted(texts, field) for field in FIELDS})


def _fitted(texts: Sequence[LabelledText], field: str) -> Answer:
    known = [text for text in texts if getattr(text, field)]
    labels = _labels(known, field)
    if len({*labels}) < 2:
        return _constant(labels)
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=300)
    with one_thread():
        rows = vectors.fit_transform(f"{text.title}\n{text.description}" for text in known)
        model.fit(rows, labels)

    def answer(text: str) -> Label:
        chances = model.predict_proba(vectors.transform([text]))[0]
        best = int(chances.argmax())
        return Label(str(model.classes_[best]), float(chances[best]))

    return answer


def _labels(texts: Iterable[LabelledText], field: str) -> list[str]:
    return [label for text in texts if (label := getattr(text, field))]


def _constant(labels: Sequence[str]) -> Answer:
    label, count = Counter(labels).most_common(1)[0] if labels else ("", 0)
    return lambda text: Label(label, count / len(labels) if labels else 0.0)
