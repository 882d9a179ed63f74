"""The examples of the OpenAPI document."""

from drf_spectacular.utils import OpenApiExample

TICKET = {
    "id": 42,
    "title": "Charged twice in March",
    "description": "Invoice 2031 was taken from our card on the 3rd and again on the 4th.",
    "category": "billing",
    "priority": "high",
    "status": "in_progress",
    "requester_name": "Mira Okafor",
    "requester_email": "mira@customer.example",
    "assignee": 7,
    "external_source": "",
    "external_id": "",
    "created_at": "2026-03-05T08:12:30.250000Z",
    "updated_at": "2026-03-05T09:02:11.731000Z",
    "first_responded_at": "2026-03-05T09:02:11.731000Z",
    "resolved_at": None,
    "closed_at": None,
    "due_at": "2026-03-06T08:12:30.250000Z",
    "assignee_name": "Amir Haddad",
}
LABELS = {
    "suggested_category": "billing",
    "suggested_priority": "high",
    "confidence": {"category": 0.86, "priority": 0.61},
    "reasons": {"category": ["invoice", "card"], "priority": ["charged twice"]},
    "guess": {"category": False, "priority": False},
    "provider": "lexicon",
}
SUGGESTION = {
    "id": 311,
    "ticket": 42,
    **LABELS,
    "model": "lexicon-1",
    "failures": {},
    "latency_ms": 2,
    "verdict": "pending",
    "created_at": "2026-03-05T08:20:00Z",
    "decided_at": None,
}
COMMENT = {
    "id": 90,
    "body": "We have refunded the second payment. It takes two days to arrive.",
    "is_internal": False,
    "from_requester": False,
    "author": 7,
    "author_name": "Amir Haddad",
    "created_at": "2026-03-05T09:02:11.731000Z",
}
EVENT = {
    "id": 1204,
    "action": "updated",
    "channel": "api",
    "actor": 7,
    "actor_name": "Amir Haddad",
    "batch": None,
    "changes": [
        {"field": "status", "old": "open", "new": "in_progress"},
        {"field": "assignee", "old": None, "new": 7, "old_name": None, "new_name": "Amir Haddad"},
    ],
    "created_at": "2026-03-05T08:40:07.100000Z",
}
STATS = {
    "total_tickets": 85,
    "open_tickets": 31,
    "avg_tickets_per_day": 2.83,
    "status_breakdown": {"open": 31, "in_progress": 20, "resolved": 24, "closed": 10},
    "category_breakdown": {"billing": 22, "technical": 35, "account": 17, "general": 11},
    "priority_breakdown": {"low": 18, "medium": 41, "high": 19, "critical": 7},
}
IMPORT = {
    "id": 12,
    "name": "zendesk-2026-11.csv",
    "state": "done",
    "message": "",
    "created_at": "2026-11-23T14:02:00Z",
    "started_at": "2026-11-23T14:02:31Z",
    "finished_at": "2026-11-23T14:03:12Z",
    "owner": "Lena Brandt",
    "has_worker": True,
    "preview": {"new": 17902, "changed": 388, "unchanged": 96, "skipped": 12, "refused": 34},
    "written": {"new": 17902, "changed": 385, "skipped": 3},
    "batch": "5b0c1d0e-8a52-4c56-9d0a-6f0f3f5a7a11",
    "mapping": {"columns": ["external_id", "title", ""], "profile": "zendesk", "source": "zendesk"},
    "undone": None,
}
EXPORT = "id,title\r\n40,Charged twice\r\n"
EXPORT_JOB = {
    "id": 12,
    "channel": "api",
    "format": "jsonl",
    "columns": ["desk", "id", "title", "status"],
    "parts": ["comments"],
    "state": "done",
    "message": "",
    "rows": 184210,
    "total": 184210,
    "created_at": "2026-11-23T14:02:00Z",
    "finished_at": "2026-11-23T14:02:09Z",
    "expires_at": "2026-11-26T14:02:09Z",
    "owner": "Lena Brandt",
    "filters": {"status": "closed"},
    "has_worker": True,
    "download": "https://desk.example.com/api/exports/12/download/",
}
REFUSED_ROWS = "Id,Subject,refused because\r\n41877,,Title: No title. Write one.\r\n"
TOKEN = {
    "token": "3f8a0c5d9e7b21464a6f0d2c8b1e93754f6a7d8c9b0e1f2a3d4c5b6a79880f1e",
    "expiry": "2026-06-03T08:00:00Z",
    "user": {"id": 7, "username": "amir", "name": "Amir Haddad"},
}
NEW_TICKET = {
    "title": "Charged twice in March",
    "description": "Invoice 2031 was taken from our card on the 3rd and again on the 4th.",
    "requester_email": "mira@customer.example",
}


def answer(name: str, value: object, status: int = 200) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])


def body(name: str, value: object) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


def form(name: str, value: object) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True, media_type="multipart/form-data")


def text(name: str, value: str, media_type: str) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=["200"], media_type=media_type)
