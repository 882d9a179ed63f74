"""Predictions of the classifier, passing or recorded, as JSON."""

from typing import Any

from rest_framework import serializers

from helpdesk.api.serializers.fields import TextField, VerbatimField
from helpdesk.choices import Category, Priority, Verdict
from helpdesk.triage.models import Suggestion
from helpdesk.triage.prediction import Prediction


class ClassifySerializer(serializers.Serializer):
    """The text of a ticket that need not exist yet."""

    title = TextField(default="", allow_blank=True, allow_null=True)
    description = VerbatimField()


class ConfidenceSerializer(serializers.Serializer):
    category = serializers.FloatField(min_value=0, max_value=1)
    priority = serializers.FloatField(min_value=0, max_value=1)


class ReasonsSerializer(serializers.Serializer):
    category = serializers.ListField(child=serializers.CharField())
    priority = serializers.ListField(child=serializers.CharField())


class GuessSerializer(serializers.Serializer):
    category = serializers.BooleanField()
    priority = serializers.BooleanField()


class LabelsSerializer(serializers.Serializer):
    suggested_category = serializers.ChoiceField(Category.choices)
    suggested_priority = serializers.ChoiceField(Priority.choices)
    confidence = ConfidenceSerializer(help_text="From 0 to 1.")
    reasons = ReasonsSerializer(help_text="The words of the text that decided.")
    guess = GuessSerializer(help_text="Whether no word of the text spoke for it.")
    provider = serializers.CharField(help_text="Who answered.")


class PredictionSerializer(LabelsSerializer):
    def to_representation(self, prediction: Prediction) -> dict[str, Any]:
        category, priority = prediction.category, prediction.priority
        return {
            "suggested_category": category.value,
            "suggested_priority": priority.value,
            "confidence": {"category": category.confidence, "priority": priority.confidence},
            "reasons": {"category": category.reasons, "priority": priority.reasons},
            "guess": {"category": category.is_guess, "priority": priority.is_guess},
            "provider": prediction.provider,
        }


class SuggestionSerializer(LabelsSerializer):
    id = serializers.IntegerField()
    ticket = serializers.IntegerField()
    model = serializers.CharField()
    failures = serializers.DictField(
        child=serializers.CharField(), help_text="Why other providers did not answer, by their name."
    )
    latency_ms = serializers.IntegerField()
    verdict = serializers.ChoiceField(Verdict.choices)
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, suggestion: Suggestion) -> dict[str, Any]:
        return {
            "id": suggestion.pk,
            "ticket": suggestion.ticket_id,
            "suggested_category": suggestion.category,
            "suggested_priority": suggestion.priority,
            "confidence": {
                "category": suggestion.category_confidence,
                "priority": suggestion.priority_confidence,
            },
            "reasons": {"category": suggestion.category_reasons, "priority": suggestion.priority_reasons},
            "guess": {
                "category": not suggestion.category_reasons,
                "priority": not suggestion.priority_reasons,
            },
            **{name: getattr(suggestion, name) for name in PLAIN},
        }


PLAIN = ("provider", "model", "failures", "latency_ms", "verdict", "created_at", "decided_at")
