"""Failed sign-ins, and unlocking."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db
LIST = reverse("admin:axes_accessattempt_changelist")


def failed(name, count, address="198.51.100.7"):
    return AccessAttempt.objects.create(username=name, ip_address=address, failures_since_start=count)


def act(client, action, *failures):
    data = {"action": action, "_selected_action": [str(failure.pk) for failure in failures], "index": 0}
    return client.post(LIST, data, follow=True).content.decode()


@pytest.fixture
def client(unlocker, admin_as):
    return admin_as(unlocker)


def test_it_says_who_is_locked(client):
    failed("amir", 5)
    failed("bea", 2)
    old = failed("carl", 5)
    AccessAttempt.objects.filter(pk=old.pk).update(attempt_time=timezone.now() - timedelta(minutes=16))
    page = client.get(LIST).content.decode()
    assert "5 of 5" in page
    assert "2 of 5" in page
    assert page.count("Locked") == 1
    assert "carl" not in page


def test_it_says_which_address_is_locked(client):
    failed("bea", 2)
    for n in range(12):
        failed(f"name{n}", 4)
    assert client.get(LIST).content.decode().count("Address locked") == 13


@pytest.mark.parametrize("query", ["?q=amir", "?o=1", "?o=-4.2", "?p=1", "?q=%00"])
def test_it_can_be_searched_and_sorted(client, query):
    failed("amir", 5)
    assert client.get(f"{LIST}{query}").status_code in {200, 302}


def test_one_name_is_unlocked_and_it_is_noted_by_whom(client, unlocker):
    amir, bea = failed("amir", 5), failed("bea", 5)
    assert "Unlocked: 1 name may be tried again." in act(client, "unlock", amir)
    assert AccessAttempt.objects.get() == bea
    assert LogEntry.objects.get().user == unlocker


def test_a_whole_address_is_unlocked(client):
    amir = failed("amir", 5)
    failed("bea", 5)
    other = failed("amir", 5, "198.51.100.8")
    assert "Unlocked: 2 names" in act(client, "unlock_address", amir)
    assert AccessAttempt.objects.get() == other


def test_a_lead_has_no_business_here_and_a_superuser_has(lead, admin_as):
    assert admin_as(lead).get(LIST).status_code == 403
    assert admin_as(User.objects.create_superuser("root")).get(LIST).status_code == 200
