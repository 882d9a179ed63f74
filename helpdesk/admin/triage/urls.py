"""The addresses of the triage page, below ``/admin/triage/``. Their names belong to the admin site."""

from django.contrib import admin
from django.urls import path, register_converter

from helpdesk.admin.triage import page, verbs
from helpdesk.choices import BadgeChoices, Category, RunKind


class _Choice:
    """A part of a path that is one of a vocabulary's values; anything else is not found."""

    vocabulary: type[BadgeChoices]

    def to_python(self, value: str) -> BadgeChoices:
        return self.vocabulary(value)

    def to_url(self, value: str) -> str:
        return str(value)


class CategoryConverter(_Choice):
    vocabulary, regex = Category, "|".join(Category.values)


class KindConverter(_Choice):
    vocabulary, regex = RunKind, "|".join(RunKind.values)


register_converter(CategoryConverter, "category")
register_converter(KindConverter, "kind")
guarded = admin.site.admin_view

urlpatterns = [
    path("", guarded(page.page_view), name="helpdesk_triage"),
    path("learn/", guarded(verbs.learn), name="helpdesk_triage_learn"),
    path("versions/<int:pk>/promote/", guarded(verbs.promote), name="helpdesk_triage_promote"),
    path("versions/retire/", guarded(verbs.retire), name="helpdesk_triage_retire"),
    path("suggestions/<int:pk>/review/", guarded(verbs.review), name="helpdesk_triage_review"),
    path("suggestions/<int:pk>/revert/", guarded(verbs.revert), name="helpdesk_triage_revert"),
    path("rules/<category:category>/", guarded(page.support_view), name="helpdesk_triage_support"),
    path("rules/<category:category>/on/", guarded(verbs.switch_on), name="helpdesk_triage_switch_on"),
    path("rules/<category:category>/off/", guarded(verbs.switch_off), name="helpdesk_triage_switch_off"),
    path("bulk/", guarded(page.bulk_view), name="helpdesk_triage_bulk"),
    path("bulk/start/", guarded(verbs.start_bulk), name="helpdesk_triage_start_bulk"),
    path("backtest/", guarded(page.backtest_view), name="helpdesk_triage_backtest"),
    path("backtest/start/", guarded(verbs.start_backtest), name="helpdesk_triage_start_backtest"),
    path("<kind:kind>/<int:pk>/pause/", guarded(verbs.pause), name="helpdesk_triage_pause"),
    path("<kind:kind>/<int:pk>/resume/", guarded(verbs.resume), name="helpdesk_triage_resume"),
    path("<kind:kind>/<int:pk>/cancel/", guarded(verbs.cancel), name="helpdesk_triage_cancel"),
]
