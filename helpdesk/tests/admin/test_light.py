"""What pages weigh: their bytes, their scripts, and what a browser keeps."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import tinycss2
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from pytest_django import Settings
from whitenoise.middleware import WhiteNoiseMiddleware

from helpdesk.tests import stylesheet
from helpdesk.tests.admin.everywhere import furnish
from helpdesk.tests.admin.pages import LIST, change_url
from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.django_db
CHARTS, HEAVY = (
    re.compile(r"chart", re.IGNORECASE),
    re.compile(r"jquery|select2|xregexp|prepopulate", re.IGNORECASE),
)
WITH_CHARTS = {"dashboard", "triage"}
OUR_OWN = ["tickets", "tickets found", "tickets not found", "tickets filtered", "ticket"]
CLASSES = re.compile(r'\b(?:class|id)="([^"]*)"')


def test_fifty_rows_weigh_at_most_a_hundred_kilobytes(
    make_ticket: Callable[..., Ticket], agent: User, admin_as: Callable[[User], Client]
) -> None:
    for number in range(50):
        make_ticket(
            title=f"Number {number}: the clock at the north gate does not open the door for the early shift",
            description="Since this morning the clock shows the hour of yesterday. " * 5,
            requester_name="Maximiliane Oberndorfer",
            requester_email="maximiliane.oberndorfer@northgate.example",
            assignee=agent,
        )
    page = admin_as(agent).get(LIST)
    assert len(page.context["cl"].rows) == 50
    assert len(page.content) <= 100_000


def test_scripts_come_only_where_they_are_used(lead: User, admin_as: Callable[[User], Client]) -> None:
    client, pages = admin_as(lead), furnish(lead)
    for name, path in pages.items():
        scripts = " ".join(
            re.findall(r'<script[^>]*\bsrc="([^"]+)"', client.get(path, follow=True).content.decode())
        )
        assert not HEAVY.search(scripts), name
        assert bool(CHARTS.search(scripts)) == (name in WITH_CHARTS), name


def test_the_list_and_a_ticket_come_without_the_scripts_and_the_stylesheet_of_unfold(
    lead: User, admin_as: Callable[[User], Client]
) -> None:
    client, pages = admin_as(lead), furnish(lead)
    shown = [client.get(pages[name]).content.decode() for name in OUR_OWN]
    shown.append(client.get(pages["ticket"].replace("change", "preview")).content.decode())
    assert "preview-head" in shown[-1]
    assert not re.findall(r"[^\"]*(?:unfold/js|unfold/css|alpine|htmx)[^\"]*", "".join(shown))
    used = set(" ".join(CLASSES.findall("".join(shown))).split())
    assert {"antialiased", "material-symbols-outlined"} <= used
    whole, left = (
        stylesheet.sheet(tinycss2.parse_stylesheet(text, True, True), used)
        for text in (stylesheet.WHOLE.read_text(), stylesheet.cut())
    )
    assert left == whole


def test_the_cut_stylesheet_is_that_of_the_unfold_and_the_templates_that_are_here() -> None:
    assert stylesheet.CUT.read_text() == stylesheet.cut(), "Run python -m helpdesk.tests.stylesheet."


def test_what_could_be_used_is_not_cut_away() -> None:
    kept = [
        "p{color:red}",
        ".known{--x:1}",
        ":is(.known>*){top:0}",
        ":is(.known,.gone){top:0}",
        ".a\\:b{top:0}",
    ]
    gone = [".gone{top:0}", ".known .gone{top:0}", ":where(.gone){top:0}", "#gone{top:0}"]
    half = "@media (width>1px){.known,.gone{top:0}.gone{top:1px}}@supports (top:0){.gone{top:0}}"
    half += '@property --x{syntax:"*"}'
    rules = tinycss2.parse_stylesheet("".join(kept + gone) + half)
    assert stylesheet.sheet(rules, {"known", "a:b"}) == (
        "".join(kept) + '@media (width>1px){.known{top:0}}@property --x{syntax:"*"}'
    )


def test_pages_are_compressed_with_a_random_length_and_answers_to_programs_are_not(
    ticket: Ticket, agent: User, admin_as: Callable[[User], Client]
) -> None:
    client = admin_as(agent)
    asked = {"accept-encoding": "gzip"}
    pages = [client.get(change_url(ticket.pk), headers=asked) for _ in range(8)]
    assert {page["Content-Encoding"] for page in pages} == {"gzip"}
    assert all("Accept-Encoding" in page["Vary"] for page in pages)
    assert ticket.title in gzip.decompress(pages[0].content).decode()
    assert len({len(page.content) for page in pages}) > 1
    assert "Content-Encoding" not in client.get(TICKETS, headers=asked)
    assert "Content-Encoding" not in client.get(change_url(ticket.pk))


def test_what_people_wrote_keeps_its_indentation(
    make_ticket: Callable[..., Ticket], agent: User, admin_as: Callable[[User], Client]
) -> None:
    ticket = make_ticket(description="Steps:\n    1. open\n\t2. wait")
    assert "    1. open" in admin_as(agent).get(change_url(ticket.pk)).content.decode()


def test_the_token_of_a_form_is_another_one_in_each_page(
    ticket: Ticket, agent: User, admin_as: Callable[[User], Client]
) -> None:
    client = admin_as(agent)
    pages = [client.get(change_url(ticket.pk)).content.decode() for _ in range(2)]
    first, second = ({*re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)} for page in pages)
    assert first
    assert not first & second
    assert settings.SESSION_COOKIE_SAMESITE == settings.CSRF_COOKIE_SAMESITE == "Lax"


def test_static_files_are_kept_for_ever_under_names_that_change(tmp_path: Path, settings: Settings) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "look.css").write_text("p { color: red; }" * 50)
    storage = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    with override_settings(
        STATIC_ROOT=tmp_path / "served",
        STATICFILES_DIRS=[source],
        STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
        STORAGES={**settings.STORAGES, "staticfiles": storage},
        WHITENOISE_AUTOREFRESH=False,
        WHITENOISE_USE_FINDERS=False,
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        [hashed] = [path.name for path in (tmp_path / "served").glob("look.*.css")]
        serve = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))
        request = HttpRequest()
        request.method, request.path_info = "GET", f"/static/{hashed}"
        request.META["HTTP_ACCEPT_ENCODING"] = "gzip"
        answer = serve(request)
    assert answer["Cache-Control"] == "max-age=315360000, public, immutable"
    assert answer["Content-Encoding"] == "gzip"
    answer.file_to_stream.close()
