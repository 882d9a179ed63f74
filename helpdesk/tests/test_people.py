"""What a file may call the members of staff."""

from django.contrib.auth.models import User

from helpdesk.people import staff_by_name


def test_staff_are_found_by_user_name_full_name_and_address(
    agent: User, viewer: User, outsider: User
) -> None:
    agent.first_name, agent.last_name = "Amir", "Haddad"
    agent.save()
    assert staff_by_name() == dict.fromkeys(["amir", "amir haddad", "amir@helpdesk.example"], "amir")


def test_a_name_of_two_people_means_neither(agent: User, other_agent: User) -> None:
    for user in (agent, other_agent):
        user.first_name, user.last_name = "Kim", "Lee"
        user.save()
    assert "kim lee" not in staff_by_name()
    assert staff_by_name()["bea"] == "bea"
