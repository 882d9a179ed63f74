"""What a lead may ask for on the triage page."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from helpdesk.triage import classify, runs
from helpdesk.triage.models import TriageModel


class TargetForm(forms.Form):
    """The share of right answers, in per cent, from which a category may be applied by itself."""

    target = forms.FloatField(
        min_value=50,
        max_value=100,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "Ask for 50 to 100 per cent."
        ),
    )

    def clean_target(self) -> float:
        return self.cleaned_data["target"] / 100


class BacktestForm(forms.Form):
    provider = forms.ChoiceField(
        label="Who answers",
        error_messages={"invalid_choice": "Choose one of the providers or versions that are there."},
    )
    count = forms.IntegerField(
        label="Settled tickets",
        initial=200,
        min_value=1,
        max_value=runs.LARGEST_BACKTEST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, versions: Iterable[TriageModel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["provider"]).choices = [
            (classify.LOCAL, "The local model as it is now"),
            *classify.askable().items(),
            *(
                (f"{classify.VERSION}{model.pk}", f"{model} ({model.get_state_display().lower()})")
                for model in versions
            ),
            (f"{classify.VERSION}0", "The lexicon alone"),
        ]
