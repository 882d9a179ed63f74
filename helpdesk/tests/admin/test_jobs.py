"""The page of background work."""

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from helpdesk.jobs import delivery

pytestmark = pytest.mark.django_db
LIST = reverse("admin:django_tasks_database_dbtaskresult_changelist")


@pytest.fixture
def failed():
    delivery.retry.enqueue("helpdesk.triage.reactions.second_look", [7], 5)
    DBTaskResult.objects.update(status="FAILED", traceback="Traceback\n\nConnectionError: away\n")
    return DBTaskResult.objects.get()


def test_it_says_what_failed_and_why(lead, admin_as, failed):
    page = admin_as(lead).get(LIST).content.decode()
    for words in ("Second look, try 6", "#7", "Failed", "ConnectionError: away"):
        assert words in page


def test_a_task_has_a_page_with_its_traceback(lead, admin_as, failed):
    url = reverse("admin:django_tasks_database_dbtaskresult_change", args=[failed.pk])
    assert "ConnectionError: away" in admin_as(lead).get(url).content.decode()


def test_a_lead_runs_it_again(lead, admin_as, failed):
    data = {"action": "run_again", "_selected_action": [str(failed.pk)], "index": 0}
    page = admin_as(lead).post(LIST, data, follow=True).content.decode()
    assert "1 task will run again" in page
    failed.refresh_from_db()
    assert failed.status == "READY"


def test_others_do_not_see_it(agent, admin_as, failed):
    assert admin_as(agent).get(LIST).status_code == 403


def test_an_announcement_is_named_by_what_happened(lead, admin_as, make_ticket):
    make_ticket()
    assert "After ticket created" in admin_as(lead).get(LIST).content.decode()
