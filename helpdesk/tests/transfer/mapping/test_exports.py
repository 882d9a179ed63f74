"""The files of other products come in as they are."""

import json
from datetime import UTC, datetime

import pytest

from helpdesk.tests.transfer.mapping import exports
from helpdesk.tests.transfer.mapping.exports import converted, targets, understood


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "profile", "source"),
    [
        (exports.ZENDESK, "zendesk", "zendesk"),
        (exports.FRESHDESK, "freshdesk", "freshdesk"),
        (exports.FRESHDESK_OF_CONTACTS, "freshdesk", "freshdesk"),
        (exports.JIRA, "jira", "jira"),
        (exports.JIRA_OF_THE_API, "jira", "jira"),
        (exports.OSTICKET, "osticket", "osticket"),
        (exports.DJANGO_HELPDESK, "django-helpdesk", "django-helpdesk"),
        (exports.INCIDENTS, "servicenow", "servicenow"),
        (exports.SHOP, "", "shop-tickets"),
        ("id,title,description,requester_email,external_source,external_id\n1,A,a,,,\n", "helpdesk", ""),
    ],
)
def test_a_product_is_known_by_its_columns(content: str, profile: str, source: str) -> None:
    _, mapping = understood(content, "Shop tickets 2024-05 (2).csv")
    assert (mapping.profile, mapping.source) == (profile, source)


@pytest.mark.parametrize(
    "content",
    [
        exports.ZENDESK, exports.FRESHDESK, exports.JIRA, exports.OSTICKET, exports.DJANGO_HELPDESK,
        exports.SHOP, exports.INCIDENTS, exports.CITY, exports.GERMAN,
    ],
)  # fmt: skip
def test_every_row_becomes_a_ticket_with_what_it_needs(content: str) -> None:
    for row in converted(content):
        assert not row.refusals
        assert row.values["title"]
        assert row.values["description"]
        assert row.values["external_source"]
        assert row.values["external_id"]
        assert row.values["status"] in {"open", "in_progress", "resolved", "closed"}
        assert row.values["created_at"].tzinfo is UTC


def test_numbers_and_states_alone_make_no_tickets() -> None:
    (row,) = converted("id,status\n5,closed\n")
    assert [refusal.reason for refusal in row.refusals] == ["No title and no text"]


def test_zendesk() -> None:
    columns = targets(exports.ZENDESK)
    assert columns["title"] == ["Subject"]
    assert columns["category"] == ["Ticket Category [list]"]
    assert columns["resolved_at"] == ["Solved at"]
    solved, held, opened = converted(exports.ZENDESK)
    assert solved.values == {
        "title": "Refund for order 2210",
        "description": "Refund for order 2210",
        "category": "billing",
        "priority": "critical",
        "status": "resolved",
        "requester_name": "Marta Kowalska",
        "requester_email": "marta@brightleaf.example",
        "assignee": "jonas",
        "external_source": "zendesk",
        "external_id": "41207",
        "created_at": at(2026, 11, 3, 9, 12),
        "resolved_at": at(2026, 11, 4, 10, 2),
    }
    assert ("Tags", "refund vip") in solved.source_data
    assert held.values["former_assignee"] == "Former agent 3"
    assert ("Title [txt]", "VIP") in held.source_data
    assert opened.values.keys().isdisjoint({"priority", "category", "resolved_at"})


def test_freshdesk() -> None:
    waiting, closed = converted(exports.FRESHDESK)
    assert waiting.values["status"] == "in_progress"
    assert waiting.values["first_responded_at"] == at(2024, 3, 1, 10)
    assert closed.values["closed_at"] == at(2024, 3, 3, 11)
    assert {warning.reason for warning in closed.warnings} == {
        "Before it was created",
        "Not an e-mail address",
    }
    assert ("Email", "call her") in closed.source_data
    assert "first_responded_at" not in closed.values
    assert closed.values.get("assignee") is None


