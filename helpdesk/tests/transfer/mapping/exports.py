"""Files as other products write them, each with the traps that their real ones have."""

import io
import json

from helpdesk.transfer.mapping.conversion import Converted, Converter
from helpdesk.transfer.mapping.plan import ImportMapping
from helpdesk.transfer.mapping.proposal import propose
from helpdesk.transfer.mapping.scan import Scan, scan
from helpdesk.transfer.reading.opening import open_source
from helpdesk.transfer.reading.source import Source

PEOPLE = {"jweber": "jonas", "jonas weber": "jonas", "jonas@desk.example": "jonas"}

ZENDESK = """\
Summation column,Id,Requester,Requester id,Requester external id,Requester email,Requester domain,Submitter,\
Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,Created at,Updated at,Assigned at,Organization,\
Due date,Initially assigned at,Solved at,Resolution time,Satisfaction Score,Reopens,Replies,Title [txt],\
Ticket Category [list]
1,41207,Marta Kowalska,5512,,marta@brightleaf.example,brightleaf.example,Marta Kowalska,Jonas Weber,Support,\
Refund for order 2210,refund vip,Solved,Urgent,Web,Question,03/11/2026 09:12,04/11/2026 10:02,\
03/11/2026 09:20,Brightleaf GmbH,,03/11/2026 09:20,04/11/2026 10:02,25,Offered,0,2,,Billing
1,41208,Henrik,5513,,h@north.example,north.example,Henrik,Former agent 3,Support,Login fails since Monday,,\
On-hold,Normal,Email,Incident,28/10/2026 17:40,29/10/2026 17:40,,,,,,,,0,0,VIP,Login & access
1,41211,Leila,5514,,l@north.example,north.example,Henrik,,Support,Clock-in is down,,Open,-,Email,-,\
13/10/2026 17:40,29/10/2026 17:40,,,,,,,,0,0,,z_old
"""

FRESHDESK = """\
Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Due by Time,Resolved time,Closed time,\
Last update time,Initial response time,Time tracked,First response time (in hrs),Resolution time (in hrs),\
Agent interactions,Customer interactions,Resolution status,First response status,Tags,Survey results,\
Product,Every response status,Full name,Email,Contact ID,Company Name
1001,Printer broken,Waiting on Third Party,Medium,Portal,Problem,Jonas Weber,IT,2024-03-01 09:00:00,\
2024-03-02 09:00:00,,,2024-03-01 09:00:00,2024-03-01 10:00:00,00:00,01:00:00,,1,1,,Within SLA,,,,,Bob,\
bob@x.example,77,ACME
1002,Password,Closed,Urgent,Email,,No Agent,IT,2024-03-01 09:00:00,2024-03-02 09:00:00,2024-03-01 11:00:00,\
2024-03-03 11:00:00,2024-03-03 11:00:00,2024-03-01 08:00:00,00:00,01:00:00,02:00:00,1,1,Within SLA,\
Within SLA,,,,,Cy,call her,78,ACME
"""

FRESHDESK_OF_CONTACTS = """\
Ticket ID,Subject,Description,Status,Priority,Type,Created time,Resolved time,Summary,Full name,Title,Email,\
Mobile phone,Contact ID,Company Name
11,Page not found,The page of sales is gone since Monday.,Pending,High,,2025-12-03 16:29:08,,No Summary,\
Ann Lee,Head of Sales,ann@x.example,,ann@x.example,ACME
12,Reports are empty,Every report of last week shows zero.,Resolved,Medium,,2025-12-03 16:29:10,\
2025-12-04 10:00:00,No Summary,Bob Tree,CEO,bob@x.example,,bob@x.example,
"""

