"""Users and groups in the dress of the desk."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from helpdesk.tests.admin.pages import save, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(admin_as):
    return admin_as(User.objects.create_superuser("root"))


@pytest.mark.parametrize(
    "name", ["auth_user_changelist", "auth_user_add", "auth_group_changelist", "auth_group_add"]
)
def test_the_pages_open(root, agent, name):
    assert root.get(reverse(f"admin:{name}")).status_code == 200


def test_a_user_joins_a_group(root, outsider):
    url = reverse("admin:auth_user_change", args=[outsider.pk])
    save(root, url, shown(root, url, "user_form"), is_staff="on", groups=Group.objects.get(name="Agent").pk)
    assert User.objects.get(pk=outsider.pk).has_perm("helpdesk.change_ticket")


def test_a_lead_manages_no_users(lead, admin_as):
    assert admin_as(lead).get(reverse("admin:auth_user_changelist")).status_code == 403
