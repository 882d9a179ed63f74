"""API tokens in the admin: shown once, for oneself, revocable."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from knox.models import AuthToken
from rest_framework.test import APIClient

from helpdesk.accounts.models import TokenUse

pytestmark = pytest.mark.django_db
TOKENS, ADD = reverse("admin:knox_authtoken_changelist"), reverse("admin:knox_authtoken_add")


def form(user, days=30):
    expiry = timezone.now() + timedelta(days=days)
    return {"user": user.pk, "expiry_0": f"{expiry:%Y-%m-%d}", "expiry_1": f"{expiry:%H:%M:%S}"}


def test_a_token_is_shown_once_and_works(lead, admin_as):
    client = admin_as(lead)
    page = client.post(ADD, form(lead), follow=True).content.decode()
    token = re.search(r"not shown again: (\w+)", page).group(1)
    assert APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/tickets/").status_code == 200
    assert token not in client.get(TOKENS).content.decode()


def test_a_deleted_token_is_revoked(lead, admin_as):
    instance, token = AuthToken.objects.create(user=lead)
    url = reverse("admin:knox_authtoken_delete", args=[instance.pk])
    admin_as(lead).post(url, {"post": "yes"})
    assert APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/tickets/").status_code == 401


def test_a_lead_makes_no_token_for_somebody_else(lead, agent, admin_as):
    response = admin_as(lead).post(ADD, form(agent))
    assert "user" in response.context["adminform"].form.errors
    assert not AuthToken.objects.exists()


def test_a_superuser_may(agent, admin_as):
    admin_as(User.objects.create_superuser("root")).post(ADD, form(agent))
    assert AuthToken.objects.get().user == agent


def test_a_lead_sees_only_own_tokens(lead, agent, admin_as):
    AuthToken.objects.create(user=agent)
    own, _ = AuthToken.objects.create(user=lead)
    assert list(admin_as(lead).get(TOKENS).context["cl"].result_list) == [own]


def test_an_agent_has_no_business_here(agent, admin_as):
    assert admin_as(agent).get(TOKENS).status_code == 403


@pytest.mark.parametrize("days", [-1, 91, 4000])
def test_a_token_ends_within_the_limit(lead, admin_as, days):
    response = admin_as(lead).post(ADD, form(lead, days))
    assert "expiry" in response.context["adminform"].form.errors
    assert not AuthToken.objects.exists()


def test_a_token_has_an_end(lead, admin_as):
    response = admin_as(lead).post(ADD, {"user": lead.pk, "expiry_0": "", "expiry_1": ""})
    assert "expiry" in response.context["adminform"].form.errors
    assert not AuthToken.objects.exists()


def test_the_list_names_those_beyond_the_limit_and_their_last_use(lead, admin_as):
    AuthToken.objects.create(user=lead, expiry=timedelta(days=91))
    page = admin_as(lead).get(TOKENS).content.decode()
    assert "made beyond the limit" in page
    assert "not yet" in page
    used, _ = AuthToken.objects.create(user=lead)
    now = timezone.now()
    TokenUse.objects.create(token=used, last_used_at=now)
    assert localize(timezone.localtime(now)) in admin_as(lead).get(f"{TOKENS}?o=-4").content.decode()
