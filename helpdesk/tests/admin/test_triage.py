"""The triage page: who sees what, and what its levers do."""

import html
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from helpdesk.tests.triage.record import suggestion, suggestions
from helpdesk.tickets.models import Ticket
from helpdesk.triage import batches
from helpdesk.triage.models import ApplyRule, ProviderCall, TriageModel, TriageRun

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:helpdesk_triage")


def address(name, *args):
    return reverse(f"admin:helpdesk_triage_{name}", args=args)


def version(state="retired", **fields):
    return TriageModel.objects.create(weights={}, labels_hash="0", label_count=40, state=state, **fields)


def run(kind="bulk", state="running", **fields):
    return TriageRun.objects.create(kind=kind, state=state, total=10, **{"beat_at": timezone.now()} | fields)


def shown(client, url=PAGE, **query):
    """The text of the page with its quotes and its hard spaces made plain."""
    response = client.get(url, query)
    assert response.status_code == 200
    return " ".join(html.unescape(response.content.decode()).split())


def press(client, url, **fields):
    """Send a form of the page; returns the one message that it answers with."""
    response = client.post(url, fields, follow=True)
    assert response.redirect_chain[0][0].startswith(PAGE)
    (message,) = response.context["messages"]
    return str(message)


@pytest.fixture
def leading(lead, admin_as):
    return admin_as(lead)


EVERY_LEVER = [
    ("learn",),
    ("promote", 1),
    ("retire",),
    ("review", 1),
    ("revert", 1),
    ("switch_on", "billing"),
    ("switch_off", "billing"),
    ("start_bulk",),
    ("start_backtest",),
    ("pause", "bulk", 1),
    ("resume", "bulk", 1),
    ("cancel", "backtest", 1),
    ("let_choose",),
    ("learn_set_aside", 1),
    ("leave_set_aside", 1),
    ("apply_waiting", "billing"),
    ("undo_applied",),
]
EVERY_PART = [("bulk",), ("backtest",), ("support", "billing")]


@pytest.mark.parametrize("lever", EVERY_LEVER, ids=lambda lever: lever[0])
def test_only_a_lead_may_pull_a_lever(agent, leading, admin_as, lever):
    assert admin_as(agent).post(address(*lever)).status_code == 403
    assert leading.get(address(*lever)).url.startswith(PAGE)
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = leading.cookies
    assert careful.post(address(*lever)).status_code == 403


@pytest.mark.parametrize("part", [None, *EVERY_PART], ids=str)
def test_only_members_of_the_desk_may_look(viewer, agent, admin_as, client, part):
    url = address(*part) if part else PAGE
    assert admin_as(viewer).get(url).status_code == 200
    assert client.get(url).status_code == 302
    agent.groups.clear()
    assert admin_as(agent).get(url).status_code == 403


@pytest.mark.parametrize("path", ["rules/sales/", "rules/sales/on/", "sales/1/pause/", "versions/x/promote/"])
def test_what_does_not_exist_is_not_found(leading, path):
    assert leading.post(PAGE + path).status_code == 404


@pytest.mark.parametrize("lever", [("promote", 9), ("review", 9), ("revert", 9), ("pause", "bulk", 9)])
def test_a_row_that_is_gone_is_not_found(leading, lever):
    assert leading.post(address(*lever)).status_code == 404


def test_an_empty_page_says_what_to_do(leading):
    page = shown(leading)
    assert "No suggestion of this period has been decided yet" in page
    assert "then press “Learn now”" in page
    assert "0 decided cases, and 20 are needed" in page


def test_a_viewer_finds_no_lever(viewer, admin_as, ticket):
    version("live")
    run()
    suggestion("applied", ticket=ticket, needs_review=True)
    page = admin_as(viewer).get(PAGE).content.decode()
    assert "Version " in page
    assert ticket.title in page
    for word in ("formaction", "Learn now", "Take back", 'name="target"', 'name="provider"'):
        assert word not in page


def test_the_figures_are_those_of_the_period(leading):
    suggestions(3, latency_ms=8)
    suggestion("dismissed", created_at=timezone.now() - timedelta(days=20))
    week, month = (leading.get(PAGE, {"days": days}).context["cards"] for days in (7, 30))
    assert [card.value for card in week[:4]] == ["3", 1.0, 0.0, 0.0]
    assert [card.value for card in month[:4]] == ["4", 0.75, 0.0, 0.25]
    assert week[5].value == "8 ms"


