"""Guessing passwords, by the page and by the API together."""

import threading
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import hashers
from django.contrib.auth.models import User
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.accounts import lockout, sign_in

pytestmark = pytest.mark.django_db
PAGE, API = reverse("admin:login"), "/api/auth/login/"
PASSWORD = "correct horse battery"
HERE, THERE = "198.51.100.7", "198.51.100.8"


@pytest.fixture(autouse=True)
def with_passwords(agent, other_agent):
    for user in (agent, other_agent):
        user.set_password(PASSWORD)
        user.save()


def by_page(name="amir", password="guess", address=HERE, **headers):
    data = {"username": name, "password": password}
    return Client().post(PAGE, data, REMOTE_ADDR=address, headers=headers)


def by_api(name="amir", password="guess", address=HERE, **headers):
    caches["shared"].clear()  # not the limit of requests in a minute
    body = {"username": name, "password": password}
    return Client().post(API, body, "application/json", REMOTE_ADDR=address, headers=headers)


def fail(times, **where):
    for _ in range(times):
        by_api(**where)


@pytest.mark.parametrize("door", [by_page, by_api])
def test_five_failures_by_either_door_lock_both(door):
    codes = [by_page().status_code, by_api().status_code, by_page().status_code, by_api().status_code]
    assert codes == [200, 401, 200, 401]
    assert door().status_code == 429
    for answer in (by_page(password=PASSWORD), by_api(password=PASSWORD)):
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 15 * 60
        assert "Try again in 15 minutes, or ask an administrator" in answer.content.decode()


def test_the_page_keeps_the_name_that_was_typed():
    fail(5)
    page = by_page().content.decode()
    assert 'value="amir"' in page
    assert "do not belong together" not in page


def test_nobody_is_locked_out_by_somebody_elsewhere():
    fail(5)
    assert by_page(password=PASSWORD, address=THERE).status_code == 302
    assert by_page("bea", PASSWORD).status_code == 302


def test_a_forged_forwarding_header_and_another_browser_change_nothing():
    for n in range(5):
        by_page(x_forwarded_for=f"203.0.113.{n}", user_agent=f"Browser {n}")
    assert by_page(password=PASSWORD, x_forwarded_for="203.0.113.99").status_code == 429
    assert AccessAttempt.objects.get().ip_address == HERE


def test_behind_a_trusted_proxy_each_client_is_counted_apart(settings):
    settings.TRUSTED_PROXIES = [HERE]
    for n in range(5):
        by_page(x_forwarded_for=f"203.0.113.{n}, {THERE}")
    assert by_page(password=PASSWORD, x_forwarded_for=THERE).status_code == 429
    assert by_page(password=PASSWORD, x_forwarded_for="203.0.113.50").status_code == 302


@pytest.mark.parametrize("name", ["AMIR", " amir ", "\uff41\uff4d\uff49\uff52", "Amir", "\u00a0amir"])
def test_a_name_is_one_however_it_is_written(name):
    fail(4)
    by_api(name)
    assert by_page(password=PASSWORD).status_code == 429


def test_a_name_without_an_end_is_counted_too():
    assert by_page("x" * 100_000).status_code == 200
    assert len(AccessAttempt.objects.get().username) == lockout.NAME_LENGTH


def test_who_does_not_exist_is_locked_alike():
    fail(5, name="nobody")
    assert by_page("nobody").content.decode().count("Too many wrong passwords") == 1


def test_an_address_has_a_limit_of_its_own():
    AccessAttempt.objects.create(username="x", ip_address=HERE, failures_since_start=49)
    assert by_page("bea", PASSWORD).status_code == 302
    by_page("somebody")
    assert by_page("else").status_code == 429


def test_a_neighbour_cannot_lock_out_people_known_at_the_address():
    by_page("bea", PASSWORD)
    AccessAttempt.objects.create(username="x", ip_address=HERE, failures_since_start=50)
    assert by_page("bea", PASSWORD).status_code == 302
    assert by_page("amir", PASSWORD).status_code == 429
    fail(5, name="bea")
    assert by_page("bea", PASSWORD).status_code == 429


def test_signing_in_forgets_ones_own_failures_only():
    fail(4)
    fail(4, name="bea")
    by_page("bea", PASSWORD)
    assert by_page().status_code == 429
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["amir"]


def test_a_lock_ends_and_is_not_prolonged_by_trying():
    fail(5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert int(by_page()["Retry-After"]) <= 60
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert by_page(password=PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_a_locked_caller_costs_no_password(monkeypatch):
    fail(5)
    monkeypatch.setattr(hashers.BasePasswordHasher, "verify", None)
    monkeypatch.setattr(hashers, "check_password", None)
    monkeypatch.setattr(User, "check_password", None)
    assert by_page(password=PASSWORD).status_code == 429


def test_neither_the_password_nor_the_csrf_token_is_kept():
    Client().post(f"{PAGE}?password=secret-1", {"username": "amir", "password": "secret-2"})
    row = AccessAttempt.objects.get()
    assert "secret" not in f"{row.get_data}{row.post_data}"


@pytest.mark.parametrize("door", [by_page, by_api])
def test_one_password_is_checked_at_a_time_and_one_waits(door, monkeypatch):
    """The others are told so at once, and may go on in a moment."""
    monkeypatch.setattr(sign_in, "_places", threading.BoundedSemaphore(1))
    sign_in._places.acquire()
    answer = door(password=PASSWORD)
    assert (answer.status_code, answer["Retry-After"]) == (503, "3")
    assert "Others are signing in" in answer.content.decode()
    sign_in._places.release()
    assert door(password=PASSWORD).status_code in {200, 302}
    assert not AccessAttempt.objects.exists()


def test_a_place_is_given_back_after_a_fault(monkeypatch):
    monkeypatch.setattr(sign_in, "authenticate", lambda *args, **kwargs: 1 / 0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            by_api()
    monkeypatch.undo()
    assert by_api(password=PASSWORD).status_code == 200


def test_the_command_unlocks_whom_it_is_told(capsys):
    fail(5)
    fail(5, name="bea", address=THERE)
    call_command("unlock", "Amir")
    assert capsys.readouterr().out == "Unlocked: 1 name may be tried again.\n"
    assert by_page(password=PASSWORD).status_code == 302
    assert by_page("bea", PASSWORD, THERE).status_code == 429
    call_command("unlock", "--address", THERE)
    assert by_page("bea", PASSWORD, THERE).status_code == 302


@pytest.mark.parametrize(("arguments", "words"), [([], "Say whom"), (["--address", "desk"], "is no address")])
def test_the_command_says_what_it_needs(arguments, words):
    with pytest.raises(CommandError, match=words):
        call_command("unlock", *arguments)
