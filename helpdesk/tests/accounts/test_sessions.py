"""How long somebody stays signed in."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from helpdesk.accounts import tokens
from helpdesk.accounts.models import Session, TokenUse
from helpdesk.accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db
INDEX, CHANGE = reverse("admin:index"), reverse("admin:password_change")
PASSWORD, NEW = "correct horse battery", "staple of a new colour"


@pytest.fixture
def browser(agent, admin_as):
    return admin_as(agent)


def used(ago, **fields):
    Session.objects.update(last_used_at=timezone.now() - ago, **fields)


def last_use():
    return timezone.now() - Session.objects.get().last_used_at


def test_who_does_nothing_for_long_has_to_sign_in_again(browser, settings):
    used(timedelta(minutes=479))
    assert browser.get(INDEX).status_code == 200
    used(timedelta(minutes=481))
    assert browser.get(INDEX)["Location"].startswith("/admin/login/")


def test_a_use_prolongs_the_session_and_is_written_once_a_minute(browser, django_assert_num_queries):
    used(timedelta(minutes=10))
    browser.get(INDEX, headers={"user-agent": "curl/8"}, REMOTE_ADDR="198.51.100.7")
    assert last_use() < timedelta(minutes=1)
    assert Session.objects.values_list("address", "user_agent").get() == ("198.51.100.7", "curl/8")
    used(timedelta(seconds=50))
    browser.get(INDEX)
    assert last_use() >= timedelta(seconds=50)


def test_a_page_that_asks_by_itself_is_no_use(browser):
    used(timedelta(minutes=10))
    assert browser.get(INDEX, headers={"x-helpdesk-poll": "1"}).status_code == 200
    assert last_use() >= timedelta(minutes=10)


def test_a_session_ends_at_last_however_much_it_is_used(browser):
    session = Session.objects.get()
    assert session.expire_date - session.created_at == timedelta(days=14)
    store = browser.session
    store["note"] = "changed"
    store.save()
    assert Session.objects.get().expire_date == session.expire_date
    used(timedelta(), expire_date=timezone.now() - timedelta(seconds=1))
    assert browser.get(INDEX).status_code == 302


def test_a_write_that_fails_does_not_fail_the_page(browser, monkeypatch):
    def fail(self):
        raise DatabaseError("locked")

    monkeypatch.setattr(SessionStore, "touch", fail)
    assert browser.get(INDEX).status_code == 200


def test_a_session_ended_elsewhere_ends_at_the_next_request(browser, agent):
    agent.sessions.all().delete()
    assert browser.get(INDEX).status_code == 302


def test_what_ended_is_cleared_away(browser, admin_as, lead):
    used(timedelta(hours=9))
    admin_as(lead)
    call_command("clearsessions")
    assert Session.objects.get().user == lead


def test_a_new_password_ends_all_but_the_browser_in_which_it_is_set(browser, agent, admin_as, lead):
    agent.set_password(PASSWORD)
    agent.save()
    browser.force_login(agent)
    elsewhere, colleague = admin_as(agent), admin_as(lead)
    AuthToken.objects.create(user=agent)
    AuthToken.objects.create(user=lead)
    form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert browser.post(CHANGE, form).status_code == 302
    assert browser.get(INDEX).status_code == 200
    assert elsewhere.get(INDEX).status_code == 302
    assert colleague.get(INDEX).status_code == 200
    assert AuthToken.objects.get().user == lead
    assert agent.sessions.count() == 1


def test_a_password_set_for_somebody_ends_all_of_theirs(browser, agent, admin_as):
    root = admin_as(User.objects.create_superuser("root"))
    AuthToken.objects.create(user=agent)
    url = reverse("admin:auth_user_password_change", args=[agent.pk])
    root.post(url, {"password1": NEW, "password2": NEW, "usable_password": "true"})
    assert not agent.sessions.exists()
    assert not AuthToken.objects.exists()
    assert root.get(INDEX).status_code == 200


def test_a_stronger_hash_of_the_same_password_ends_nothing(agent, settings, client):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    agent.set_password(PASSWORD)
    agent.save()
    AuthToken.objects.create(user=agent)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    client.post(reverse("admin:login"), {"username": "amir", "password": PASSWORD})
    agent.refresh_from_db()
    assert agent.password.startswith("scrypt")
    assert AuthToken.objects.exists()


def test_the_use_of_a_token_is_written_at_first_and_then_once_an_hour(api_as, agent):
    client = api_as(agent)
    TokenUse.objects.all().delete()
    client.get("/api/tickets/", REMOTE_ADDR="198.51.100.7")
    assert TokenUse.objects.get().address == "198.51.100.7"
    for ago, written in ((timedelta(minutes=59), False), (timedelta(minutes=61), True)):
        TokenUse.objects.update(last_used_at=timezone.now() - ago)
        client.get("/api/tickets/")
        assert (timezone.now() - TokenUse.objects.get().last_used_at < timedelta(minutes=1)) == written


def test_a_refused_token_is_not_used(api_as, agent):
    client = api_as(agent)
    TokenUse.objects.all().delete()
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/tickets/").status_code == 401
    assert not TokenUse.objects.exists()


def test_a_token_without_an_end_is_refused_and_named(api_as, agent):
    client = api_as(agent)
    assert not tokens.beyond_limit().exists()
    AuthToken.objects.update(expiry=None)
    assert client.get("/api/tickets/").status_code == 401
    assert tokens.beyond_limit().get().user == agent


@pytest.mark.parametrize(("days", "named"), [(90, False), (91, True), (-1, False)])
def test_tokens_beyond_the_limit_are_found(agent, days, named):
    token, _ = AuthToken.objects.create(user=agent, expiry=timedelta(days=days))
    assert tokens.beyond_limit().exists() == named
    assert tokens.is_beyond_limit(token) == (days == 91)


def test_the_upgrade_keeps_people_signed_in_and_gives_tokens_a_grace_period(agent):
    """The functions of the migration, on rows as the release before left them."""
    migration = import_module("helpdesk.migrations.0009_accounts")
    old = import_module("django.contrib.sessions.backends.db").SessionStore()
    old["_auth_user_id"] = str(agent.pk)
    old.save()
    stray = import_module("django.contrib.sessions.backends.db").SessionStore()
    stray["_auth_user_id"] = "999999"
    stray.save()
    AuthToken.objects.create(user=agent, expiry=None)
    AuthToken.objects.create(user=agent, expiry=timedelta(days=4000))
    fine, _ = AuthToken.objects.create(user=agent)
    apps = import_module("django.apps").apps
    migration.take_over_sessions(apps, None)
    migration.shorten_tokens(apps, None)
    assert dict(SessionStore(old.session_key).items()) == {"_auth_user_id": str(agent.pk)}
    assert Session.objects.get().user == agent
    cut = AuthToken.objects.exclude(pk=fine.pk)
    assert {round((token.expiry - timezone.now()) / timedelta(days=1)) for token in cut} == {30}
    assert set(tokens.beyond_limit()) == set(cut)
    assert AuthToken.objects.get(pk=fine.pk).expiry == fine.expiry