def test_a_budget_that_is_used_up_says_who_answers(leading, settings):
    settings.AI_CALLS_PER_DAY = 2
    ProviderCall.objects.create(provider="gemini", model="x")
    assert "1 of 2" in shown(leading)
    ProviderCall.objects.create(provider="gemini", model="x", failure="Gemini did not answer within 4 s.")
    page = shown(leading)
    assert "used up: the local model answers until midnight" in page
    assert "Gemini did not answer within 4 s." in page


def test_the_matrix_is_shaded_by_the_share_of_the_row(leading):
    suggestions(3)
    suggestion("edited", final_category="general")
    suggestion("edited", category="technical", final_category="billing")
    billing = leading.get(PAGE).context["confusions"][0].rows[0]
    assert [(square.count, square.heat) for square in billing.squares] == [(3, 75), (1, 25), (0, 0), (0, 0)]
    assert billing.recall == 0.75


def test_the_least_sure_waiting_suggestion_comes_first(leading, make_ticket):
    for confidence in (0.6, 0.3):
        suggestion(ticket=make_ticket(), category_confidence=confidence)
    suggestion(ticket=make_ticket(status="closed"), category_confidence=0.1)
    asked_again = make_ticket()
    suggestion(ticket=asked_again, category_confidence=0.2)
    suggestion(ticket=asked_again, category_confidence=0.9)
    queue = leading.get(PAGE).context["uncertain"]
    assert [waiting.category_confidence for waiting in queue] == [0.3, 0.6], (
        "what it is sure of is not listed"
    )


def test_a_category_that_a_person_chose_is_not_uncertain(leading, lead, make_ticket):
    suggestion(ticket=make_ticket(actor=lead, channel="admin"))
    assert not leading.get(PAGE).context["uncertain"]


def test_an_earlier_version_is_made_live_again(leading, lead):
    earlier, live = version(), version("live")
    said = press(leading, address("promote", earlier.pk))
    assert said == f"{earlier} is live now, and stays until you choose otherwise."
    earlier.refresh_from_db()
    live.refresh_from_db()
    assert (earlier.state, earlier.promoted_by, live.state) == ("live", lead, "retired")


def test_the_labels_on_which_a_version_differs_are_told(leading):
    by_label = {"general": [9, 2, 6], "account": [4, 4, 4], "billing": [20, 18, 5]}
    category = {"candidate": 24, "judged": 33, "live": 15, "taken": True, "by_label": by_label}
    version("live", metrics={"category": category, "priority": {"candidate": 3, "judged": 9, "live": 3}})
    page = shown(leading)
    assert "24 of 33, before 15 ✓" in page
    assert page.index("Billing 18 of 20, before 5") < page.index("General 2 of 9, before 6")
    assert "Account 4 of 4" not in page


def test_the_lexicon_can_answer_alone(leading):
    model = version("live")
    assert "lexicon answers alone" in press(leading, address("retire"))
    model.refresh_from_db()
    assert model.state == "retired"
    assert "No version is live" in shown(leading)


def test_learning_happens_in_the_background(leading):
    assert "in the background" in press(leading, address("learn"))
    assert DBTaskResult.objects.count() == 1


def test_what_was_applied_by_itself_is_found_right(leading, lead, make_ticket):
    made = suggestion("applied", ticket=make_ticket(), previous_category="general", needs_review=True)
    assert "was right" in press(leading, address("review", made.pk))
    made.refresh_from_db()
    assert (made.verdict, made.decided_by, made.needs_review) == ("accepted", lead, False)
    assert "already" in press(leading, address("review", made.pk))


def test_what_was_applied_by_itself_is_taken_back(leading, make_ticket):
    ticket = make_ticket()
    made = suggestion("applied", ticket=ticket, previous_category="general", needs_review=True)
    assert press(leading, address("revert", made.pk)) == f"Taken back: ticket #{ticket.pk} is General again."
    ticket.refresh_from_db()
    made.refresh_from_db()
    assert (ticket.category, made.verdict) == ("general", "reverted")


def test_a_rule_needs_a_record(leading):
    assert "does not support" in press(leading, address("switch_on", "billing"), target="95")
    assert not ApplyRule.objects.filter(is_on=True).exists()


def test_a_rule_that_the_record_supports_is_switched_on_and_off(leading, lead):
    suggestions(20, category_confidence=0.9)
    suggestions(9, "edited", category_confidence=0.5, final_category="general")
    assert "The record supports 95 % from 90 % confidence on: 100 % of 20 cases" in shown(leading)
    assert "at 90 % confidence or more" in press(leading, address("switch_on", "billing"), target="95")
    rule = ApplyRule.objects.get(category="billing")
    assert (rule.is_on, rule.target_precision, rule.threshold, rule.changed_by) == (True, 0.95, 0.9, lead)
    assert "only suggested" in press(leading, address("switch_off", "billing"))
    rule.refresh_from_db()
    assert not rule.is_on