# As a client of the REST API writes it.
JIRA_OF_THE_API = """\
assignee_email,assignee_key,comments_count,created,creator_key,issue_type,labels,reporter_email,reporter_key,\
reporter_name,resolutiondate,summary,id,key
jonas@desk.example,jw,2,2018-05-11T09:46:53.000+0300,ann,1100,conf:,ann@x.example,ann,Ann Lee,\
2018-05-18T09:30:34.000+0300,Make the schemas anew,4545,CSC-14
jonas@desk.example,jw,0,2018-05-12T09:46:53.000+0300,ann,1100,,ann@x.example,ann,Ann Lee,,Ask for access,\
4546,CSC-15
"""

JIRA = (
    "\ufeffSummary,Issue key,Issue id,Issue Type,Status,Project key,Project name,Priority,Resolution,"
    "Assignee,Reporter,Creator,Created,Updated,Last Viewed,Resolved,Due date,Votes,Labels,Labels,Description,"
    "Environment,Watchers,Attachment,Custom field (Request Type),Comment,Comment\r\n"
    "Login broken,SUP-1,10001,Service Request,Waiting for support,SUP,Support,Highest,,jweber,"
    "marta@b.example,marta@b.example,11/May/24 03:26 PM,12/May/24 3:26 PM,,,,0,vip,gate,"
    '"Line one\nline, two",Chrome 120,,,Get IT help,12/May/24 9:00 AM;jweber;We look into it,'
    '"12/May/24 9:30 AM;marta@b.example;Thanks; waiting"\r\n'
    "Second,SUP-2,10002,Bug,Done,SUP,Support,Lowest,Done,,bob,bob,18/Feb/22 3:48 PM,12/May/24 3:26 PM,,"
    '19/Feb/22 3:48 PM,,0,,,,,,,,,,"20/Feb/22 3:48 PM;bob;one more than the header has"\r\n'
)

OSTICKET = """\
Ticket Number,Date Created,Subject,From,From Email,Priority,Department,Help Topic,Source,Current Status,\
Last Updated,SLA Due Date,SLA Plan,Due Date,Closed Date,Overdue,Merged,Linked,Answered,Agent Assigned,\
Team Assigned,Thread Count,Reopen Count,Attachment Count,Task Count,
123456,3/12/21 9:57,Cannot print,Ann,ann@x.example,Emergency,Support,Report a Problem,Web,Closed,\
3/12/21 9:57,,,,3/14/21 10:00,0,0,0,1,Jonas Weber,,1,0,0,0,
123457,3/2/21 9:57,Question,Cy,cy@x.example,Low,Support,General Inquiry,Email,Archived,3/12/21 9:57,,,,\
3/24/21 10:00,0,0,0,1,,,1,0,0,0,
"""

DJANGO_HELPDESK = json.dumps(
    [
        {"model": "helpdesk.queue", "pk": 3, "fields": {"title": "Billing"}},
        {"model": "auth.user", "pk": 5, "fields": {"username": "jweber", "email": "jonas@desk.example"}},
        {
            "model": "helpdesk.ticket",
            "pk": 7,
            "fields": {
                "title": "Double charge", "queue": 3, "created": "2024-01-02T03:04:05Z", "on_hold": False,
                "modified": "2024-01-03T03:04:05Z", "submitter_email": "a@x.example", "assigned_to": 5,
                "status": 2, "priority": 1, "description": "Charged twice", "resolution": None,
                "due_date": None, "last_escalation": None, "secret_key": "x", "kbitem": None,
                "merged_to": None,
            },
        },
        {
            "model": "helpdesk.followup",
            "pk": 1,
            "fields": {
                "ticket": 7, "date": "2024-01-02T05:00:00Z", "title": "Comment", "comment": "We look",
                "public": True, "user": 5, "new_status": None,
            },
        },
    ]
)  # fmt: skip

SHOP = """\
Ticket ID,Customer Name,Customer Email,Customer Age,Product Purchased,Date of Purchase,Ticket Type,\
Ticket Subject,Ticket Description,Ticket Status,Resolution,Ticket Priority,Ticket Channel,\
First Response Time,Time to Resolution,Customer Satisfaction Rating
1,Marisa,marisa@x.example,32,GoPro,2021-03-22,Technical issue,Product setup,"It fails.

Please assist.",Pending Customer Response,,Critical,Chat,2023-06-01 12:15:36,,
3,Chris,chris@x.example,48,XPS,2020-07-14,Billing inquiry,Refund,I want my money back,Closed,\
Case maybe show recently my computer follow,Low,Chat,2023-06-01 11:14:38,2023-06-01 18:05:38,3.0
"""

