"""What the columns of ticket files are called, in English, German, French, Spanish and Portuguese."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

_SUFFIX = re.compile(r"\[[a-z ]+\]\s*$|\((?:in )?(?:utc|gmt|local|text|list)\)\s*$", re.IGNORECASE)
_CUSTOM = re.compile(r"^custom fields?\s*[(.:]\s*(.+?)\)?$", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def names(text: str) -> tuple[str, ...]:
    """Names that are written with commas between them."""
    return tuple(" ".join(name.split()) for name in text.split(","))


# Words that say only whose column it is.
_GENERIC = frozenset(
    names(
        """
        ticket, tickets, issue, case, incident, request, the, u, sys, fields, field, sr, vorgang,
        anfrage, demande, solicitud, chamado, caso, incidente, support, bug, task,
        conversation
        """
    )
)

# By target; of two columns the one whose name stands further in front is taken. Without accents.
_SYNONYMS = {
    "title": """
        title, subject, summary, short description, ticket name, name, headline, betreff, titel,
        kurzbeschreibung, zusammenfassung, sujet, objet, titre, resume, asunto, titulo, resumen, assunto,
        resumo, problem, topic, descriptor, complaint type, service name, thema
    """,
    "description": """
        description, body, text, message, content, details, detail, long description, description text,
        problem description, issue description, full description, ticket text, document, beschreibung,
        inhalt, nachricht, texte, contenu, descripcion, mensaje, contenido, detalle, descricao, mensagem,
        conteudo, corpo, cuerpo, complaint, question, query, consumer complaint narrative, instruction,
        inquiry, anfragetext, complaint what happened, notes
    """,
    "status": """
        status, state, current status, incident state, stage, status name, status label, etat, statut,
        estado, situacao, zustand, pipeline stage
    """,
    "priority": """
        priority, priority level, priority name, prio, prioritat, prioritaet, dringlichkeit, priorite,
        urgence, prioridad, urgencia, prioridade, sla priority, severity, urgency, impact
    """,
    "category": """
        category, ticket category, issue category, topic group, type, issue type, ticket type, help topic,
        case type, request type, tracker, queue, department, product category, kategorie, bereich, typ,
        categorie, type de demande, categoria, tipo, departamento, complaint type, reason, group, intent,
        classification, issue, labels, label, tags
    """,
    "requester_name": """
        requester name, requester, demandeur demandeur, customer name, customer, contact name, full name,
        from, reporter, caller, caller id, opened by, created by, author, submitter, client name, client,
        contact, user name, user, creator, raised by, submitted by, anfragesteller, kunde, kundenname,
        melder, ersteller, demandeur, nom du client, solicitante, nombre, cliente, nombre del cliente, nome
        do cliente, nome, user login, reporter name, associated contact
    """,
    "requester_email": """
        requester email, customer email, contact email, email, from email, e mail, email address, mail,
        reporter email, user email, submitter email, sender, from address, requester mail, e mail adresse,
        kunden email, adresse email, courriel, correo, correo electronico, email do cliente, client email,
        caller email, sender email, from, von
    """,
    "assignee": """
        assignee, assigned to, agent, owner, agent assigned, assigned agent, assignee name, ticket owner,
        technician, agent name, assigned user, handler, responder, assignee login, assignee email,
        bearbeiter, besitzer, zugewiesen an, zustandig, assigne a, attribue a, assigne, responsable,
        asignado a, agente, responsavel, atribuido a, resolver, assignee display name
    """,
    "external_source": "external source",
    "external_id": """
        external id, key, number, id, no, ticket id, ticket number, case number, case id, unique key, ref,
        reference, nr, nummer, ticketnummer, numero, identifiant, identificador, codigo, case enquiry id,
        service request number, service request id, complaint id, iid, uid, vorgangsnummer, protocolo,
        ticket
    """,
    "created_at": """
        created at, created, created time, created date, date created, creation date, create date, created
        on, opened at, opened, open date, date opened, open dt, requested datetime, submitted at, submitted
        on, date submitted, reported at, reported date, received, date received, sys created on, sys created
        at, creation time, timestamp, date, datetime, created datetime, erstellt, erstellt am, erstelldatum,
        eroffnet am, datum, cree le, date d ouverture, date de creation, date creation, ouvert le, creado,
        creado el, fecha de creacion, fecha, criado em, data de criacao, data, data de abertura, start date,
        log date, call date, in time, open time
    """,
    "first_responded_at": """
        first responded at, first response at, first response date, first reply at, first response time,
        initial response time, first responded, first reply time, responded at, response date, erste
        antwort, premiere reponse, primera respuesta, primeira resposta, first response timestamp
    """,
    "resolved_at": """
        resolved at, resolved, resolved time, resolved date, date resolved, solved at, solved, resolution
        date, resolution time, resolved on, time to resolution, completed at, completed date, completion
        date, resolution timestamp, gelost am, geloest am, gelost, resolu le, date de resolution, resuelto,
        resuelto el, fecha de resolucion, resolvido em, data de resolucao, resolution datetime, out time,
        resolutiondate
    """,
    "closed_at": """
        closed at, closed, closed time, closed date, date closed, close date, closed on, closed dt, closing
        date, end date, closed datetime, geschlossen, geschlossen am, abgeschlossen am, ferme le, cloture
        le, date de cloture, cerrado, cerrado el, fecha de cierre, fechado em, data de fechamento, encerrado
        em, close time
    """,
    "comments": """
        comments, comment, comments and work notes, additional comments, replies, conversation,
        conversations, thread, answer, response, reply, resolution, resolution description, resolution
        notes, resolution comment, solution, close notes, closure reason, agent response, first response,
        kommentare, kommentar, antwort, losung, commentaires, commentaire, reponse, solution apportee,
        comentarios, comentario, respuesta, solucion, resposta, solucao, company response to consumer,
        company public response
    """,
    "notes": """
        work notes, internal notes, private notes, internal comments, agent notes, interne notiz, notes
        internes, notas internas
    """,
}
SYNONYMS = {target: names(text) for target, text in _SYNONYMS.items()}
# Names that say all: what else stands in them does not count.
_EXACT = frozenset(name for synonyms in SYNONYMS.values() for name in synonyms)
# Single words that tell what a column is wherever they stand in its name.
TELLING = frozenset(
    names("status, state, priority, severity, category, kategorie, email, description, subject, assignee")
)
# Columns that are added to a description, and make none alone.
ADDITIONS = frozenset(
    names(
        """
        environment, steps to reproduce, reproduction steps, expected behavior, expected behaviour,
        expected result, actual result, actual behavior, additional information, additional details,
        umgebung, schritte, error message, symptom, symptoms, fehlermeldung
        """
    )
)


def plain(header: str) -> str:
    """The words of a header in small letters: without accents, signs, and the type that some products add."""
    header = _SUFFIX.sub("", header.strip())
    if custom := _CUSTOM.match(header):
        header = custom.group(1)
    if header.strip() == "#":
        return "id"
    header = unicodedata.normalize("NFKD", _CAMEL.sub(" ", header)).lower().replace("ß", "ss")
    kept = "".join(sign if sign.isalnum() else " " for sign in header if not unicodedata.combining(sign))
    return " ".join(kept.split())


def bare(words: str) -> str:
    """Words without those in front that say only whose column it is: "ticket status" is "status"."""
    parts = words.split()
    while len(parts) > 1 and parts[0] in _GENERIC:
        parts.pop(0)
    return " ".join(parts)


def likeness(header: str, target: str) -> float:
    """How well a header names a target, from 0 to 1; a nested one also by the last part of its path."""
    words = plain(header)
    synonyms = SYNONYMS[target]
    last = plain(header.rpartition(".")[2])
    for form, weight in ((words, 1.0), (bare(words), 0.99), (last, 0.8)):
        if form in synonyms:
            return weight - 0.5 * synonyms.index(form) / len(synonyms)
    if words in _EXACT:
        return 0.0
    padded = f" {words} "
    telling = (name for name in synonyms if " " in name or name in TELLING)
    return 0.45 if any(f" {name} " in padded for name in telling) else 0.0


def fingerprint(headers: Iterable[str]) -> str:
    """The same for two files with the same columns, by which a mapping is remembered."""
    return hashlib.sha256("\x1f".join(map(plain, headers)).encode()).hexdigest()[:32]
