"""How one person likes to work."""

from django.contrib.auth.models import User
from django.db import OperationalError, transaction

from helpdesk.workspace.models import Preferences


def of(user: User) -> Preferences:
    """Made when they are asked for the first time: to a new person, everything old is read.

    Where nothing can be written they are not kept, since who only reads must not be kept from it.
    """
    found = Preferences.objects.filter(user=user).first()
    if found is None:
        try:
            with transaction.atomic():
                found, _ = Preferences.objects.get_or_create(user=user)
        except OperationalError:
            found = Preferences(user=user)
    return found


def set_shortcuts(user: User, *, on: bool) -> None:
    Preferences.objects.update_or_create(user=user, defaults={"has_shortcuts": on})
