"""Who is let in: the predicates of `helpdesk.permissions`, one per verb."""

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from helpdesk import permissions


class MayDoThis(BasePermission):
    """Asks the predicate that ``view.verbs`` names for the action; reading is the ordinary verb."""

    message = "Your account may not do this. Ask a lead to put you in a group that may."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if settings.HELPDESK_API_OPEN and not request.user.is_authenticated:
            return True
        may = view.verbs.get(view.action, permissions.can_view)
        return may(request.user)


class MayReadContract(BasePermission):
    """The OpenAPI document is for everybody who is signed in, and in open mode for everybody."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return settings.HELPDESK_API_OPEN or request.user.is_authenticated
