"""Where somebody is signed in: their browsers and tokens, and ending them. Everybody sees only their own."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.defaultfilters import pluralize
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from helpdesk.accounts import browsers, sessions, tokens
from helpdesk.accounts.models import Session
from helpdesk.people import signed_in


@dataclass(frozen=True)
class AccessLine:
    """One row of the page."""

    pk: str
    name: str
    address: str | None
    last_used_at: datetime | None
    ends_at: datetime
    is_here: bool = False
    is_beyond_limit: bool = False


@require_safe
def page_view(request: HttpRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Where you are signed in",
        "sessions": [_session_line(session, request) for session in sessions.of(signed_in(request))],
        "tokens": _token_lines(request),
        "may_add_token": request.user.has_perm("knox.add_authtoken"),
    }
    return render(request, "helpdesk/account.html", context)


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("id")
    for session in sessions.of(signed_in(request)):
        if session.public_id == chosen:
            session.delete()
            messages.success(request, f"Signed out: {browsers.in_words(session.user_agent)}.")
            break
    else:
        messages.info(request, "This browser is signed out already.")
    return _back()


@require_POST
def end_token(request: HttpRequest) -> HttpResponse:
    token = tokens.of(signed_in(request)).filter(digest=request.POST.get("id", "").replace("\0", "")).first()
    if token:
        token.delete()
        messages.success(request, f"Revoked: the token {token.token_key}….")
    else:
        messages.info(request, "This token is revoked or expired already.")
    return _back()


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """All browsers but this one, and all tokens."""
    browsers_ended = sessions.end_all(signed_in(request), but=request.session.session_key)
    revoked = tokens.end_all(signed_in(request))
    messages.success(
        request,
        f"Signed out: {browsers_ended} browser{pluralize(browsers_ended)}. "
        f"Revoked: {revoked} token{pluralize(revoked)}.",
    )
    return _back()


def _session_line(session: Session, request: HttpRequest) -> AccessLine:
    return AccessLine(
        session.public_id,
        browsers.in_words(session.user_agent),
        session.address,
        session.last_used_at,
        session.expire_date,
        is_here=session.session_key == request.session.session_key,
    )


def _token_lines(request: HttpRequest) -> list[AccessLine]:
    lines = []
    for token in tokens.of(signed_in(request)):
        use = getattr(token, "use", None)
        lines.append(
            AccessLine(
                token.digest,
                f"{token.token_key}…",
                use and use.address,
                use and use.last_used_at,
                token.expiry,
                is_beyond_limit=tokens.is_beyond_limit(token),
            )
        )
    return lines


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:helpdesk_account"))


guarded = admin.site.admin_view
urlpatterns = [
    path("", guarded(page_view), name="helpdesk_account"),
    path("end-session/", guarded(end_session), name="helpdesk_account_end_session"),
    path("end-token/", guarded(end_token), name="helpdesk_account_end_token"),
    path("end-others/", guarded(end_others), name="helpdesk_account_end_others"),
]
