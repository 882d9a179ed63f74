"""The numbers of the desk as JSON."""

from django.db.models import TextChoices
from rest_framework import serializers

from helpdesk.choices import Category, Priority, Status


def breakdown(choices: type[TextChoices]) -> type[serializers.Serializer]:
    """An object with a count for every value of a vocabulary."""
    fields = {value: serializers.IntegerField(min_value=0) for value in choices.values}
    return type(f"{choices.__name__}BreakdownSerializer", (serializers.Serializer,), fields)


class StatsSerializer(serializers.Serializer):
    """Counts of tickets; the breakdowns hold every value, zero where there is none."""

    total_tickets = serializers.IntegerField(source="total")
    open_tickets = serializers.IntegerField(source="open")
    avg_tickets_per_day = serializers.FloatField(
        source="average_per_day", help_text="From the day of the first ticket to today, both included."
    )
    status_breakdown = breakdown(Status)(source="by_status")
    category_breakdown = breakdown(Category)(source="by_category")
    priority_breakdown = breakdown(Priority)(source="by_priority")
