"""The look of the admin: title, colours, sidebar, tabs and the dashboard's callback."""

UNFOLD = {
    "SITE_TITLE": "Helpdesk",
    "SITE_HEADER": "Helpdesk",
}
