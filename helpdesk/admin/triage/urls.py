"""The addresses of the triage page, below ``/admin/triage/``. Their names belong to the admin site."""

from django.contrib import admin
from django.urls import path, register_converter

from helpdesk.admin.triage import actions, views
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
    path("", guarded(views.page_view), name="helpdesk_triage"),
    path("learn/", guarded(actions.learn), name="helpdesk_triage_learn"),
    path("versions/<int:pk>/promote/", guarded(actions.promote), name="helpdesk_triage_promote"),
    path("versions/retire/", guarded(actions.retire), name="helpdesk_triage_retire"),
    path("versions/choose/", guarded(actions.let_choose), name="helpdesk_triage_let_choose"),
    path(
        "set-aside/<int:pk>/learn/", guarded(actions.learn_set_aside), name="helpdesk_triage_learn_set_aside"
    ),
    path(
        "set-aside/<int:pk>/leave/", guarded(actions.leave_set_aside), name="helpdesk_triage_leave_set_aside"
    ),
    path("suggestions/<int:pk>/review/", guarded(actions.review), name="helpdesk_triage_review"),
    path("suggestions/<int:pk>/revert/", guarded(actions.revert), name="helpdesk_triage_revert"),
    path("rules/<category:category>/", guarded(views.support_view), name="helpdesk_triage_support"),
    path("rules/<category:category>/on/", guarded(actions.switch_on), name="helpdesk_triage_switch_on"),
    path("rules/<category:category>/off/", guarded(actions.switch_off), name="helpdesk_triage_switch_off"),
    path(
        "rules/<category:category>/apply/",
        guarded(actions.apply_waiting),
        name="helpdesk_triage_apply_waiting",
    ),
    path("rules/undo/", guarded(actions.undo_applied), name="helpdesk_triage_undo_applied"),
    path("bulk/", guarded(views.bulk_view), name="helpdesk_triage_bulk"),
    path("bulk/start/", guarded(actions.start_bulk), name="helpdesk_triage_start_bulk"),
    path("backtest/", guarded(views.backtest_view), name="helpdesk_triage_backtest"),
    path("backtest/start/", guarded(actions.start_backtest), name="helpdesk_triage_start_backtest"),
    path("<kind:kind>/<int:pk>/pause/", guarded(actions.pause), name="helpdesk_triage_pause"),
    path("<kind:kind>/<int:pk>/resume/", guarded(actions.resume), name="helpdesk_triage_resume"),
    path("<kind:kind>/<int:pk>/cancel/", guarded(actions.cancel), name="helpdesk_triage_cancel"),
]