def test_freshdesk_with_a_title_that_is_of_the_person() -> None:
    columns = targets(exports.FRESHDESK_OF_CONTACTS)
    assert (columns["title"], columns["requester_name"]) == (["Subject"], ["Full name"])
    first, second = converted(exports.FRESHDESK_OF_CONTACTS)
    assert ("Title", "Head of Sales") in first.source_data
    assert second.values["resolved_at"] == at(2025, 12, 4, 10)


def test_jira_as_its_api_names_things() -> None:
    first, second = converted(exports.JIRA_OF_THE_API)
    assert (first.values["external_id"], first.values["status"]) == ("CSC-14", "resolved")
    assert first.values["resolved_at"] == at(2018, 5, 18, 6, 30, 34)
    assert (first.values["assignee"], first.values["requester_name"]) == ("jonas", "Ann Lee")
    assert "resolved_at" not in second.values


def test_jira_has_comments_with_authors_and_times_and_rows_longer_than_the_header() -> None:
    first, second = converted(exports.JIRA)
    assert first.values["description"] == "Line one\nline, two\n\nEnvironment:\nChrome 120"
    assert first.values["created_at"] == at(2024, 5, 11, 15, 26)
    assert [(c.body, c.author, c.username, c.at, c.from_requester) for c in first.comments] == [
        ("We look into it", "jweber", "jonas", at(2024, 5, 12, 9), False),
        ("Thanks; waiting", "marta@b.example", "", at(2024, 5, 12, 9, 30), True),
    ]
    assert [data for data in first.source_data if data[0] == "Labels"] == [
        ("Labels", "vip"),
        ("Labels", "gate"),
    ]
    assert [(c.body, c.from_requester) for c in second.comments] == [("one more than the header has", True)]


def test_osticket_with_the_month_first() -> None:
    first, second = converted(exports.OSTICKET)
    assert first.values["created_at"] == at(2021, 3, 12, 9, 57)
    assert second.values["created_at"] == at(2021, 3, 2, 9, 57)
    assert first.values["assignee"] == "jonas"


def test_a_dump_of_django_helpdesk() -> None:
    (ticket,) = converted(exports.DJANGO_HELPDESK, "dump.json")
    assert ticket.values["status"] == "open"
    assert ticket.values["priority"] == "critical"
    assert ticket.values["category"] == "billing"
    assert ticket.values["assignee"] == "jonas"
    assert [(c.body, c.username, c.at) for c in ticket.comments] == [("We look", "jonas", at(2024, 1, 2, 5))]


def test_a_data_set_of_a_shop_in_which_the_date_of_purchase_is_no_date_of_the_ticket() -> None:
    columns = targets(exports.SHOP)
    assert "created_at" not in columns
    assert columns["comments"] == ["Resolution"]
    first, second = converted(exports.SHOP)
    assert first.values["created_at"] == at(2023, 6, 1, 12, 15, 36)
    assert second.comments[0].at == second.values["resolved_at"] == at(2023, 6, 1, 18, 5, 38)
    assert ("Date of Purchase", "2021-03-22") in first.source_data


def test_a_log_of_incidents_without_any_title() -> None:
    first, second = converted(exports.INCIDENTS)
    assert first.values["title"] == "Symptom 72"
    assert second.values["title"] == "Category 40"
    assert second.values["priority"] == "critical"
    assert first.values["created_at"] == at(2016, 2, 29, 1, 16)
    assert second.values["former_assignee"] == "Resolver 89"


def test_service_requests_of_a_city() -> None:
    closed, assigned = converted(exports.CITY)
    assert closed.values["closed_at"] == at(2016, 1, 1, 0, 55, 15)
    assert closed.comments[0].body == "The Police Department responded to the complaint."
    assert assigned.values["status"] == "in_progress"
    assert assigned.values["title"] == "No Access"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "mac_roman"])
def test_german_headers_in_any_encoding(encoding: str) -> None:
    first, second = converted(exports.GERMAN.encode(encoding))
    assert first.values["title"] == "Rechnung über 5 €"
    assert (first.values["status"], first.values["priority"]) == ("in_progress", "high")
    assert second.values["created_at"] == at(2024, 2, 4, 10)


