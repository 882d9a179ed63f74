"""Pages speak in the words of the desk, not in those of the packages it is made of."""

import gettext
import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from helpdesk.tests.admin.everywhere import furnish

pytestmark = pytest.mark.django_db
CATALOGUE = Path(settings.LOCALE_PATHS[0], "en", "LC_MESSAGES", "django.po")
# Short ones are words of ours too.
SENTENCE = 16
BESIDE_IT = [
    "Task Result object",
    "DBTaskResult",
    "auth token",
    "Knox",
    "Django admin",
    "administration site",
    "import-export",
]


def entries() -> dict[str, str]:
    """The catalogue's source: each sentence of a package with ours."""
    text = re.sub(r'"\n"', "", CATALOGUE.read_text(encoding="utf-8"))
    found = re.findall(r'^(msgid|msgid_plural|msgstr|msgstr\[\d\]) "(.*)"$', text, re.MULTILINE)
    words = [(kind, value.replace('\\"', '"')) for kind, value in found]
    theirs = [value for kind, value in words if kind.startswith("msgid")]
    ours = [value for kind, value in words if kind.startswith("msgstr")]
    return dict(zip(theirs, ours, strict=True))


def stock() -> list[re.Pattern[str]]:
    """The packages' sentences, with anything in the place of a name."""
    known = [theirs for theirs, ours in entries().items() if len(theirs) >= SENTENCE and theirs != ours]
    parts = [[re.escape(part) for part in re.split(r"%\(\w+\)[sd]|%s|\{\w*\}", words)] for words in known]
    return [re.compile(".{0,200}?".join(some)) for some in parts] + [re.compile(words) for words in BESIDE_IT]


def spoken(page: str) -> str:
    """What a page says, also to those who hear it."""
    page = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page)
    told = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', page)
    return " ".join(html.unescape(" ".join([re.sub(r"<[^>]*>", " ", page), *told])).split())


def mistakes(client: Client, pages: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What pages answer to forms that are wrong, and to deeds."""
    for name in (
        "new person",
        "new group",
        "new ticket",
        "new token",
        "change password",
        "password of a person",
    ):
        yield f"{name}, empty", client.post(pages[name], {"_save": "1"}, follow=True).content.decode()
    for name in ("people", "groups", "tokens", "tickets"):
        sent = {"action": "delete_selected", "index": 0}
        yield f"{name}, none selected", client.post(pages[name], sent, follow=True).content.decode()
    for name, number in (("people", "999"), ("groups", "999")):
        yield f"{name}, gone", client.get(f"{pages[name]}{number}/change/", follow=True).content.decode()
    group = {"name": "Night shift", "_save": "1"}
    yield "group added", client.post(pages["new group"], group, follow=True).content.decode()
    yield "group taken", client.post(pages["new group"], group, follow=True).content.decode()
    yield "group deleted", client.post(pages["delete a group"], {"post": "yes"}, follow=True).content.decode()
    yield "signed out", client.post("/admin/logout/", follow=True).content.decode()


def test_no_page_speaks_like_a_package(
    lead: User, viewer: User, outsider: User, admin_as: Callable[[User], Client], client: Client
) -> None:
    pages = furnish(lead)
    signed_in = admin_as(lead)
    said = [(name, signed_in.get(path, follow=True).content.decode()) for name, path in pages.items()]
    said += [("sign-in", client.get("/admin/login/").content.decode())]
    wrong = {"username": "nobody", "password": "x"}
    said += [("sign-in refused", client.post("/admin/login/", wrong).content.decode())]
    said += [("no staff", admin_as(outsider).get("/admin/", follow=True).content.decode())]
    said += [
        (f"{name}, seen", admin_as(viewer).get(pages[name], follow=True).content.decode())
        for name in ("dashboard", "people", "import")
    ]
    said += mistakes(signed_in, pages)
    sentences = stock()
    found = [
        f"{name}: {heard.group()}"
        for name, page in said
        for sentence in sentences
        if (heard := sentence.search(spoken(page)))
    ]
    assert not found, "\n".join(found)


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for theirs, ours in entries().items():
        if theirs and theirs != "Please correct the errors below.":
            assert compiled.gettext(theirs) in {ours, theirs}
    assert compiled.ngettext(
        "Please correct the error below.", "Please correct the errors below.", 2
    ).startswith("Please look at the lines")


def test_the_pages_of_an_application_and_of_an_export_say_what_their_buttons_do(
    lead: User, admin_as: Callable[[User], Client]
) -> None:
    pages, client = furnish(lead), admin_as(lead)
    people = spoken(client.get(pages["application of people"]).content.decode())
    assert "Groups add New in Groups Users add New in Users" in people
    assert "Models in" not in people
    export = client.get(pages["export"]).content.decode()
    assert re.search(r'<button[^>]*type="submit"[^>]*>\s*Export\s*</button>', export)
