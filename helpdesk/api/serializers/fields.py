"""Fields that are stricter than DRF's, and say which values they would take."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from helpdesk.people import assignable, name_of
from helpdesk.permissions import can_look_inside
from helpdesk.tickets.parsing import INVISIBLE, is_visible

NAMELESS = "Null to callers without credentials."


class TextField(serializers.CharField):
    """A string and nothing else; surrounding blanks are cut off. A required one can be seen."""

    default_error_messages = {"invalid": "Send a string.", "invisible": INVISIBLE}

    def run_validation(self, data: Any = empty) -> str | None:
        if data is not empty and data is not None and not isinstance(data, str):
            self.fail("invalid")
        value = super().run_validation(data)
        # A password is taken as it is: whoever chose it knows what it is made of.
        if value and self.trim_whitespace and not self.allow_blank and not is_visible(value):
            self.fail("invisible")
        return value


class VerbatimField(TextField):
    """A text that is kept as it was written, blanks included, but is not only blanks."""

    def to_internal_value(self, data: str) -> str:
        return data


@extend_schema_field(OpenApiTypes.STR)
class StaffNameField(serializers.Field[Any, Any, str | None, User]):
    """The name of the user that is its source, or null to callers who may not know it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, allow_null=True, help_text=NAMELESS, **kwargs)

    def to_representation(self, user: User) -> str | None:
        return name_of(user) if can_look_inside(self.context["request"].user) else None


class OneOfField(serializers.ChoiceField):
    """One value of a vocabulary."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, **kwargs)
        message = f"Choose one of: {', '.join(self.choices)}."
        self.error_messages |= {"invalid_choice": message, "null": message}


@extend_schema_field(OpenApiTypes.INT)
class StaffField(serializers.PrimaryKeyRelatedField):
    """The id of somebody who may be given tickets."""

    default_error_messages = {
        "does_not_exist": "Nobody with this id may change tickets. Send another one, or null for nobody.",
        "incorrect_type": "Send the id of a user as a number, or null for nobody.",
    }

    def get_queryset(self) -> QuerySet[User]:
        return assignable()

    def to_internal_value(self, data: Any) -> User:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("incorrect_type")
        return super().to_internal_value(data)
