"""Texts that a product wrote as HTML: the same as plain text, with its lines and links."""

import re
from html.parser import HTMLParser

_TAG = re.compile(
    r"</?(?:p|div|br|span|a|ul|ol|li|table|tr|td|strong|b|em|i|h[1-6]|blockquote|pre|img|html|body)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# What stands on lines of its own, and between which there is an empty one.
_LINES = frozenset({"div", "tr", "li", "dt", "dd", "ul", "ol", "section", "article", "header", "footer"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table"})
_UNSEEN = frozenset({"script", "style", "head", "title", "template"})


def is_markup(text: str) -> bool:
    return "<" in text and _TAG.search(text) is not None


def without_markup(text: str) -> str:
    """The text that a browser would show; a link is followed by its address, where it does not show it."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0
        self._kept = 0  # depth of texts whose line breaks count
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        if tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("- ")
        elif tag == "td":
            self.parts.append(" ")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")
        self._unseen += tag in _UNSEEN
        self._kept += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            address, start = self._links.pop()
            shown = "".join(self.parts[start:]).strip()
            if address.startswith(("http://", "https://", "mailto:")) and shown not in address:
                self.parts.append(f" ({address.removeprefix('mailto:')})")
            elif address and not shown:
                self.parts.append(address)
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self._kept = max(0, self._kept - (tag == "pre"))
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data if self._kept else re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in _LINES:
            self.parts.append("\n")
