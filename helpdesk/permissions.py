"""Who may do what: one predicate for each, used by the admin and the API alike."""

from django.contrib.auth import models

User = models.User | models.AnonymousUser


def can_view(user: User) -> bool:
    return user.has_perm("helpdesk.view_ticket")


def can_look_inside(user: User) -> bool:
    """See internal notes and names of staff: all who are signed in, and no stranger of open mode."""
    return user.is_authenticated


def can_create(user: User) -> bool:
    return user.has_perm("helpdesk.add_ticket")


def can_change(user: User) -> bool:
    return user.has_perm("helpdesk.change_ticket")


def can_delete(user: User) -> bool:
    return user.has_perm("helpdesk.delete_ticket")


def can_comment(user: User) -> bool:
    return user.has_perm("helpdesk.add_comment")


def can_suggest(user: User) -> bool:
    return user.has_perm("helpdesk.suggest_ticket")


def can_change_many(user: User) -> bool:
    return user.has_perm("helpdesk.bulk_ticket")


def can_import(user: User) -> bool:
    return user.has_perm("helpdesk.import_ticket")


def can_see_all_imports(user: User) -> bool:
    """Those of others too, with the files that they sent."""
    return can_import(user) and can_change_many(user)


def can_export(user: User) -> bool:
    return user.has_perm("helpdesk.export_ticket")


def can_see_all_exports(user: User) -> bool:
    """Those of others too: who took what out, and the files while they can be fetched."""
    return can_export(user) and can_change_many(user)


def can_manage_triage(user: User) -> bool:
    return user.has_perm("helpdesk.change_triagemodel")


def can_unlock(user: User) -> bool:
    return user.has_perm("helpdesk.unlock_sign_in")


def can_manage_jobs(user: User) -> bool:
    return user.has_perm("helpdesk.manage_jobs")


def can_view_system(user: User) -> bool:
    return user.has_perm("helpdesk.view_system")