@pytest.mark.parametrize(
    ("header", "status", "priority", "created"),
    [
        (
            "Asunto,Descripción,Estado,Prioridad,Correo electrónico,Fecha de creación",
            "En progreso",
            "Urgente",
            "21/03/2024",
        ),
        ("Objet;Contenu;Statut;Priorité;Courriel;Date de création", "En cours", "Urgente", "21 mars 2024"),
        (
            "Assunto\tDescrição\tSituação\tPrioridade\tE-mail\tData de abertura",
            "Em andamento",
            "Urgente",
            "21/03/2024",
        ),
        (
            "Betreff|Beschreibung|Zustand|Priorität|E-Mail-Adresse|Erstellt am",
            "In Bearbeitung",
            "Dringend",
            "21. März 2024",
        ),
    ],
)
def test_four_more_languages(header: str, status: str, priority: str, created: str) -> None:
    delimiter = next(sign for sign in ",;\t|" if sign in header)
    cells = ["No puedo entrar", "Olvidé mi clave", status, priority, "ana@x.example", created]
    (row,) = converted(f"{header}\n{delimiter.join(cells)}\n")
    assert row.values == {
        "title": "No puedo entrar",
        "description": "Olvidé mi clave",
        "status": "in_progress",
        "priority": "critical",
        "requester_email": "ana@x.example",
        "created_at": at(2024, 3, 21),
    }


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (
            "SR_NUMBER,SR_TYPE,OWNER_DEPARTMENT,STATUS,CREATED_DATE,CLOSED_DATE,STATE",
            "SR19-01,Graffiti Removal,Department of Streets,Completed,03/23/2019 04:35:09 PM,,Illinois",
            {
                "external_id": "SR_NUMBER",
                "category": "SR_TYPE",
                "status": "STATUS",
                "created_at": "CREATED_DATE",
            },
        ),
        (
            "Bug ID,Product,Component,Assignee,Status,Resolution,Summary,Changed",
            "35,Suite,XFE,ann,RESOLVED,WONTFIX,Navigator does not free memory,2014-06-01 10:00:00",
            {"external_id": "Bug ID", "title": "Summary", "status": "Status", "assignee": "Assignee"},
        ),
        (
            "Task ID,Created At,Completed At,Name,Assignee,Assignee Email,Notes",
            "12,2024-03-01,2024-03-02,Fix the printer,Ann,ann@x.example,It is at floor 2",
            {"title": "Name", "description": "Notes", "resolved_at": "Completed At", "requester_email": None},
        ),
        (
            "Ticket#;Erstellt;Status;Besitzer;Kundenname;Von;Betreff",
            "20240314;14.03.2024 10:00:11;offen;ann;Müller;Frau Müller <m@x.example>;Drucker",
            {"external_id": "Ticket#", "requester_name": "Kundenname", "requester_email": "Von"},
        ),
        (
            "ID;Titre;Statut;Date d'ouverture;Demandeur - Demandeur;Catégorie",
            "12;Imprimante en panne;En cours (Attribué);2024-03-13 10:00;Dupont Jean;Matériel",
            {"created_at": "Date d'ouverture", "requester_name": "Demandeur - Demandeur"},
        ),
        (
            "ticket,Severity,Priority,Owner Team",
            "1,2 - Normal,0 - Unassigned,Systems\n2,1 - Minor,1 - Low,Systems",
            {"external_id": "ticket", "priority": "Priority"},
        ),
    ],
)
def test_columns_of_trackers_that_have_no_profile(
    header: str, row: str, expected: dict[str, str | None]
) -> None:
    found = targets(f"{header}\n{row}\n")
    assert {target: found.get(target, [None])[0] for target in expected} == expected


def test_the_last_part_of_a_nested_name_counts() -> None:
    text = json.dumps(
        [{"id": 7, "source": {"body": "I need help", "author": {"name": "Jo"}}, "via": {"id": 1}}]
    )
    found = targets(text, "chats.json")
    assert found["description"] == ["source.body"]
    assert found["external_id"] == ["id"]
