"""What the triage page shows, and the parts of it that are asked for again while something is going on."""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from helpdesk import permissions
from helpdesk.admin.triage import charts, panels
from helpdesk.admin.triage.actions import APPLIED
from helpdesk.admin.triage.forms import BacktestForm, TargetForm
from helpdesk.choices import Category, ModelState, RunKind
from helpdesk.reports.period import PRESETS, Period
from helpdesk.triage import acceptance, learning, review, rules, runs, versions
from helpdesk.triage.acceptance import Record
from helpdesk.triage.metrics import Reliability
from helpdesk.triage.models import ApplyRule, ProviderCall, SetAside, SuggestionQuerySet, TriageModel

FAILURE_ROWS = 5


@require_safe
def page_view(request: HttpRequest) -> HttpResponse:
    context = _common(request)
    period = context["period"]
    suggestions = _made_in(period)
    record, sure = acceptance.record(suggestions), acceptance.reliability(suggestions, "category")
    known = versions.newest()
    context |= {
        **admin.site.each_context(request),
        "title": "Triage",
        "presets": PRESETS,
        **_headline(period, record, sure),
        **_record(period, record, sure),
        "uncertain": review.uncertain(),
        "sampled": review.sampled(),
        "rules": rules.rule_lines(),
        "can_undo_applied": APPLIED in request.session,
        "versions": known,
        "has_live": any(model.state == ModelState.LIVE for model in known),
        "chosen": versions.choice(),
        "learning": learning.progress(),
        "set_aside": SetAside.objects.waiting(),
        "bulk": runs.progress(RunKind.BULK),
        **_backtest(suggestions, record, sure, known),
    }
    return render(request, "helpdesk/triage/page.html", context)


@require_safe
def bulk_view(request: HttpRequest) -> HttpResponse:
    """The panel of bulk triage, which asks for itself again while it goes on."""
    context = _common(request) | {"bulk": runs.progress(RunKind.BULK)}
    return render(request, "helpdesk/triage/bulk.html", context)


@require_safe
def backtest_view(request: HttpRequest) -> HttpResponse:
    """The panel of backtests, which asks for itself again while one goes on."""
    context = _common(request)
    suggestions = _made_in(context["period"])
    record, sure = acceptance.record(suggestions), acceptance.reliability(suggestions, "category")
    context |= _backtest(suggestions, record, sure, versions.newest())
    return render(request, "helpdesk/triage/backtest.html", context)


@require_safe
def support_view(request: HttpRequest, category: Category) -> HttpResponse:
    """What the record supports at another target than the one that the page opened with."""
    context, form = _common(request), TargetForm(request.GET)
    rule = ApplyRule.objects.filter(category=category).first()
    target = form.cleaned_data["target"] if form.is_valid() else None
    context |= {
        "line": rules.rule_line(category, rule, target),
        "problem": " ".join(map(str, form.errors.get("target", []))),
    }
    return render(request, "helpdesk/triage/support.html", context)


def _common(request: HttpRequest) -> dict[str, Any]:
    if not permissions.can_view(request.user):
        raise PermissionDenied
    return {
        "period": Period.read(request.GET),
        "can_manage": permissions.can_manage_triage(request.user),
        "minimum_cases": rules.MINIMUM_CASES,
    }


def _made_in(period: Period) -> SuggestionQuerySet:
    return acceptance.made_between(period.start, period.end)


def _headline(period: Period, record: Record, sure: Reliability) -> dict[str, Any]:
    latency = acceptance.latency(_made_in(period), record.all.total)
    calls = acceptance.calls(period.start, period.end)
    return {
        "cards": panels.cards(record, latency, sure.sure, calls, acceptance.calls_today()),
        "calls": calls,
    }


def _record(period: Period, record: Record, category: Reliability) -> dict[str, Any]:
    suggestions = _made_in(period)
    priority = acceptance.reliability(suggestions, "priority")
    weeks = acceptance.by_week(period.last)
    return {
        "weeks": weeks,
        "any_week": any(week.tally.decided for week in weeks),
        "weekly": json.dumps(charts.weekly(weeks)),
        "weekly_options": json.dumps(charts.WEEKLY_OPTIONS),
        "reliability": [("Category", category), ("Priority", priority)],
        "buckets": panels.buckets(category, priority),
        "curve": json.dumps(charts.curve(category, priority)),
        "curve_options": json.dumps(charts.CURVE_OPTIONS),
        "confusions": [
            panels.confusion("Category", "category", record.category),
            panels.confusion("Priority", "priority", record.priority),
        ],
        "total": record.all.total,
        "breakdowns": panels.breakdowns(record, acceptance.by_agent(suggestions)),
        "failures": ProviderCall.objects.exclude(failure="").filter(
            created_at__gte=period.start, created_at__lt=period.end
        )[:FAILURE_ROWS],
    }


def _backtest(
    suggestions: SuggestionQuerySet, record: Record, sure: Reliability, known: list[TriageModel]
) -> dict[str, Any]:
    sureness = {"category": sure, "priority": acceptance.reliability(suggestions, "priority")}
    live = panels.Contestant("Live suggestions", record.category, record.priority, sureness, None)
    return {
        "backtest": runs.progress(RunKind.BACKTEST),
        "backtest_form": BacktestForm(versions=known),
        "contestants": [live, *map(panels.backtest, runs.finished_backtests())],
    }
