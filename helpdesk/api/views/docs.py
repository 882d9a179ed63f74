"""The OpenAPI document, and the page that shows it."""

from django.conf import settings
from django.contrib.auth.decorators import user_passes_test
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from helpdesk import permissions
from helpdesk.api.throttles import ReadThrottle


def may_read(user: permissions.User) -> bool:
    return settings.HELPDESK_API_OPEN or user.is_authenticated


document = SpectacularAPIView.as_view(throttle_classes=[ReadThrottle])
page = user_passes_test(may_read)(SpectacularSwaggerSplitView.as_view(url_name="api-schema"))
"""Sends a person who is not signed in to the admin's login."""
