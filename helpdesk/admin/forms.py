"""The forms of the ticket pages. Each remembers what it showed, and so knows what its editor changed."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from helpdesk.choices import BadgeChoices
from helpdesk.tickets.fields import EDITABLE, REQUIRED
from helpdesk.tickets.models import BODY_LENGTH, Ticket
from helpdesk.tickets.parsing import INVISIBLE, is_visible
from helpdesk.tickets.query import as_pk
from helpdesk.triage.models import Suggestion


class BadgeSelect(UnfoldAdminSelectWidget):
    """A select whose options carry the badge colour of their value; the style sheet paints the chosen one."""

    def __init__(self, vocabulary: type[BadgeChoices], attrs: dict[str, Any] | None = None) -> None:
        self.vocabulary = vocabulary
        super().__init__({"class": "badge-select", "aria-label": vocabulary.__name__, **(attrs or {})})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.vocabulary.values:
            option["attrs"]["data-color"] = self.vocabulary(value).color
        return option


class RememberingForm(forms.ModelForm):
    """Sends along the value each field had when it was shown; `changed_data` is measured against that.

    Without it, saving a stale page would write back every old value over a colleague's newer one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in self._meta.fields or self.fields:
                if name in self.fields:
                    self.fields[name].show_hidden_initial = True

    def changes(self) -> dict[str, Any]:
        """The ticket's fields that this editor changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in EDITABLE}

    def overruled(self) -> list[str]:
        """The fields that this editor changed and somebody else had changed since the page was shown."""
        return [name for name in self.changes() if self._is_stale(self[name])]

    def _is_stale(self, bound: forms.BoundField) -> bool:
        shown = bound.field.hidden_widget().value_from_datadict(
            self.data, self.files, bound.html_initial_name
        )
        return bound.field.has_changed(self.initial[bound.name], shown)


class TicketForm(RememberingForm):
    """The ticket page: the ticket's own fields, a reply, and the suggestion that was shown."""

    suggestion = forms.CharField(required=False, widget=forms.HiddenInput)
    reply = forms.CharField(
        required=False,
        max_length=BODY_LENGTH,
        widget=UnfoldAdminTextareaWidget(
            attrs={"rows": 4, "placeholder": "Write to the requester, or leave a note."}
        ),
    )
    reply_is_internal = forms.BooleanField(
        required=False, label="Internal note: the requester never sees it", widget=UnfoldBooleanSwitchWidget
    )

    class Meta:
        model = Ticket
        fields = EDITABLE

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in {*REQUIRED, "reply"} & set(self.changed_data):
            if (text := cleaned.get(name)) and not is_visible(text):
                self.add_error(name, INVISIBLE)
        return cleaned

    def shown_suggestion(self) -> Suggestion | None:
        """The suggestion that the page showed, if it still waits for a verdict."""
        pk = as_pk(self.cleaned_data.get("suggestion", ""))
        return Suggestion.objects.pending().filter(pk=pk).first() if pk else None
