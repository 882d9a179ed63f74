"""The OpenAPI document and its page."""

from typing import Any

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Helpdesk API",
    "DESCRIPTION": "Tickets, their conversations, their history and their triage.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_NAME_OVERRIDES": {
        "Category": "helpdesk.choices.Category",
        "Priority": "helpdesk.choices.Priority",
        "Status": "helpdesk.choices.Status",
        "Channel": "helpdesk.choices.Channel",
        "Action": "helpdesk.choices.Action",
        "Verdict": "helpdesk.choices.Verdict",
    },
    "PATH_CONVERTER_OVERRIDES": {"id": int},
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["helpdesk.api.permissions.MayReadContract"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # No badge from the validator of another host.
    "SWAGGER_UI_SETTINGS": {"validatorUrl": None, "persistAuthorization": False, "deepLinking": True},
}
