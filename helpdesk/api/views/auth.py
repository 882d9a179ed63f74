"""Tokens: signing in and out."""

import knox.views
from django.contrib.auth.signals import user_logged_in
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from helpdesk.accounts import sign_in
from helpdesk.api import schema
from helpdesk.api.authentication import TokenAuthentication
from helpdesk.api.errors import NoSignIn
from helpdesk.api.serializers.auth import CredentialsSerializer, TokenSerializer
from helpdesk.api.throttles import LoginThrottle

WRONG = "The username or the password is wrong. Check both; the password is that of the admin."


@schema.login
class LoginView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = [LoginThrottle]

    def post(self, request: Request) -> Response:
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        try:
            user = sign_in.check(request, **credentials.validated_data)
        except sign_in.SignInRefused as refused:
            raise NoSignIn(refused) from refused
        if user is None:
            raise AuthenticationFailed(WRONG)
        AuthToken.objects.filter(user=user, expiry__lte=timezone.now()).delete()
        created, token = AuthToken.objects.create(user=user)
        user_logged_in.send(sender=type(user), request=request, user=user)
        return Response(TokenSerializer({"token": token, "expiry": created.expiry, "user": user}).data)

    def get_authenticate_header(self, request: Request) -> str:
        return "Bearer"


@schema.logout
class LogoutView(knox.views.LogoutView):
    """Revokes the token that is sent."""

    authentication_classes = [TokenAuthentication]
    throttle_classes: list[type[BaseThrottle]] = []
