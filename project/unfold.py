"""The look of the admin: title, colours, sidebar, tabs, command palette and the dashboard's callback."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

TICKETS = reverse_lazy("admin:helpdesk_ticket_changelist")


def may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def sheet(name: str) -> Callable[[HttpRequest], str]:
    return lambda request: static(f"helpdesk/{name}")


def script(name: str) -> Callable[[HttpRequest], str]:
    return lambda request: static(f"helpdesk/js/{name}.js")


def shows(**params: str) -> Callable[[HttpRequest], bool]:
    """Whether the list shows exactly this tab: the same query parameters, paging and sorting aside."""
    return lambda request: (
        {k: v for k, v in request.GET.items() if k not in {"p", "o", "q", "_facets"}} == params
    )


def tab(title: str, **params: str) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in params.items())
    return {
        "title": title,
        "link": lambda request: f"{TICKETS}?{query}" if query else str(TICKETS),
        "active": shows(**params),
    }


def environment(request: HttpRequest) -> list[str] | None:
    return ["Development", "warning"] if settings.DEBUG else None


UNFOLD = {
    "SITE_TITLE": "Helpdesk",
    "SITE_HEADER": "Helpdesk",
    "SITE_SUBHEADER": "Support tickets",
    "SITE_SYMBOL": "support_agent",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("helpdesk/favicon.svg")},
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "ENVIRONMENT": "project.unfold.environment",
    "DASHBOARD_CALLBACK": "helpdesk.admin.dashboard.dashboard",
    "ACCOUNT": {
        "navigation": [{"title": "Where you are signed in", "link": reverse_lazy("admin:helpdesk_account")}]
    },
    "STYLES": [sheet("frame.css"), sheet("helpdesk.css")],
    "SCRIPTS": [script(name) for name in ("frame", "http", "keys", "menu", "toast", "palette", "poll")],
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.6)",
            "100": "oklch(93.2% .032 255.6)",
            "200": "oklch(88.2% .059 254.1)",
            "300": "oklch(80.9% .105 251.8)",
            "400": "oklch(70.7% .165 254.6)",
            "500": "oklch(62.3% .214 259.8)",
            "600": "oklch(54.6% .245 262.9)",
            "700": "oklch(48.8% .243 264.4)",
            "800": "oklch(42.4% .199 265.6)",
            "900": "oklch(37.9% .146 265.5)",
            "950": "oklch(28.2% .091 267.9)",
        },
    },
    "SIDEBAR": {
        "navigation": [
            {
                "title": "Work",
                "items": [
                    {"title": "Dashboard", "icon": "dashboard", "link": reverse_lazy("admin:index")},
                    {
                        "title": "Tickets",
                        "icon": "confirmation_number",
                        "link": TICKETS,
                        "badge": "helpdesk.admin.palette.open_count",
                        "badge_variant": "info",
                        "permission": may("helpdesk.view_ticket"),
                    },
                    {
                        "title": "Triage",
                        "icon": "auto_awesome",
                        "link": reverse_lazy("admin:helpdesk_triage"),
                        "permission": may("helpdesk.view_ticket"),
                    },
                    {
                        "title": "Imports",
                        "icon": "upload_file",
                        "link": reverse_lazy("admin:helpdesk_imports"),
                        "permission": may("helpdesk.import_ticket"),
                    },
                    {
                        "title": "Exports",
                        "icon": "file_save",
                        "link": reverse_lazy("admin:helpdesk_exports"),
                        "permission": may("helpdesk.export_ticket"),
                    },
                ],
            },
            {
                "title": "Administration",
                "separator": True,
                "collapsible": True,
                "items": [
                    {
                        "title": "Users",
                        "icon": "person",
                        "link": reverse_lazy("admin:auth_user_changelist"),
                        "permission": may("auth.view_user"),
                    },
                    {
                        "title": "Groups",
                        "icon": "group",
                        "link": reverse_lazy("admin:auth_group_changelist"),
                        "permission": may("auth.view_group"),
                    },
                    {
                        "title": "API tokens",
                        "icon": "key",
                        "link": reverse_lazy("admin:knox_authtoken_changelist"),
                        "permission": may("knox.view_authtoken"),
                    },
                    {
                        "title": "Failed sign-ins",
                        "icon": "lock_person",
                        "link": reverse_lazy("admin:axes_accessattempt_changelist"),
                        "permission": may("helpdesk.unlock_sign_in"),
                    },
                    {
                        "title": "Background work",
                        "icon": "manufacturing",
                        "link": reverse_lazy("admin:django_tasks_database_dbtaskresult_changelist"),
                        "permission": may("helpdesk.manage_jobs"),
                    },
                    {
                        "title": "System",
                        "icon": "monitor_heart",
                        "link": reverse_lazy("admin:helpdesk_system"),
                        "permission": may("helpdesk.view_system"),
                    },
                    {"title": "API documentation", "icon": "api", "link": "/api/docs/"},
                ],
            },
        ],
    },
    "TABS": [
        {
            "models": ["helpdesk.ticket"],
            "items": [
                tab("All"),
                tab("Open", status="open"),
                tab("Mine", assignee="me", attention="unresolved"),
                tab("Unassigned", assignee="none", attention="unresolved"),
                tab("Overdue", attention="overdue"),
            ],
        },
    ],
}
