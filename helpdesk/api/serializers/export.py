"""Exports as JSON, and what a request for one may say."""

from collections.abc import Collection
from typing import Any

from rest_framework import serializers
from rest_framework.reverse import reverse

from helpdesk.api.filters import refuse_unknown
from helpdesk.choices import JobState
from helpdesk.people import name_of
from helpdesk.tickets.query import FILTERS
from helpdesk.transfer.columns import COLUMNS
from helpdesk.transfer.exporting import job as jobs
from helpdesk.transfer.exporting.content import BY_EXTENSION
from helpdesk.transfer.models import TicketExport
from helpdesk.transfer.parts import PARTS

PLAIN = ("id", "channel", "format", "columns", "parts", "state", "message", "rows", "total")
TIMES = ("created_at", "finished_at", "expires_at")


class NewExportSerializer(serializers.Serializer):
    """Which tickets, and how; `filters` are those of the list of tickets, each as its query says it."""

    format = serializers.ChoiceField(list(BY_EXTENSION), default="csv")
    columns = serializers.MultipleChoiceField(
        choices=COLUMNS, default=lambda: set(COLUMNS), allow_empty=False, help_text="All, if it is not sent."
    )
    parts = serializers.MultipleChoiceField(choices=list(PARTS), default=set, help_text="With jsonl only.")
    filters = serializers.DictField(child=serializers.CharField(allow_blank=True), default=dict)

    def validate_columns(self, chosen: Collection[str]) -> list[str]:
        return [name for name in COLUMNS if name in chosen]

    def validate_parts(self, chosen: Collection[str]) -> list[str]:
        return [name for name in PARTS if name in chosen]

    def validate_filters(self, given: dict[str, str]) -> dict[str, str]:
        refuse_unknown(given, FILTERS)
        return {name: text for name, text in given.items() if name in FILTERS}


class ExportSerializer(serializers.Serializer):
    """An export: how far it is, and where to fetch it while there is a file."""

    id = serializers.IntegerField()
    owner = serializers.CharField(allow_null=True)
    channel = serializers.CharField()
    format = serializers.ChoiceField(list(BY_EXTENSION))
    columns = serializers.ListField(child=serializers.CharField())
    parts = serializers.ListField(child=serializers.CharField())
    filters = serializers.DictField(child=serializers.CharField())
    state = serializers.ChoiceField(JobState.choices)
    has_worker = serializers.BooleanField(help_text="False when work waits and no worker runs.")
    message = serializers.CharField()
    rows = serializers.IntegerField(help_text="How many tickets are written.")
    total = serializers.IntegerField()
    download = serializers.URLField(allow_null=True, help_text="Where the file is, until `expires_at`.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, export: TicketExport) -> dict[str, Any]:
        address = reverse("export-job-download", args=[export.pk], request=self.context["request"])
        return {name: getattr(export, name) for name in (*PLAIN, *TIMES)} | {
            "owner": name_of(export.owner) if export.owner else None,
            "filters": export.query,
            "has_worker": not jobs.is_left_alone(export),
            "download": address if export.is_fetchable else None,
        }
