"""The OpenAPI document, and the page that shows it."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import user_passes_test
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import permissions
from helpdesk.api.errors import read_only
from helpdesk.api.renderers import JSONRenderer
from helpdesk.api.throttles import ReadThrottle


class DocumentView(SpectacularAPIView):
    throttle_classes = [ReadThrottle]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """A refusal is no OpenAPI document, and the renderers of one could not write it."""
        if response.exception:
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)


def may_read(user: permissions.User) -> bool:
    return settings.HELPDESK_API_OPEN or user.is_authenticated


document = read_only(DocumentView.as_view())
page = read_only(user_passes_test(may_read)(SpectacularSwaggerSplitView.as_view(url_name="api-schema")))
"""Sends a person who is not signed in to the admin's login."""
