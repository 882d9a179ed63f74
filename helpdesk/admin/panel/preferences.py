"""How one person likes to work in the panel."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from helpdesk.people import signed_in
from helpdesk.workspace import preferences


@require_POST
def switch_shortcuts(request: HttpRequest) -> JsonResponse:
    """Single keys ``on`` or ``off``, for the person who asks."""
    on = request.POST.get("shortcuts") == "on"
    preferences.set_shortcuts(signed_in(request), on=on)
    return JsonResponse({"said": f"Single keys are {'on' if on else 'off'}."})
