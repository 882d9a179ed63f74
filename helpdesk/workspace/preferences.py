"""How one person likes to work."""

from django.contrib.auth.models import User

from helpdesk.workspace.models import Preferences


def of(user: User) -> Preferences:
    """Made when they are asked for the first time: to a new person, everything old is read."""
    return Preferences.objects.get_or_create(user=user)[0]


def set_shortcuts(user: User, *, on: bool) -> None:
    Preferences.objects.update_or_create(user=user, defaults={"has_shortcuts": on})
