"""Where somebody is signed in: their own, and nobody else's."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from helpdesk.accounts import browsers
from helpdesk.accounts.models import Session, TokenUse

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:helpdesk_account")
END_SESSION, END_TOKEN, END_OTHERS = (
    reverse(f"admin:helpdesk_account_end_{what}") for what in ("session", "token", "others")
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"


@pytest.fixture
def here(agent, admin_as):
    return admin_as(agent)


@pytest.fixture
def elsewhere(agent, admin_as, here):
    browser = admin_as(agent)
    key = browser.session.session_key
    Session.objects.filter(pk=key).update(user_agent=FIREFOX, address="198.51.100.7")
    return browser


def public_id(browser):
    return Session.objects.get(pk=browser.session.session_key).public_id


def test_it_says_where_and_since_when(here, elsewhere, agent):
    token, _ = AuthToken.objects.create(user=agent)
    TokenUse.objects.create(token=token, last_used_at=timezone.now(), address="198.51.100.9")
    page = here.get(PAGE).content.decode()
    for words in (
        "Firefox on Linux",
        "198.51.100.7",
        "this one",
        token.token_key,
        "198.51.100.9",
        "End all others",
    ):
        assert words in page
    assert f"{token.expiry:%Y, %H:%M}" in page


def test_no_key_of_a_session_is_in_the_page(here, elsewhere):
    page = here.get(PAGE).content.decode()
    assert not [key for key in Session.objects.values_list("pk", flat=True) if key in page]


def test_it_shows_and_ends_nothing_of_others(here, admin_as, lead):
    hers = admin_as(lead)
    token, _ = AuthToken.objects.create(user=lead)
    assert token.token_key not in here.get(PAGE).content.decode()
    here.post(END_SESSION, {"id": public_id(hers)})
    here.post(END_TOKEN, {"id": token.digest})
    here.post(END_OTHERS)
    assert hers.get(PAGE).status_code == 200
    assert AuthToken.objects.get() == token


def test_one_browser_is_signed_out(here, elsewhere):
    page = here.post(END_SESSION, {"id": public_id(elsewhere)}, follow=True).content.decode()
    assert "Signed out: Firefox on Linux." in page
    assert elsewhere.get(PAGE).status_code == 302
    assert "signed out already" in here.post(END_SESSION, {"id": "x"}, follow=True).content.decode()


@pytest.mark.parametrize("data", [{}, {"id": "a\0b"}, {"id": "é" * 300}])
@pytest.mark.parametrize("url", [END_SESSION, END_TOKEN])
def test_nonsense_ends_nothing(here, url, data):
    assert "already" in here.post(url, data, follow=True).content.decode()


def test_one_token_is_revoked(here, agent):
    token, _ = AuthToken.objects.create(user=agent)
    assert (
        f"Revoked: the token {token.token_key}"
        in here.post(END_TOKEN, {"id": token.digest}, follow=True).content.decode()
    )
    assert not AuthToken.objects.exists()


def test_all_others_are_ended_at_once(here, elsewhere, agent):
    AuthToken.objects.create(user=agent)
    page = here.post(END_OTHERS, follow=True).content.decode()
    assert "Signed out: 1 browser. Revoked: 1 token." in page
    assert elsewhere.get(PAGE).status_code == 302
    assert here.get(PAGE).status_code == 200


@pytest.mark.parametrize("url", [END_SESSION, END_TOKEN, END_OTHERS])
def test_nothing_ends_by_a_link(here, elsewhere, url):
    assert here.get(url).status_code == 405
    assert elsewhere.get(PAGE).status_code == 200


def test_a_token_made_beyond_the_limit_is_marked(here, agent):
    AuthToken.objects.create(user=agent, expiry=timedelta(days=91))
    assert "made beyond the limit" in here.get(PAGE).content.decode()


def test_the_page_costs_the_same_for_many(here, agent, admin_as, django_assert_max_num_queries):
    for _ in range(5):
        admin_as(agent)
        AuthToken.objects.create(user=agent)
    with django_assert_max_num_queries(8):
        here.get(PAGE)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5", "curl"),
        ("Mozilla/5.0 (Windows NT 10.0)", "Windows"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_called_as_people_do(header, words):
    assert browsers.in_words(header) == words
