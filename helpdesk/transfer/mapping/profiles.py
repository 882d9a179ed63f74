"""The files of products that we know. A profile is one entry here; what it does not say is found by names."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from helpdesk.transfer.mapping.names import names, plain
from helpdesk.transfer.mapping.plan import KEEP
from helpdesk.transfer.mapping.targets import TARGETS


@dataclass(frozen=True)
class Profile:
    """`marks` are plain names of columns, with commas between them; `needed` of them tell the product.

    `columns` are those whose names alone would tell them wrongly, by target; `values` are those of the
    product's own numbering.
    """

    name: str
    label: str
    marks: str
    needed: int
    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def targets(self) -> dict[str, str]:
        """The target of a column by its plain name."""
        return {name: target for target, columns in self.columns.items() for name in names(columns)}


HELPDESK = "helpdesk"
PROFILES = (
    Profile(
        HELPDESK,
        "This product",
        marks="external source, external id, requester name, requester email, first responded at, desk",
        needed=3,
        columns={name: plain(name) for name in TARGETS},
    ),
    Profile(
        "zendesk",
        "Zendesk",
        marks="""
            summation column, requester external id, requester domain, submitter, assigned at, initially
            assigned at, solved at, group stations, assignee stations, reopens, satisfaction score,
            first reply time in minutes, requester wait time in minutes, requester id, assignee id,
            submitter id, organization id, brand id, satisfaction rating score, raw subject
        """,
        needed=3,
        columns={
            "external_id": "id",
            "title": "subject",
            "requester_name": "requester",
            "resolved_at": "solved at",
            "requester_email": "requester email",
            "assignee": "assignee",
            KEEP: "raw subject, requester id, submitter, due date, satisfaction comment",
        },
    ),
    Profile(
        "freshdesk",
        "Freshdesk, Freshservice",
        marks="""
            due by time, resolved time, closed time, last update time, initial response time, time
            tracked, agent interactions, customer interactions, resolution status, first response
            status, survey results, every response status, first response time in hrs, resolution time
            in hrs, last updated time, association type, internal agent, internal group, responder id,
            description text, created time, contact id, full name, company name
        """,
        needed=4,
        columns={
            "external_id": "ticket id",
            "title": "subject",
            "created_at": "created time",
            "resolved_at": "resolved time",
            "closed_at": "closed time",
            "first_responded_at": "initial response time",
            "requester_name": "full name, requester name",
            "requester_email": "email",
            "assignee": "agent",
            KEEP: """
                first response time in hrs, resolution time in hrs, resolution status, first response
                status, contact id, description html, title, summary
            """,
        },
        values={
            "status": {"2": "open", "3": "in_progress", "4": "resolved", "5": "closed"},
            "priority": {"1": "low", "2": "medium", "3": "high", "4": "critical"},
        },
    ),
    Profile(
        "jira",
        "Jira, Jira Service Management",
        marks="""
            issue key, issue id, issue type, project key, project name, project type, project lead, last
            viewed, votes, watchers, original estimate, remaining estimate, time spent, affects version
            s, fix version s, component s, log work, parent id, resolutiondate, reporter key, creator key,
            assignee key, fix versions, affects versions, time original estimate
        """,
        needed=3,
        columns={
            "external_id": "issue key",
            "title": "summary",
            "category": "issue type, request type",
            "requester_name": "reporter",
            "created_at": "created",
            "resolved_at": "resolved, resolutiondate",
            "comments": "comment",
            KEEP: """
                resolution, labels, creator, issue id, project description, project name, satisfaction
                rating, log work
            """,
            "description": "environment, description",
        },
    ),
    Profile(
        "osticket",
        "osTicket",
        marks="""
            help topic, sla due date, sla plan, overdue, merged, linked, answered, agent assigned, team
            assigned, thread count, reopen count, attachment count, task count, current status, from
            email
        """,
        needed=3,
        columns={
            "external_id": "ticket number",
            "created_at": "date created",
            "requester_name": "from",
            "requester_email": "from email",
            "category": "help topic",
            "status": "current status",
            "closed_at": "closed date",
            "assignee": "agent assigned",
            KEEP: "department, answered",
        },
    ),
    Profile(
        "servicenow",
        "ServiceNow",
        marks="""
            sys id, sys created on, sys created at, sys updated on, sys mod count, caller id,
            short description, assignment group, cmdb ci, incident state, comments and work notes, u symptom
        """,
        needed=4,
        columns={"external_id": "number", KEEP: "problem id, rfc, opened by, active"},
        values={
            "status": {
                "1": "open",
                "2": "in_progress",
                "3": "in_progress",
                "6": "resolved",
                "7": "closed",
                "8": "closed",
            },
            "priority": {"1": "critical", "2": "high", "3": "medium", "4": "low", "5": "low"},
        },
    ),
    Profile(
        "redmine",
        "Redmine",
        marks="""
            tracker, parent task, target version, done, spent time, total estimated time, related issues,
            total spent time
        """,
        needed=4,
        columns={
            "external_id": "id",
            "created_at": "created",
            "closed_at": "closed",
            KEEP: "start date, due date",
        },
    ),
    Profile(
        "github",
        "GitHub",
        marks="html url, repository url, comments url, events url, labels url, node id, author association",
        needed=3,
        columns={"external_id": "number", KEEP: "id, comments"},
    ),
    Profile(
        "hubspot",
        "HubSpot",
        marks="ticket owner, pipeline, ticket status, ticket name, associated contact, create date",
        needed=5,
    ),
    Profile(
        "django-helpdesk",
        "django-helpdesk",
        marks="""
            submitter email, on hold, last escalation, secret key, queue, kbitem, merged to, resolution,
            modified
        """,
        needed=5,
        columns={
            "external_id": "id",
            "created_at": "created",
            "requester_email": "submitter email",
            "category": "queue",
            "assignee": "assigned to",
            "comments": "resolution, comments",
            KEEP: "due date, modified",
        },
        values={
            "status": {"1": "open", "2": "open", "3": "resolved", "4": "closed", "5": "closed"},
            "priority": {"1": "critical", "2": "high", "3": "medium", "4": "low", "5": "low"},
        },
    ),
)
BY_NAME = {profile.name: profile for profile in PROFILES}


def recognise(headers: Iterable[str]) -> Profile | None:
    """The product whose columns these are, if any is."""
    found = set(map(plain, headers))
    if {"desk", "id"} <= found:
        return BY_NAME[HELPDESK]  # an own export, however few columns were chosen
    shares = [
        (len(found.intersection(names(profile.marks))) / profile.needed, profile) for profile in PROFILES
    ]
    share, profile = max(shares, key=lambda item: item[0])
    return profile if share >= 1 else None
