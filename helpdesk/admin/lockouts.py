"""Failed sign-ins that still count: who is locked, until when, and letting them try again."""

from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.utils import timezone
from unfold.decorators import action, display

from helpdesk import permissions
from helpdesk.accounts import lockout
from helpdesk.admin.read_only import ReadOnlyAdmin

apps.get_app_config("axes").verbose_name = "Signing in"
AccessAttempt._meta.verbose_name = "failed sign-in"
AccessAttempt._meta.verbose_name_plural = "failed sign-ins"
AccessAttempt.__str__ = lambda failure: (
    f"{failure.username or 'no name'} from {failure.ip_address or 'nowhere'}"
)
OPEN, LOCKED, ADDRESS_LOCKED = "Open", "Locked", "Address locked"


@admin.register(AccessAttempt)
class FailureAdmin(ReadOnlyAdmin):
    """Read only, but for unlocking. A row leaves by itself when it counts no more."""

    list_display = ("name", "address", "failures", "state", "last_try", "free_at")
    list_display_links = None
    ordering = ("-attempt_time",)
    search_fields = ("username", "ip_address")
    actions = ("unlock", "unlock_address")
    show_full_result_count = False

    @display(description="Name tried", ordering="username", empty_value="(none)")
    def name(self, failure: AccessAttempt) -> str:
        return failure.username

    @display(description="Address", ordering="ip_address", empty_value="unknown")
    def address(self, failure: AccessAttempt) -> str | None:
        return failure.ip_address

    @display(description="Failures", ordering="failures_since_start")
    def failures(self, failure: AccessAttempt) -> str:
        return f"{failure.failures_since_start} of {lockout.PAIR_LIMIT}"

    @display(description="State", label={OPEN: "default", LOCKED: "danger", ADDRESS_LOCKED: "warning"})
    def state(self, failure: AccessAttempt) -> str:
        if failure.failures_since_start >= lockout.PAIR_LIMIT:
            return LOCKED
        return ADDRESS_LOCKED if failure.of_address >= lockout.ADDRESS_LIMIT else OPEN

    @display(description="Last try", ordering="attempt_time")
    def last_try(self, failure: AccessAttempt) -> str:
        return f"{timezone.localtime(failure.attempt_time):%H:%M}"

    @display(description="Forgotten at", ordering="attempt_time")
    def free_at(self, failure: AccessAttempt) -> str:
        return f"{timezone.localtime(failure.attempt_time + lockout.PAUSE):%H:%M}"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[AccessAttempt]":
        same = lockout.recent().filter(ip_address=OuterRef("ip_address")).order_by().values("ip_address")
        counted = same.annotate(total=Sum("failures_since_start")).values("total")
        return lockout.recent().annotate(of_address=Subquery(counted))

    @action(description="Unlock", permissions=["unlock"])
    def unlock(self, request: HttpRequest, queryset: "QuerySet[AccessAttempt]") -> None:
        self._unlock(request, queryset)

    @action(description="Unlock the whole address", permissions=["unlock"])
    def unlock_address(self, request: HttpRequest, queryset: "QuerySet[AccessAttempt]") -> None:
        addresses = list(queryset.values_list("ip_address", flat=True))
        self._unlock(request, AccessAttempt.objects.filter(ip_address__in=addresses))

    def _unlock(self, request: HttpRequest, failures: "QuerySet[AccessAttempt]") -> None:
        self.log_deletions(request, failures)
        count = lockout.unlock(AccessAttempt.objects.filter(pk__in=[failure.pk for failure in failures]))
        messages.success(request, f"Unlocked: {count} name{pluralize(count)} may be tried again.")

    def may_see(self, user: User | AnonymousUser) -> bool:
        return permissions.can_unlock(user)

    def has_unlock_permission(self, request: HttpRequest) -> bool:
        return self.may_see(request.user)
