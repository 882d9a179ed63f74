"""What triage does after an import: what the rules allow, once, and nothing that outlives an undo."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from helpdesk.choices import Channel, Verdict
from helpdesk.tests.transfer.importing.files import as_csv, imported, previewed, run
from helpdesk.tickets import changes
from helpdesk.tickets.models import Event, Ticket
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.models import Import
from helpdesk.triage import classify, learning, reactions
from helpdesk.triage.models import ApplyRule, Suggestion

pytestmark = pytest.mark.django_db
BLANKS = [
    {"title": "Charged twice", "description": "Refund me please.", "external_source": "old", "external_id": n}
    for n in range(3)
]


@pytest.fixture
def rule(db: None) -> ApplyRule:
    """Everything that looks like billing may be applied."""
    return ApplyRule.objects.create(category="billing", is_on=True, threshold=0, target_precision=0.9)


@pytest.fixture(autouse=True)
def no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import asks none, whatever is configured."""
    monkeypatch.setattr(classify, "has_provider", lambda: True)
    monkeypatch.setattr(classify, "classify", lambda *_: pytest.fail("a provider was asked"))


def deliver() -> None:
    """What was announced, as the worker does it."""
    for result in DBTaskResult.objects.filter(task_path__endswith="delivery.deliver"):
        result.task.call(*result.args_kwargs["args"])


def verdicts() -> set[str]:
    return set(Suggestion.objects.values_list("verdict", flat=True))


def test_what_the_rules_allow_is_applied_when_the_import_is_done(lead: User, rule: ApplyRule) -> None:
    job = previewed(as_csv(*BLANKS), lead)
    jobs.start(job, all_or_nothing=True)
    jobs._write(job, jobs.time.monotonic() + 60)
    assert Ticket.objects.count() == 3
    assert not DBTaskResult.objects.filter(task_path__endswith="delivery.deliver").exists(), "not before"
    run(job)
    deliver()
    assert verdicts() == {Verdict.APPLIED}
    assert set(Ticket.objects.values_list("category", flat=True)) == {"billing"}
    before = Event.objects.count()
    deliver()
    assert Event.objects.count() == before, "once"


def test_without_a_rule_nothing_is_done_in_one_query(lead: User) -> None:
    imported(as_csv(*BLANKS), lead)
    ids = list(Ticket.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        reactions.apply_rules(ids)
    assert (len(queries), verdicts()) == (2, {Verdict.PENDING})


def test_labels_of_the_file_and_what_a_person_chose_stay(lead: User, agent: User, rule: ApplyRule) -> None:
    imported(
        as_csv(*[{**row, "category": "account" if row["external_id"] == 0 else ""} for row in BLANKS]), lead
    )
    chosen = Ticket.objects.get(external_id="1")
    changes.update(chosen, {"category": "technical"}, actor=agent, channel=Channel.ADMIN)
    deliver()
    labels = dict(Ticket.objects.values_list("external_id", "category"))
    assert labels == {"0": "account", "1": "technical", "2": "billing"}


def test_an_undo_takes_back_what_only_the_rules_have_touched(
    lead: User, agent: User, rule: ApplyRule
) -> None:
    job = imported(as_csv(*BLANKS), lead)
    deliver()
    changes.update(Ticket.objects.get(external_id="1"), {"title": "Mine"}, actor=agent, channel=Channel.ADMIN)
    jobs.undo_all(job, actor=lead, channel=Channel.ADMIN)
    run(job)
    assert list(Ticket.objects.values_list("external_id", flat=True)) == ["1"]


@pytest.mark.parametrize("is_finished", [False, True])
def test_nothing_is_applied_after_an_undo(
    lead: User, agent: User, rule: ApplyRule, *, is_finished: bool
) -> None:
    """The worker comes to it while the import is being undone, or later, when a ticket was left."""
    job: Import = imported(as_csv(*BLANKS), lead)
    changes.update(Ticket.objects.get(external_id="1"), {"title": "Mine"}, actor=agent, channel=Channel.ADMIN)
    jobs.undo_all(job, actor=lead, channel=Channel.ADMIN)
    if is_finished:
        run(job)
    deliver()
    assert verdicts() == {Verdict.PENDING}


def test_labels_that_are_right_are_learned_from_once(lead: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Callable[..., None] | None] = []
    monkeypatch.setattr(learning, "request", lambda: asked.append(None))
    imported(as_csv(*[{**row, "category": "billing"} for row in BLANKS]), lead, labels_right=True)
    deliver()
    assert len(asked) == 1
