"""A browser without a screen: reads a form as it was shown, and sends it back changed."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

LIST = reverse("admin:helpdesk_ticket_changelist")
ADD = reverse("admin:helpdesk_ticket_add")


class FormReader(HTMLParser):
    """Collects what a browser would send of the form with this id."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside = form_id, False
        self.data: dict[str, str] = {}
        self.select = self.textarea = ""
        self.multiple = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        elif self.inside and tag == "input":
            self._take_input(given)
        elif self.inside and tag == "select":
            self.select, self.multiple = given["name"], "multiple" in given
        elif self.inside and tag == "option" and self.select:
            self._take_option(given)
        elif self.inside and tag == "textarea":
            self.textarea = given["name"]
            self.data[self.textarea] = ""

    def _take_input(self, given: dict[str, str | None]) -> None:
        name, kind = given.get("name"), given.get("type")
        left_out = kind in {"submit", "button"} or (kind in {"checkbox", "radio"} and "checked" not in given)
        if name and not left_out:
            self.data[name] = given.get("value") or ("on" if kind == "checkbox" else "")

    def _take_option(self, given: dict[str, str | None]) -> None:
        """Of a plain select the first option counts, unless another one is selected."""
        is_first = not self.multiple and self.select not in self.data
        if is_first or "selected" in given:
            self.data[self.select] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.data[self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.textarea:
            # A browser drops the line break that Django writes behind the opening tag.
            self.data[self.textarea] = self.data[self.textarea].removeprefix("\r\n").removeprefix("\n")
            self.textarea = ""


def shown(client: Client, url: str, form_id: str) -> dict[str, str]:
    """The form as the page at `url` shows it now."""
    reader = FormReader(form_id)
    response = client.get(url)
    assert response.status_code == 200, response
    reader.feed(response.content.decode())
    return reader.data


def change_url(pk: int) -> str:
    return reverse("admin:helpdesk_ticket_change", args=[pk])


def save(client: Client, url: str, form: dict[str, str], **changes: Any) -> list[str]:
    """Send a form with some fields changed; returns the messages shown, and fails on an error in the form."""
    response = client.post(url, {**form, **changes}, follow=True)
    assert response.status_code == 200, response
    context = response.context or {}
    errors = context["adminform"].form.errors if "adminform" in context and context["errors"] else {}
    assert not errors, errors
    return [str(message) for message in context["messages"]]
