"""Fields that are stricter than DRF's, and say which values they would take."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from helpdesk.people import assignable
from helpdesk.tickets.query import as_pk, start_of


class TextField(serializers.CharField):
    """A string and nothing else; surrounding blanks are cut off."""

    default_error_messages = {"invalid": "Send a string."}

    def run_validation(self, data: Any = empty) -> str | None:
        if data is not empty and data is not None and not isinstance(data, str):
            self.fail("invalid")
        return super().run_validation(data)


class VerbatimField(TextField):
    """A text that is kept as it was written, blanks included, but is not only blanks."""

    def to_internal_value(self, data: str) -> str:
        return data


class OneOfField(serializers.ChoiceField):
    """One value of a vocabulary."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, **kwargs)
        message = f"Choose one of: {', '.join(self.choices)}."
        self.error_messages |= {"invalid_choice": message, "null": message}


class SomeOfField(serializers.MultipleChoiceField):
    """Values of a vocabulary, separated by commas."""

    default_error_messages = {"unknown": "Unknown: {unknown}. Choose from: {allowed}."}

    def to_internal_value(self, data: str) -> list[str]:
        wanted = [value.strip() for value in data.split(",") if value.strip()]
        unknown = [value for value in wanted if value not in self.choices]
        if unknown:
            self.fail("unknown", unknown=", ".join(unknown), allowed=", ".join(self.choices))
        return wanted


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.Field):
    """A date (its midnight in the desk's time zone) or a date and time, as a datetime in UTC."""

    default_error_messages = {
        "invalid": "Send a date such as 2026-03-31, or a time such as 2026-03-31T14:00:00Z.",
    }

    def to_internal_value(self, data: str) -> datetime:
        try:
            return self._parse(data).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")

    @staticmethod
    def _parse(text: str) -> datetime:
        if day := parse_date(text):
            return start_of(day)
        # A plus sign that was not escaped arrives as a blank.
        moment = parse_datetime(text) or parse_datetime("+".join(text.rsplit(" ", 1)))
        if moment is None:
            raise ValueError(text)
        return make_aware(moment) if is_naive(moment) else moment


@extend_schema_field({"type": "string", "pattern": "^(me|none|[0-9]+)$"})
class AssigneeField(serializers.Field):
    """Who: the id of a user, ``me`` as the caller's id, or ``none`` as None."""

    default_error_messages = {
        "invalid": "Send the id of a user, 'me' or 'none'.",
        "anonymous": "'me' is for callers who are signed in. Send credentials, or the id of a user.",
    }

    def to_internal_value(self, data: str) -> int | None:
        if data == "none":
            return None
        if data == "me":
            return self._caller()
        pk = as_pk(data)
        if pk is None:
            self.fail("invalid")
        return pk

    def _caller(self) -> int:
        user = self.context["request"].user
        if not user.is_authenticated:
            self.fail("anonymous")
        return user.pk


@extend_schema_field(OpenApiTypes.INT)
class StaffField(serializers.PrimaryKeyRelatedField):
    """The id of somebody who may be given tickets."""

    default_error_messages = {
        "does_not_exist": "No active member of staff has this id. Send another one, or null for nobody.",
        "incorrect_type": "Send the id of a user as a number, or null for nobody.",
    }

    def get_queryset(self) -> QuerySet[User]:
        return assignable()

    def to_internal_value(self, data: Any) -> User:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("incorrect_type")
        return super().to_internal_value(data)
