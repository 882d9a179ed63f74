"""The forms of the ticket pages."""

from typing import Any, cast

from django import forms
from django.contrib.auth.models import User
from unfold.widgets import UnfoldAdminSelectWidget

from helpdesk import people
from helpdesk.choices import BadgeChoices
from helpdesk.tickets.fields import EDITABLE, REQUIRED
from helpdesk.tickets.models import DESCRIPTION_LENGTH, Ticket
from helpdesk.tickets.parsing import INVISIBLE, as_pk, is_visible
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


class TicketForm(forms.ModelForm):
    """A new ticket, and the suggestion that its page showed."""

    suggestion = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Ticket
        fields = EDITABLE

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in {*REQUIRED} & set(self.changed_data):
            if (text := cleaned.get(name)) and not is_visible(text):
                self.add_error(name, INVISIBLE)
        return cleaned

    def shown_suggestion(self) -> Suggestion | None:
        """The suggestion that the page showed, if it still waits for a verdict."""
        pk = as_pk(self.cleaned_data.get("suggestion", ""))
        return Suggestion.objects.pending().filter(pk=pk).first() if pk else None


class RememberingForm(forms.ModelForm):
    """Sends along the value each field had when it was shown; `changed_data` is measured against that.

    Without it, saving a stale page would write back every old value over a colleague's newer one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def changes(self) -> dict[str, Any]:
        """What this editor changed, by field."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    def expected(self) -> dict[str, Any]:
        """What the page showed of the fields that its editor changed."""
        return {name: self._was(name) for name in self.changed_data}

    def _was(self, name: str) -> Any:
        bound = self[name]
        raw = bound.field.hidden_widget().value_from_datadict(self.data, self.files, bound.html_initial_name)
        try:
            return bound.field.to_python(raw)
        except forms.ValidationError:
            return raw


class FieldsForm(RememberingForm):
    """The four fields that are changed all day, for a browser without scripts."""

    class Meta:
        model = Ticket
        fields = ("status", "priority", "category", "assignee")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assignee = cast("forms.ModelChoiceField", self.fields["assignee"])
        # Whoever has the ticket stays a choice, or saving would take it away.
        choices = people.assignable() | User.objects.filter(pk=self.instance.assignee_id)
        assignee.queryset = choices.order_by("first_name", "username")
        assignee.empty_label = "Nobody"
        assignee.label_from_instance = people.name_of  # type: ignore[assignment, method-assign]


class DescriptionForm(RememberingForm):
    """What was wrong when the ticket was written, put right; browsers send line breaks of their own."""

    description = forms.CharField(
        max_length=DESCRIPTION_LENGTH,
        strip=False,
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 8}),
    )

    class Meta:
        model = Ticket
        fields = ("description",)

    def clean_description(self) -> str:
        text: str = self.cleaned_data["description"].replace("\r\n", "\n")
        if not is_visible(text):
            raise forms.ValidationError(INVISIBLE)
        return text

    def _was(self, name: str) -> Any:
        shown, now = str(super()._was(name)).replace("\r\n", "\n"), Ticket.objects.get(pk=self.instance.pk)
        return now.description if now.description.replace("\r\n", "\n") == shown else shown


class DetailsForm(RememberingForm):
    """What is changed now and then: who asks, and where the ticket came from."""

    class Meta:
        model = Ticket
        fields = ("requester_name", "requester_email", "external_source", "external_id")
