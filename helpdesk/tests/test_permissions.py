"""What each group may do."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.management import call_command

from helpdesk import permissions
from helpdesk.tests.conftest import specialist

pytestmark = pytest.mark.django_db
SIGNED_IN = {"can_look_inside"}
READ = SIGNED_IN | {"can_view"}
WORK = READ | {"can_create", "can_change", "can_comment", "can_suggest"}
ALL = WORK | {
    "can_delete",
    "can_change_many",
    "can_import",
    "can_see_all_imports",
    "can_see_all_exports",
    "can_export",
    "can_manage_triage",
    "can_manage_jobs",
}


def abilities(user):
    return {
        name for name, predicate in vars(permissions).items() if name.startswith("can_") and predicate(user)
    }


@pytest.mark.parametrize(
    ("who", "may"), [("viewer", READ), ("agent", WORK), ("lead", ALL), ("outsider", SIGNED_IN)]
)
def test_a_group_may_do_this_and_nothing_else(request, who, may):
    assert abilities(request.getfixturevalue(who)) == may


@pytest.mark.parametrize(
    ("permission", "may"),
    [
        ("view_ticket", "can_view"),
        ("add_ticket", "can_create"),
        ("change_ticket", "can_change"),
        ("delete_ticket", "can_delete"),
        ("add_comment", "can_comment"),
        ("suggest_ticket", "can_suggest"),
        ("bulk_ticket", "can_change_many"),
        ("import_ticket", "can_import"),
        ("export_ticket", "can_export"),
        ("change_triagemodel", "can_manage_triage"),
        ("unlock_sign_in", "can_unlock"),
        ("manage_jobs", "can_manage_jobs"),
        ("view_system", "can_view_system"),
    ],
)
def test_each_permission_opens_one_thing(db, permission, may):
    assert abilities(specialist("sam", permission)) == SIGNED_IN | {may}


def test_nobody_may_do_nothing():
    assert abilities(AnonymousUser()) == set()


def test_a_group_keeps_what_its_desk_made_of_it(lead):
    group = Group.objects.get(name="Lead")
    group.permissions.clear()
    call_command("migrate", verbosity=0)
    assert not group.permissions.exists()
