"""Checks that speak to the operator."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.checks.registry import registry
from django.db import OperationalError
from django.utils import timezone
from knox.models import AuthToken

from helpdesk import checks
from helpdesk.accounts import passwords, tokens
from helpdesk.accounts.passwords import DEMO_PASSWORD


def ids(check):
    return [message.id for message in check(None)]


def test_an_open_api_is_pointed_out_where_it_matters(settings):
    settings.HELPDESK_API_OPEN, settings.DEBUG = True, False
    assert ids(checks.check_open_api) == ["helpdesk.W001"]
    settings.DEBUG = True
    assert ids(checks.check_open_api) == []


def test_an_endpoint_without_a_key_is_pointed_out(settings):
    settings.GEMINI_API_ENDPOINT = "http://127.0.0.1:1"
    assert ids(checks.check_gemini_endpoint) == ["helpdesk.W002"]
    settings.GEMINI_API_KEY = "key"
    assert ids(checks.check_gemini_endpoint) == []


def test_an_endpoint_that_is_no_address_is_pointed_out(settings):
    settings.GEMINI_API_KEY, settings.GEMINI_API_ENDPOINT = "key", "example.com"
    assert ids(checks.check_provider) == ["helpdesk.E001"]


def test_what_a_chosen_provider_lacks_is_pointed_out(settings):
    settings.AI_PROVIDER = "openai"
    messages = [message.msg for message in checks.check_provider(None)]
    assert [message.split()[-1] for message in messages] == ["OPENAI_BASE_URL.", "OPENAI_MODEL."]
    settings.AI_PROVIDER = "google-genai"
    assert ids(checks.check_provider) == ["helpdesk.E002"]
    settings.GEMINI_API_KEY = "key"
    assert ids(checks.check_provider) == []


def test_nothing_is_lacking_where_nobody_is_asked(settings):
    assert ids(checks.check_provider) == []
    settings.AI_PROVIDER, settings.GEMINI_API_KEY = "local", "key"
    assert ids(checks.check_provider) == []


@pytest.mark.django_db
def test_the_demo_password_is_pointed_out_where_work_is_done(settings):
    settings.DEBUG = False
    agent = User.objects.create_user("agent", password=DEMO_PASSWORD)
    User.objects.create_user("somebody", password=DEMO_PASSWORD)  # not of the demo: to look costs too much
    assert ids(checks.check_demo_passwords) == ["helpdesk.W003"]
    assert "for: agent." in checks.check_demo_passwords(None)[0].msg
    agent.set_password("another one")
    agent.save()
    assert ids(checks.check_demo_passwords) == []
    agent.set_password(DEMO_PASSWORD)
    agent.is_active = False
    agent.save()
    assert ids(checks.check_demo_passwords) == []


@pytest.mark.django_db
def test_the_demo_password_may_be_tried_out(settings):
    User.objects.create_user("agent", password=DEMO_PASSWORD)
    settings.DEBUG = True
    assert ids(checks.check_demo_passwords) == []


@pytest.mark.django_db
def test_tokens_beyond_the_limit_are_pointed_out(agent):
    for _ in range(6):
        AuthToken.objects.create(user=agent, expiry=None)
    message = checks.check_token_ends(None)[0]
    assert (message.id, message.msg.count("of amir")) == ("helpdesk.W004", 5)
    assert message.msg.endswith(" and more.")
    AuthToken.objects.update(expiry=timezone.now() + timedelta(days=1))
    assert ids(checks.check_token_ends) == []


def test_a_database_that_is_away_is_not_their_business(monkeypatch, settings):
    def fail(*args):
        raise OperationalError("away")

    settings.DEBUG = False
    monkeypatch.setattr(passwords, "with_demo_password", fail)
    monkeypatch.setattr(tokens, "beyond_limit", fail)
    assert ids(checks.check_demo_passwords) == ids(checks.check_token_ends) == []


def test_they_are_asked_for_a_deployment_only():
    asked = registry.registered_checks
    ours = {checks.check_demo_passwords, checks.check_token_ends}
    assert not ours & asked
    assert ours <= registry.deployment_checks
