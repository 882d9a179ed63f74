"""What an error looks like; for the OpenAPI document."""

from rest_framework import serializers


class ErrorSerializer(serializers.Serializer):
    detail = serializers.CharField(help_text="What is wrong, and what to do.")


class FailureSerializer(ErrorSerializer):
    code = serializers.CharField(help_text="Which failure it is, such as `database_timeout`.")
    request_id = serializers.CharField(
        help_text="The id of the request, for the operator: also in `X-Request-ID`."
    )
