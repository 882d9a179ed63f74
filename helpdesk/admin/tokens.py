"""API tokens: made here, shown once, revoked by deleting them."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
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

from helpdesk.people import signed_in

admin.site.unregister(AuthToken)
AuthToken._meta.verbose_name = "API token"


@admin.register(AuthToken)
class TokenAdmin(ModelAdmin):
    """A token acts as its user. Only a superuser may make one for somebody else, or see other people's."""

    add_form = AuthTokenCreateForm
    list_display = ("beginning", "user", "created", "expiry", "state")
    list_select_related = ("user",)
    fields = ("user", "expiry")
    search_fields = ("token_key", "user__username")
    list_disable_select_all = True

    @display(description="Token begins with", ordering="token_key")
    def beginning(self, token: AuthToken) -> str:
        return f"{token.token_key}…"

    @display(description="State", label={"Active": "success", "Expired": "default"})
    def state(self, token: AuthToken) -> str:
        return "Expired" if token.expiry and token.expiry < timezone.now() else "Active"

    def has_change_permission(self, request: HttpRequest, obj: AuthToken | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuthToken]:
        tokens, user = super().get_queryset(request), signed_in(request)
        return tokens if user.is_superuser else tokens.filter(user=user)

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
