"""``/metrics``: the numbers of the desk for Prometheus."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from helpdesk.operations import metrics

CLOSED = "Metrics are switched off. Set METRICS_TOKEN or METRICS_ALLOW."
REFUSED = "Send 'Authorization: Bearer <METRICS_TOKEN>', or ask directly from a network of METRICS_ALLOW."


@require_safe
def read(request: HttpRequest) -> HttpResponse:
    if not metrics.is_configured():
        return JsonResponse({"detail": CLOSED}, status=HTTPStatus.NOT_FOUND)
    if not metrics.may_read(request):
        return JsonResponse({"detail": REFUSED}, status=HTTPStatus.FORBIDDEN)
    content, content_type = metrics.exposition(request.headers.get("Accept", ""))
    return HttpResponse(content, content_type=content_type)


urlpatterns = [path("metrics", read)]
