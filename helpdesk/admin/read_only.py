"""Pages of rows that are looked at and acted upon, but never typed."""

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from helpdesk.admin.dress import DeskAdmin


class ReadOnlyAdmin(DeskAdmin, ModelAdmin):
    def may_see(self, user: User | AnonymousUser) -> bool:
        """Nobody, unless the page says whom."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_see(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_see(request.user)

    def has_add_permission(self, *args: Any) -> bool:
        return False

    def has_change_permission(self, *args: Any) -> bool:
        return False

    def has_delete_permission(self, *args: Any) -> bool:
        return False
