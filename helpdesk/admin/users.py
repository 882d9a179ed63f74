"""Users and groups in the dress of the desk."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from helpdesk.admin.dress import DeskAdmin
from helpdesk.people import name_of

admin.site.unregister(User)
admin.site.unregister(Group)


class TickedAdmin(DeskAdmin, admin.ModelAdmin):
    """Groups and permissions are boxes to tick: Django's two lists cannot be used without a mouse."""

    filter_horizontal = ()

    def formfield_for_manytomany(self, *args: Any, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(
            *args, **{**kwargs, "widget": UnfoldAdminCheckboxSelectMultipleWidget()}
        )


@admin.register(User)
class UserAdmin(TickedAdmin, DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("person", "email", "group_names", "is_staff", "is_active", "last_login")
    list_filter_submit = True

    @display(description="Person", header=True, ordering="username")
    def person(self, user: User) -> tuple[str, str]:
        return name_of(user), f"@{user.username}"

    @display(description="Groups", label=True)
    def group_names(self, user: User) -> list[str]:
        return [group.name for group in user.groups.all()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")


@admin.register(Group)
class GroupAdmin(TickedAdmin, DjangoGroupAdmin, ModelAdmin):
    pass
