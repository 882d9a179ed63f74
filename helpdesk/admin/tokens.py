"""API tokens: made here, shown once, revoked by deleting them."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Field, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from knox.admin import AuthTokenCreateForm  # importing it registers the plain page that ours replaces
from knox.models import AuthToken
from knox.settings import knox_settings
from unfold.admin import ModelAdmin
from unfold.decorators import display

from helpdesk.accounts import tokens
from helpdesk.admin.dress import DeskAdmin
from helpdesk.people import signed_in

admin.site.unregister(AuthToken)
apps.get_app_config("knox").verbose_name = "API"
AuthToken._meta.verbose_name, AuthToken._meta.verbose_name_plural = "API token", "API tokens"
# Its own name is the whole digest.
AuthToken.__str__ = lambda token: f"{token.token_key}… of {token.user}"
ACTIVE, BEYOND_LIMIT, EXPIRED = "Active", "Renew: made beyond the limit", "Expired"
STATES = {ACTIVE: "success", BEYOND_LIMIT: "warning", EXPIRED: "default"}


class TokenForm(AuthTokenCreateForm):
    """Every token ends, and within the limit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expiry"].required = True

    def clean_expiry(self) -> datetime:
        expiry: datetime = self.cleaned_data["expiry"]
        if expiry <= timezone.now():
            raise ValidationError("This is past. Choose a later end.")
        latest = tokens.latest_end()
        if expiry > latest:
            raise ValidationError(
                f"Tokens live for {knox_settings.TOKEN_TTL.days} days at most: until {latest:%Y-%m-%d}."
            )
        return expiry


@admin.register(AuthToken)
class TokenAdmin(DeskAdmin, ModelAdmin):
    """A token acts as its user. Only a superuser may make one for somebody else, or see other people's."""

    add_form = TokenForm
    list_display = ("beginning", "user", "created", "last_use", "expiry", "state")
    list_select_related = ("user", "use")
    fields = ("user", "expiry")
    search_fields = ("token_key", "user__username")
    list_disable_select_all = True

    @display(description="Token begins with", ordering="token_key")
    def beginning(self, token: AuthToken) -> str:
        return f"{token.token_key}…"

    @display(description="Last use", ordering="use__last_used_at", empty_value="not yet")
    def last_use(self, token: AuthToken) -> datetime | None:
        return token.use.last_used_at if hasattr(token, "use") else None

    @display(description="State", label=STATES)
    def state(self, token: AuthToken) -> str:
        if token.expiry is None or token.expiry < timezone.now():
            return EXPIRED
        return BEYOND_LIMIT if tokens.is_beyond_limit(token) else ACTIVE

    def has_change_permission(self, request: HttpRequest, obj: AuthToken | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuthToken]:
        found, user = super().get_queryset(request), signed_in(request)
        return found if user.is_superuser else found.filter(user=user)

    def get_form(self, request: HttpRequest, obj: AuthToken | None = None, **kwargs: Any) -> Any:
        return super().get_form(request, obj, **{**kwargs, **({} if obj else {"form": self.add_form})})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": request.user, "expiry": timezone.now() + knox_settings.TOKEN_TTL}

    def formfield_for_foreignkey(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField:
        people, user = User.objects.filter(is_active=True), signed_in(request)
        kwargs["queryset"] = people if user.is_superuser else people.filter(pk=user.pk)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: AuthToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:knox_authtoken_changelist"))

    def save_model(
        self, request: HttpRequest, obj: AuthToken, form: AuthTokenCreateForm, change: bool
    ) -> None:
        obj.save()
        self.message_user(
            request, f"Copy the token now, it is not shown again: {form.token}", messages.WARNING
        )
