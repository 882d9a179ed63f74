"""Signing in, as JSON."""

from django.contrib.auth.models import User
from rest_framework import serializers

from helpdesk.api.serializers.fields import TextField
from helpdesk.people import name_of


class CredentialsSerializer(serializers.Serializer):
    username = TextField(max_length=150)
    password = TextField(max_length=4096, trim_whitespace=False)


class CallerSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.SerializerMethodField()

    def get_name(self, user: User) -> str:
        return name_of(user)


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField(help_text="Shown this once. Send it as `Authorization: Bearer <token>`.")
    expiry = serializers.DateTimeField()
    user = CallerSerializer()