@pytest.mark.parametrize("target", ["", "x", "49", "101", "nan", "-1"])
def test_a_target_that_makes_no_sense_is_refused(leading, target):
    suggestions(20)
    assert press(leading, address("switch_on", "billing"), target=target) == "Ask for 50 to 100 per cent."
    assert "Ask for 50 to 100 per cent." in shown(leading, address("support", "billing"), target=target)
    assert not ApplyRule.objects.exists()


def test_a_rule_that_is_on_can_be_switched_off_whatever_the_record_says(leading):
    ApplyRule.objects.create(category="billing", is_on=True, threshold=0.8)
    for target in ("95", "nonsense"):
        assert "Switch off" in shown(leading, address("support", "billing"), target=target)


def test_looking_at_a_lever_moves_nothing(leading):
    model = version()
    assert leading.get(address("promote", model.pk)).url == f"{PAGE}#versions"
    model.refresh_from_db()
    assert model.state == "retired"


def test_another_target_shows_other_support(leading):
    suggestions(30, category_confidence=0.9)
    suggestions(20, "edited", category_confidence=0.5, final_category="general")
    part = address("support", "billing")
    assert "60 % from 50 % confidence on: 60 % of 50 cases" in shown(leading, part, target="60")
    assert "61 % from 90 % confidence on: 100 % of 30 cases" in shown(leading, part, target="61")


def test_a_record_that_is_too_bad_says_so(leading):
    suggestions(30)
    suggestions(20, "edited", category_confidence=0.9, final_category="general")
    page = shown(leading, address("support", "billing"), target="95")
    assert "does not support 95 %: of 50 cases 60 % were right" in page
    assert "Switch on" not in page


def test_bulk_triage_is_started_paused_resumed_and_cancelled(leading, make_ticket):
    make_ticket()
    assert press(leading, address("start_bulk")) == "Bulk triage of 1 ticket begins in the background."
    bulk = TriageRun.objects.get()
    for lever, state in [("pause", "paused"), ("resume", "waiting"), ("cancel", "cancelled")]:
        press(leading, address(lever, "bulk", bulk.pk))
        bulk.refresh_from_db()
        assert bulk.state == state
    assert DBTaskResult.objects.filter(task_path__endswith="runs.go_on").count() == 2


def test_a_second_run_waits_for_the_first(leading):
    run()
    assert "not finished yet" in press(leading, address("start_bulk"))
    assert TriageRun.objects.count() == 1


def test_a_run_of_another_kind_is_not_found(leading):
    assert leading.post(address("pause", "backtest", run("bulk").pk)).status_code == 404


@pytest.mark.parametrize(
    ("state", "asks"), [("waiting", True), ("running", True), ("paused", False), ("done", False)]
)
@pytest.mark.parametrize("kind", ["bulk", "backtest"])
def test_a_panel_asks_again_only_while_something_goes_on(leading, kind, state, asks):
    run(kind, state, done=4, params={"provider": "local"})
    part = shown(leading, address(kind))
    assert ("every 2s" in part) is asks
    assert "4 of 10 tickets" in part


def test_a_silent_worker_is_reported_and_can_be_replaced(leading):
    bulk = run(beat_at=timezone.now() - timedelta(minutes=5))
    assert "The worker has fallen silent" in shown(leading, address("bulk"))
    assert "goes on" in press(leading, address("resume", "bulk", bulk.pk))


def test_a_run_that_nobody_takes_up_asks_for_a_worker(leading):
    run(state="waiting", beat_at=None, created_at=timezone.now() - timedelta(minutes=5))
    assert "No worker has taken it up" in shown(leading, address("bulk"))


def test_a_failure_is_shown_in_its_words(leading):
    run(state="failed", error="OperationalError: <disk> full")
    page = leading.get(address("bulk")).content.decode()
    assert "OperationalError: &lt;disk&gt; full" in page
    assert "Resume" in page


def test_what_waits_above_a_threshold_is_applied_and_taken_back(leading, lead, make_ticket):
    ApplyRule.objects.create(category="billing", is_on=True, threshold=0.7)
    tickets = [make_ticket(category="general") for _ in range(3)]
    for ticket in tickets:
        suggestion(ticket=ticket)
    suggestion(ticket=make_ticket(category="general"), category_confidence=0.6)
    assert "Apply 3 now" in shown(leading)
    assert press(leading, address("apply_waiting", "billing")).startswith("3 suggestions of Billing applied")
    assert Ticket.objects.filter(category="billing").count() == 3
    assert "Take back what was applied just now" in shown(leading)
    assert press(leading, address("undo_applied")).startswith("3 tickets taken back")
    assert not Ticket.objects.filter(category="billing").exists()
    assert press(leading, address("undo_applied")) == "There is nothing to take back."
    assert (
        press(leading, address("apply_waiting", "billing")) == "Nothing waits above the threshold any more."
    )