INCIDENTS = """\
number,incident_state,active,reassignment_count,sys_mod_count,made_sla,caller_id,opened_by,opened_at,\
sys_created_by,sys_created_at,contact_type,location,category,subcategory,u_symptom,cmdb_ci,impact,urgency,\
priority,assignment_group,assigned_to,problem_id,closed_code,resolved_by,resolved_at,closed_at
INC0000045,New,true,0,0,true,Caller 2403,Opened by  8,29/2/2016 01:16,Created by 6,29/2/2016 01:23,Phone,\
Location 143,Category 55,Subcategory 170,Symptom 72,?,2 - Medium,2 - Medium,3 - Moderate,Group 56,?,?,\
code 5,Resolved by 149,29/2/2016 11:29,5/3/2016 12:00
INC0000047,Awaiting User Info,true,0,1,true,Caller 2403,Opened by  397,1/3/2016 04:40,Created by 171,\
1/3/2016 04:57,Phone,Location 165,Category 40,Subcategory 215,?,?,1 - High,2 - Medium,1 - Critical,\
Group 70,Resolver 89,?,code 5,Resolved by 81,1/3/2016 09:52,6/3/2016 10:00
"""

CITY = """\
Unique Key,Created Date,Closed Date,Agency,Agency Name,Complaint Type,Descriptor,Location Type,Incident Zip,\
City,Status,Due Date,Resolution Description,Resolution Action Updated Date,Borough,Latitude
32310363,12/31/2015 11:59:45 PM,01/01/2016 12:55:15 AM,NYPD,New York Police,Noise - Street,Loud Music/Party,\
Street,10034,NEW YORK,Closed,01/01/2016 07:59:45 AM,The Police Department responded to the complaint.,\
01/01/2016 12:55:15 AM,MANHATTAN,40.86
32309934,12/31/2015 11:59:44 PM,,NYPD,New York Police,Blocked Driveway,No Access,Street,11105,ASTORIA,\
Assigned,01/01/2016 07:59:44 AM,,,QUEENS,40.77
"""

GERMAN = """\
#;Titel;Kunde;Gruppe;Zustand;Priorität;Besitzer;Erstellt am;Geschlossen am
10023;Rechnung über 5 €;Frau Müller;Buchhaltung;warten auf Erinnerung;3 hoch;Jonas Weber;13.02.2024 10:00;
10024;Drucker;Herr Maier;IT;neu;2 normal;;04.02.2024 10:00;
"""


def opened(content: str | bytes, name: str = "tickets.csv") -> Source:
    return open_source(io.BytesIO(content.encode() if isinstance(content, str) else content), name)


def understood(content: str | bytes, name: str = "tickets.csv") -> tuple[Scan, ImportMapping]:
    found = scan(opened(content, name))
    return found, propose(found, PEOPLE)


def converted(content: str | bytes, name: str = "tickets.csv", **rules: str) -> list[Converted]:
    """Every row of a file under the mapping that the desk proposes."""
    source = opened(content, name)
    mapping = propose(scan(source), PEOPLE)
    for rule, choice in rules.items():
        setattr(mapping.rules, rule, choice)
    converter = Converter(mapping, source.headers, PEOPLE)
    return [converter.convert(row) for row in source.rows()]


def targets(content: str | bytes, name: str = "tickets.csv") -> dict[str, list[str]]:
    """By target the columns that are proposed for it."""
    found, mapping = understood(content, name)
    columns: dict[str, list[str]] = {}
    for column, target in zip(found.columns, mapping.columns, strict=True):
        if target:
            columns.setdefault(target, []).append(column.header)
    return columns
