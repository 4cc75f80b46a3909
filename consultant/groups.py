"""The group of the people behind CaseConsultant, made in every installation.

Its members, who are staff as well, work on the cases that were handed to a person; editors without
it see none. Made after each migration rather than in one, since only then are the permissions
there, and once: what an operator takes from the group, or gives it, is left as it is.
"""

from django.contrib.auth.models import Group, Permission

CONSULTANTS = "Consultants"

# Nothing of members' accounts, of the mails that arrive, and no deletion of cases.
_PERMISSIONS = [
    "view_thread",
    "change_thread",
    "view_cannedtext",
    "add_cannedtext",
    "change_cannedtext",
    "delete_cannedtext",
]


def make_group(app_config, using, **kwargs) -> None:
    """Receiver of Django's post_migrate for this app."""
    group, is_new = Group.objects.using(using).get_or_create(name=CONSULTANTS)
    if is_new:
        of_app = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
        group.permissions.add(*of_app.filter(codename__in=_PERMISSIONS))