def test_labels_set_aside_are_shown_with_their_reason_and_decided(leading, lead, ticket):
    row = batches.set_aside("category", {ticket.pk: "billing"}, "They contradict the record.")
    page = shown(leading)
    assert "They contradict the record." in page
    assert f">#{ticket.pk}</a> billing" in page
    said = press(leading, address("leave_set_aside", row.pk))
    assert said.startswith("1 labels of category are never learned")
    row.refresh_from_db()
    assert (row.learn, row.decided_by) == (False, lead)
    assert "They contradict the record." not in shown(leading)
    other = batches.set_aside("priority", {ticket.pk: "low"}, "Odd.")
    assert press(leading, address("learn_set_aside", other.pk)).endswith("in the background.")


def test_the_lexicon_stays_until_the_lead_lets_go(leading):
    press(leading, address("retire"))
    assert "The lexicon alone was chosen by Lena" in shown(leading)
    press(leading, address("let_choose"))
    assert "was chosen by" not in shown(leading)


def test_a_backtest_is_started(leading, lead, make_ticket):
    make_ticket(actor=lead, channel="admin")
    model = version()
    message = press(leading, address("start_backtest"), provider=f"version:{model.pk}", count="5")
    assert message == "The backtest over 1 settled ticket begins in the background."
    assert TriageRun.objects.get().params["provider"] == f"version:{model.pk}"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"provider": "local", "count": "0"}, "greater than or equal to 1"),
        ({"provider": "local", "count": "9" * 30}, "less than or equal to"),
        ({"provider": "local", "count": "many"}, "whole number"),
        ({"provider": "version:77", "count": "5"}, "Choose one of the providers"),
        ({"provider": "gemini", "count": "5"}, "Choose one of the providers"),
        ({"provider": "local", "count": "5"}, "No ticket is settled yet"),
    ],
)
def test_a_backtest_that_makes_no_sense_is_refused(leading, fields, words):
    assert words in press(leading, address("start_backtest"), **fields)
    assert not TriageRun.objects.exists()


def test_backtests_are_compared_with_the_live_record(leading):
    suggestions(2)
    result = {
        "category": {
            "matrix": {"billing": {"billing": 3, "general": 1}},
            "reliability": [[7, 2, 1], [8, 1, 1], [9, 1, 0]],
            "cross_validated": 3,
            "left_out": 1,
            "sources": {"here": [1, 0], "mail": [3, 3]},
        },
        "priority": {"matrix": {"low": {"low": 1}}},
        "failures": 2,
    }
    run("backtest", "done", done=10, params={"provider": "gemini"}, result=result)
    live, tested = leading.get(PAGE).context["contestants"]
    assert (live.category.accuracy, live.failures) == (1.0, None)
    assert (tested.name, tested.category.accuracy, tested.priority.accuracy) == ("gemini", 0.75, 1.0)
    sure = tested.sureness["category"]
    assert (sure.sure.right, sure.sure.cases, sure.surer.cases, tested.failures) == (1, 2, 1, 2)
    assert tested.fairness == "3 cross-validated, 1 left out"
    assert tested.sources == [("mail", 3, 1.0), ("here", 1, 0.0)]


def fill(number, people, make_ticket):
    """A desk in which everything occurs `number` times."""
    for count in range(number):
        ticket = make_ticket()
        person = people[count % len(people)]
        suggestion(ticket=ticket, category_confidence=0.3)
        suggestion("accepted", decided_by=person, provider=f"provider-{count}")
        suggestion("applied", ticket=make_ticket(), needs_review=True)
        version(promoted_by=person)
        run("backtest", "done", done=10, started_by=person, params={"provider": f"version:{count}"})
        ProviderCall.objects.create(provider=f"provider-{count}", model="x", failure="no answer")


def test_the_page_costs_the_same_for_few_and_many(leading, agent, other_agent, make_ticket):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            leading.get(PAGE)
        return len(captured)

    ApplyRule.objects.create(category="billing", changed_by=agent)
    run(started_by=agent)
    fill(3, [agent, other_agent], make_ticket)
    few = queries()
    fill(40, [agent, other_agent], make_ticket)
    assert queries() == few <= 30
    page = leading.get(PAGE).context
    assert (len(page["uncertain"]), len(page["sampled"]), len(page["failures"])) == (20, 20, 5)
    assert (len(page["versions"]), len(page["contestants"])) == (25, 6)
