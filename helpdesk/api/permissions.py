"""Who is let in: the predicates of `helpdesk.permissions`, one per action."""

from typing import Any

from django.conf import settings
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from helpdesk import permissions

# OPTIONS describes a route; a method that a route does not have is answered by a 405.
WITHOUT_EFFECT = {"metadata": permissions.can_view, None: permissions.can_view}
ANOTHER_SITE = (
    "Without credentials nothing is done for the page of another site. "
    "Add its origin to CORS_ALLOWED_ORIGINS, or send 'Authorization: Bearer <token>'."
)


class MayDoThis(BasePermission):
    """Asks the predicate that ``view.requires`` names for the action, and refuses where it names none."""

    message = "Your account may not do this. Ask a lead to put you in a group that may."

    def has_permission(self, request: Request, view: Any) -> bool:
        action = getattr(view, "action", "")
        may = getattr(view, "requires", {}).get(action) or WITHOUT_EFFECT.get(action)
        if settings.HELPDESK_API_OPEN and not request.user.is_authenticated:
            if request.method not in SAFE_METHODS and is_of_another_site(request):
                raise PermissionDenied(ANOTHER_SITE)
            return may is not None
        return may is not None and may(request.user)


class MayDoThisWithCredentials(MayDoThis):
    """The same for routes that open mode does not open."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.user.is_authenticated and super().has_permission(request, view)


def is_of_another_site(request: Request) -> bool:
    """Whether a browser says so, which it does also where a page may send but not read (a form, plain text).

    What is no browser sends neither header.
    """
    origin = request.headers.get("Origin")
    if origin in settings.CORS_ALLOWED_ORIGINS:
        return False
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        return True
    own = f"{request.scheme}://{request.get_host()}"
    # By the others the desk is known behind a proxy.
    return origin is not None and origin not in {own, *settings.CSRF_TRUSTED_ORIGINS}


class MayReadContract(BasePermission):
    """The OpenAPI document is for everybody who is signed in, and in open mode for everybody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return settings.HELPDESK_API_OPEN or request.user.is_authenticated
