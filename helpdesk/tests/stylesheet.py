"""``python -m helpdesk.tests.stylesheet``: cut unfold's stylesheet to what the list and a ticket can use.

Nine tenths of it are for pages of unfold's own. What a template or script of ours could name stays, and so
does whatever names no class at all. To be run when unfold or the classes of a template change; the result is
committed.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tinycss2
import unfold

from project.environment import BASE_DIR

UNFOLD = Path(unfold.__file__).parent
WHOLE = UNFOLD / "static/unfold/css/styles.css"
TEMPLATES = BASE_DIR / "helpdesk/templates"
CUT = BASE_DIR / "helpdesk/static/helpdesk/unfold.css"
HEAD = "/* Written by python -m helpdesk.tests.stylesheet from unfold's stylesheet; not to be edited. */\n"
HELPERS = ["header_title", "label", "messages", "tab_action", "tab_actions"]
# Whose names of classes and ids can be on these pages.
SOURCES = [
    *(
        TEMPLATES / name
        for name in ("admin/base.html", "admin/nav_sidebar.html", "admin/helpdesk/ticket/change_list.html")
    ),
    *(
        path
        for folder in ("helpdesk/frame", "helpdesk/panel", "unfold")
        for path in (TEMPLATES / folder).rglob("*.html")
    ),
    *(BASE_DIR / "helpdesk/static/helpdesk/js").glob("*.js"),
    *(UNFOLD / "templates/unfold/helpers/messages").glob("*.html"),
    *(UNFOLD / f"templates/unfold/helpers/{name}.html" for name in HELPERS),
]
NESTING = {"layer", "media", "supports", "container"}
NAME = re.compile(r"[.#]((?:\\[0-9a-fA-F]{1,6}\s?|\\.|[\w-])+)")
ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)")


def cut() -> str:
    return HEAD + sheet(tinycss2.parse_stylesheet(WHOLE.read_text(), True, True), words()) + "\n"


def words() -> set[str]:
    return {word for path in SOURCES for word in re.split(r"[\s\"'`<>={}()]+", path.read_text())}


def classes(text: str) -> set[str]:
    """The classes and ids that a piece of a stylesheet names."""
    return {ESCAPE.sub(unescaped, name) for name in NAME.findall(text)}


def sheet(rules: Iterable[Any], known: set[str]) -> str:
    return "".join(kept(rules, known))


def kept(rules: Iterable[Any], known: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [one for one in parts(rule.prelude) if names(one) <= known]
            if selectors:
                yield f"{','.join(map(tinycss2.serialize, selectors))}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in NESTING and rule.content is not None:
            inside = sheet(tinycss2.parse_stylesheet(rule.content, True, True), known)
            if inside:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inside}}}"
        else:
            yield rule.serialize()


def parts(prelude: list[Any]) -> Iterator[list[Any]]:
    """The selectors of a list of selectors."""
    one: list[Any] = []
    for token in prelude:
        if token == ",":
            yield one
            one = []
        else:
            one.append(token)
    yield one


def names(selector: list[Any]) -> set[str]:
    """The classes and ids without which it matches nothing; in :is() and :where() only of an only way."""
    plain = [token for token in selector if token.type not in {"function", "[] block"}]
    found = classes(tinycss2.serialize(plain))
    for token in selector:
        if token.type == "function" and token.lower_name in {"is", "where"}:
            ways = list(parts(token.arguments))
            found |= names(ways[0]) if len(ways) == 1 else set()
    return found


def unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else escape[2]


if __name__ == "__main__":
    CUT.write_text(cut())
