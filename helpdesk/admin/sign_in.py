"""The form by which people sign in to the admin."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from helpdesk.accounts import sign_in


class SignInForm(AuthenticationForm):
    """`refused` says why no password was looked at."""

    refused: sign_in.SignInRefused | None = None

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username is None or not password:
            return self.cleaned_data
        try:
            self.user_cache = sign_in.check(self.request, username, password)
        except sign_in.SignInRefused as refused:
            self.refused = refused
            raise ValidationError(str(refused)) from refused
        if self.user_cache is None:
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


admin.site.login_form = SignInForm  # which the site cannot import: this package registers its pages with it
