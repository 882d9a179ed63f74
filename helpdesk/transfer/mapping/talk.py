"""The comments of a row: who said what, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from helpdesk.tickets.models import BODY_LENGTH
from helpdesk.tickets.parsing import is_visible
from helpdesk.transfer.mapping import comments
from helpdesk.transfer.mapping.moments import Reader
from helpdesk.transfer.mapping.words import NOTHING


@dataclass(frozen=True, slots=True)
class ImportedComment:
    """`author` as the file names them; `username` is the member of staff that this is."""

    body: str
    author: str = ""
    username: str = ""
    at: datetime | None = None
    is_internal: bool = False
    from_requester: bool | None = None
    """None before the whole row is known."""


class HasComments(Protocol):
    """A row that is being converted."""

    comments: list[ImportedComment]

    def warn(self, mistake: str, column: str, text: str = "") -> None: ...
    def keep(self, header: str, text: str) -> None: ...


class Talk:
    """Takes the comments of rows; `people` are user names by what people may be called in small letters."""

    def __init__(self, people: Mapping[str, str]) -> None:
        self._people = people

    def take(self, reader: Reader, is_internal: bool, converted: HasComments, header: str, text: str) -> None:
        if text.strip() in NOTHING:
            return
        for said in comments.split(text, reader.read_or_none):
            body = said.body
            if not is_visible(body):
                continue
            if len(body) > BODY_LENGTH:
                converted.keep(header, body)
                converted.warn("cut", header, body)
                body = f"{body[: BODY_LENGTH - 1]}…"
            converted.comments.append(
                ImportedComment(
                    body,
                    said.author,
                    self._people.get(said.author.casefold(), ""),
                    said.at,
                    is_internal if said.is_internal is None else said.is_internal,
                    said.from_requester,
                )
            )

    def finish(self, said: list[ImportedComment], values: Mapping[str, Any]) -> None:
        """Give the comments of a row the time and the side that follow from the rest of it, oldest first."""
        asker = {
            name.casefold() for key in ("requester_name", "requester_email") if (name := values.get(key))
        }
        end = values.get("resolved_at") or values.get("closed_at") or values.get("created_at")
        said[:] = [
            replace(
                comment,
                at=comment.at or end,
                from_requester=not comment.is_internal and self._is_from(comment, asker),
            )
            for comment in said
        ]
        if all(comment.at for comment in said):
            said.sort(key=lambda comment: comment.at or datetime.min)  # noqa: DTZ901  all have one

    def _is_from(self, comment: ImportedComment, asker: set[str]) -> bool:
        if comment.from_requester is not None:
            return comment.from_requester
        return comment.author.casefold() in asker
