"""What statuses, priorities and categories are called, in English, German, French, Spanish and Portuguese."""

import re

from helpdesk.choices import VOCABULARIES, Category, Priority, Status
from helpdesk.transfer.mapping.names import names, plain

# Cells that say that there is nothing.
NOTHING = frozenset(
    names(
        r"""
        , -, --, —, n/a, N/A, na, NA, null, NULL, Null, none, None, NONE, nan, NaN, NAN, nil, NaT, \N,
        undefined, ?, (blank), (none), (null), #N/A, <null>, 0000-00-00, 0000-00-00 00:00:00
        """
    )
)
# Whom a ticket is given to that nobody has, in small letters.
NOBODY = frozenset(
    names("unassigned, no agent, nobody, not assigned, niemand, nicht zugewiesen, non assigne, sin asignar")
)
# Whole texts, whatever their spaces.
_TEXTS = {
    Status.OPEN: """
        open, opened, new, to do, backlog, reopened, reopen, unassigned, submitted, created, active,
        registered, received, draft, logged, queued, triage, unresolved, offen, neu, wiedereroffnet, ouvert,
        ouverte, nouveau, nouvelle, abierto, abierta, nuevo, nueva, aberto, aberta, novo, nova
    """,
    Status.IN_PROGRESS: """
        pending, hold, on hold, in progress, progress, ongoing, wip, work in progress, assigned, started,
        processing, escalated, working, accepted, review, in review, feedback, investigating, waiting,
        awaiting, deferred, postponed, paused, blocked, testing, scheduled, contacted, replied, answered, in
        bearbeitung, bearbeitung, wartend, angehalten, en cours, en attente, en progreso, en curso,
        pendiente, en espera, em andamento, pendente, aguardando
    """,
    Status.RESOLVED: """
        resolved, solved, done, fixed, completed, complete, finished, implemented, verified, gelost,
        geloest, erledigt, resolu, resolue, termine, resuelto, resuelta, solucionado, resolvido, resolvida,
        concluido
    """,
    Status.CLOSED: """
        closed, archived, cancelled, canceled, rejected, duplicate, deleted, wontfix, wont do, expired,
        merged, spam, invalid, declined, withdrawn, abandoned, not a bug, geschlossen, abgebrochen,
        storniert, ferme, fermee, clos, annule, cerrado, cerrada, cancelado, fechado, fechada, encerrado
    """,
    Priority.CRITICAL: """
        critical, urgent, emergency, highest, blocker, immediate, very high, severe, showstopper, p0, p1,
        prio 1, sev1, dringend, kritisch, sehr hoch, sofort, notfall, critique, urgente, tres haute,
        critica, critico, muy alta, muito alta
    """,
    Priority.HIGH: """
        high, major, important, p2, prio 2, sev2, hoch, wichtig, haute, elevee, eleve, alta, alto, elevada
    """,
    Priority.MEDIUM: """
        medium, normal, moderate, standard, average, regular, p3, prio 3, sev3, mittel, moyenne, moyen,
        normale, media, medio, moderada
    """,
    Priority.LOW: """
        low, lowest, minor, trivial, planning, very low, routine, cosmetic, p4, p5, prio 4, prio 5, sev4,
        niedrig, gering, sehr niedrig, basse, faible, tres basse, baja, bajo, muy baja, baixa, baixo
    """,
}
# Beginnings of words that decide when the whole text is unknown; of several the first that occurs.
_WORDS = {
    Status.IN_PROGRESS: """
        wait, await, pending, on hold, in progress, en cours, warte, attente, espera, aguard, in bearbeitung
    """,
    Status.CLOSED: "closed, cancel, reject, duplicat, won t, archiv, geschlossen, ferme, cerrad, fechad",
    Status.RESOLVED: "resolved, solved, done, fixed, complet, gelost, resol, resuelt",
    Status.OPEN: "open, new, reopened, re opened, to do, offen, ouvert, abiert, abert",
    Priority.CRITICAL: "critical, urgent, emergency, highest, very high, blocker, dringend, kritisch",
    Priority.LOW: "low, minor, trivial, niedrig, baj, baix, basse",
    Priority.MEDIUM: "medium, normal, moderate, mittel, moyen, medi",
    Priority.HIGH: "high, major, hoch, haute, alta, alto",
    Category.BILLING: """
        billing, invoice, payment, refund, pricing, charge, subscription, finance, accounting, credit card,
        debt, rechnung, zahlung, factur, paiement, rembours, pago, reembolso, fatur, cobranc, pagamento
    """,
    Category.ACCOUNT: """
        account, log in, login, sign in, password, access, permission, authenticat, user, profile,
        cancellation, konto, anmeld, passwort, zugang, compte, connexion, mot de passe, acces, cuenta,
        contrasena, conta, senha
    """,
    Category.TECHNICAL: """
        technical, bug, error, incident, defect, problem, crash, hardware, software, network, outage, it
        support, it service, server, security, performance, integration, api, printer, laptop, email,
        internet, storage, technisch, technik, fehler, storung, stoerung, technique, panne, erreur, tecnic,
        fallo, falha, erro
    """,
    Category.GENERAL: """
        general, question, how to, feature, inquiry, enquiry, feedback, suggestion, other, misc,
        information, request, task, story, epic, change, allgemein, frage, wunsch, autre, demande, consulta,
        pregunta, duvida, solicita, otro, outro
    """,
}
LONGEST = 60
_LEADING = re.compile(r"^(?:\d+|p\d|s\d)\s+(?=[^\W\d])")


def _joined(text: str) -> str:
    return plain(text).replace(" ", "")


_KNOWN = {
    target: {
        _joined(name): member.value
        for member in vocabulary
        for name in (*names(_TEXTS.get(member, "")), member.value, str(member.label))
        if name
    }
    for target, vocabulary in VOCABULARIES.items()
}
_PATTERNS = {
    target: [
        (member.value, re.compile(rf"\b(?:{'|'.join(names(words))})"))
        for member, words in _WORDS.items()
        if isinstance(member, vocabulary)
    ]
    for target, vocabulary in VOCABULARIES.items()
}


def known_value(target: str, text: str) -> str:
    """The value of the vocabulary that a text means, or nothing if that is not known."""
    words = _LEADING.sub("", plain(text))
    if value := _KNOWN[target].get(words.replace(" ", "")):
        return value
    if len(words) > LONGEST:
        return ""
    return next((value for value, pattern in _PATTERNS[target] if pattern.search(words)), "")
