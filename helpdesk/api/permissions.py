"""Who is let in: the predicates of `helpdesk.permissions`, one per action."""

from typing import Any

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from helpdesk import permissions

# OPTIONS describes a route; a method that a route does not have is answered by a 405.
WITHOUT_EFFECT = {"metadata": permissions.can_view, None: permissions.can_view}


class MayDoThis(BasePermission):
    """Asks the predicate that ``view.requires`` names for the action, and refuses where it names none."""

    message = "Your account may not do this. Ask a lead to put you in a group that may."

    def has_permission(self, request: Request, view: Any) -> bool:
        action = getattr(view, "action", "")
        may = getattr(view, "requires", {}).get(action) or WITHOUT_EFFECT.get(action)
        if settings.HELPDESK_API_OPEN and not request.user.is_authenticated:
            return may is not None
        return may is not None and may(request.user)


class MayReadContract(BasePermission):
    """The OpenAPI document is for everybody who is signed in, and in open mode for everybody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return settings.HELPDESK_API_OPEN or request.user.is_authenticated
