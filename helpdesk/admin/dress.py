"""What Django's pages of a model say, in the words of the desk; whole sentences are in project/locale."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models.options import Options
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

# What goes with a row and is nobody's loss.
UNSAID = frozenset({"read marks", "presences", "preferences", "token uses"})
UNSAID_ENDING = "relationships"


class DeskAdmin:
    """Mixed into a `ModelAdmin`, before it."""

    opts: Options

    @property
    def media(self) -> Media:
        """Of Django's scripts those that run without jQuery, which nothing here needs."""
        return Media(js=["admin/js/core.js", "admin/js/actions.js"])

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> Any:
        """Without buttons that make, change or delete a person or a group in passing."""
        field = super().formfield_for_dbfield(*args, **kwargs)  # type: ignore[misc]
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})  # type: ignore[misc]

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """The rows by name, and how many of what is lost with them; not what each of those is called."""
        rows = list(objs)
        _, counts, needed, protected = super().get_deleted_objects(rows, request)  # type: ignore[misc]
        unsaid = {*UNSAID, str(self.opts.verbose_name_plural).lower()}
        lost = {
            str(name): count
            for name, count in counts.items()
            if str(name).lower() not in unsaid and not str(name).endswith(UNSAID_ENDING)
        }
        return [str(row) for row in rows], lost, needed, protected
