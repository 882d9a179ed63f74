"""Imports as JSON, and what a request for one may say."""

from typing import Any

import orjson
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from helpdesk.choices import ImportState
from helpdesk.people import name_of
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.mapping.plan import ImportMapping
from helpdesk.transfer.mapping.profiles import BY_NAME
from helpdesk.transfer.models import Import
from helpdesk.transfer.reading.source import Reading

PLAIN = ("id", "name", "state", "message", "created_at", "started_at", "finished_at")
COUNTS = ("new", "changed", "unchanged", "skipped", "refused")
REFUSED = (("all", "One refused row stops the import"), ("leave", "Refused rows are left out"))


@extend_schema_field({"type": "string", "format": "json"})
class JSONText(serializers.Field):
    """A field of a form that holds a JSON object."""

    default_error_messages = {"object": "Send a JSON object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError:
            value = None
        if not isinstance(value, dict):
            self.fail("object")
        return value


class NewImportSerializer(serializers.Serializer):
    """A form. Without `mapping` the columns are recognised; `profile` says which product wrote the file."""

    file = serializers.FileField(allow_empty_file=True, use_url=False)
    profile = serializers.ChoiceField(sorted(BY_NAME), required=False, allow_blank=True, default="")
    dry_run = serializers.BooleanField(default=False, help_text="Stops at the preview; start it later.")
    refused = serializers.ChoiceField(REFUSED, default="all")
    labels_right = serializers.BooleanField(
        default=False,
        help_text="Categories and priorities in the file are right: triage may learn from them.",
    )
    mapping = JSONText(required=False, help_text="As `GET /api/imports/{id}/` answers it, in JSON.")
    reading = JSONText(
        required=False, help_text="How to read the file: kind, encoding, delimiter, header, sheet, in JSON."
    )

    def validate_mapping(self, value: dict[str, Any]) -> dict[str, Any]:
        try:
            return ImportMapping.from_json(value).to_json()
        except (TypeError, ValueError, AttributeError, KeyError):
            raise serializers.ValidationError(
                "This is no mapping. Read that of an import, change it, and send it as it is."
            ) from None

    def validate_reading(self, value: dict[str, Any]) -> dict[str, Any]:
        try:
            return Reading.from_json(value).to_json()
        except ValueError as wrong:
            raise serializers.ValidationError(str(wrong)) from None


class StartSerializer(serializers.Serializer):
    refused = serializers.ChoiceField(REFUSED, default="all")
    labels_right = serializers.BooleanField(default=False)


class CountsSerializer(serializers.Serializer):
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    skipped = serializers.IntegerField()
    refused = serializers.IntegerField()


class WrittenSerializer(serializers.Serializer):
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    skipped = serializers.IntegerField(help_text="Changed by somebody since the preview, and left so.")


class TakenBackSerializer(serializers.Serializer):
    removed = serializers.IntegerField()
    restored = serializers.IntegerField()
    left = serializers.ListField(child=serializers.ListField(), help_text="[ticket, fields, reason] of each.")
    left_count = serializers.IntegerField()


class ImportSerializer(serializers.Serializer):
    """An import: what it would do (`preview`), what it has done (`written`), and what an undo took back."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    owner = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(ImportState.choices)
    has_worker = serializers.BooleanField(help_text="False when work waits and no worker runs.")
    message = serializers.CharField()
    preview = CountsSerializer()
    written = WrittenSerializer()
    batch = serializers.UUIDField(help_text="The filter `batch` finds its tickets.")
    mapping = serializers.DictField(allow_null=True)
    undone = TakenBackSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, job: Import) -> dict[str, Any]:
        undone = jobs.taken_back(job)
        left = ("removed", "restored", "left", "left_count")
        return {name: getattr(job, name) for name in PLAIN} | {
            "owner": name_of(job.owner) if job.owner else None,
            "has_worker": not jobs.is_left_alone(job),
            "preview": {name: getattr(job, name) for name in COUNTS},
            "written": {name: getattr(job, f"done_{name}") for name in ("new", "changed", "skipped")},
            "batch": job.batch,
            "mapping": job.mapping,
            "undone": {name: getattr(undone, name) for name in left} if undone else None,
        }
