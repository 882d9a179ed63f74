"""README.md cannot fall behind: every setting, command, verb and route is in it, and nothing that is gone."""

import re
from pathlib import Path

import pytest
from drf_spectacular.generators import SchemaGenerator

from helpdesk.tickets.query import FILTERS
from helpdesk.transfer.columns import COLUMNS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SOURCES = [ROOT / "project" / name for name in ("settings.py", "files.py", "gunicorn.conf.py")]
READERS = re.compile(
    r"""(?:\b(?:switch|choice|number|whole|words|origins|text|zone|database|host|networks)|environ\.(?:get|setdefault))\(\s*["']([A-Z_]+)["']"""
)


def settings_read() -> set[str]:
    names = {name for path in SOURCES for name in READERS.findall(path.read_text())}
    return names - {"DJANGO_SETTINGS_MODULE"}


def settings_told() -> set[str]:
    rows = re.findall(r"^\| (`[A-Z].*?) \|", README, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_the_settings_table_is_what_the_code_reads():
    assert settings_read() == settings_told()


def test_the_example_names_every_setting():
    assert settings_read() == set(re.findall(r"^#([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_every_command_is_told():
    commands = (ROOT / "helpdesk/management/commands").glob("[a-z]*.py")
    assert not [path.stem for path in commands if f"| `{path.stem}` |" not in README]


@pytest.mark.parametrize("verb", re.findall(r"^(\w+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
def test_every_verb_is_told(verb):
    assert f"make {verb}" in README or f"`{verb}`" in README


def test_every_route_is_told(db):
    paths = SchemaGenerator().get_schema(public=True)["paths"]
    rows = re.findall(r"`([A-Z ]+) (/api/[^`]+)`", README)
    told = {(method, route) for methods, route in rows for method in methods.split()}
    served = {(method.upper(), route) for route, methods in paths.items() for method in methods}
    assert served - told == set()
    assert told - served <= {("GET", "/api/schema/"), ("GET", "/api/docs/")}


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_of_a_file_is_told(column):
    assert f"`{column}`" in README


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_told(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http|#)([^)]+)\)", README))
def test_every_file_that_is_linked_exists(link):
    assert (ROOT / link).exists()


def test_the_pictures_are_small():
    pictures = re.findall(r"\]\((\.github/[^)]+)\)", README)
    assert len(pictures) == 3
    assert all((ROOT / picture).stat().st_size < 150_000 for picture in pictures)
