"""The groups of people behind the site, made in every installation: Editor and Administrator.

Made after each migration rather than in one, since only then are the permissions there. What an
operator takes from editors, or gives them, is left as it is.
"""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

EDITOR = "Editor"
ADMINISTRATOR = "Administrator"

# Texts only: nothing of users, plans or releases.
_EDITOR_PERMISSIONS = [
    "view_code",
    "add_code",
    "view_officialdescription",
    "enter_by_hand",
    "view_plaindescription",
    "add_plaindescription",
    "change_plaindescription",
    "view_sectiontext",
    "add_sectiontext",
    "change_sectiontext",
]


def make_groups(app_config, using, **kwargs) -> None:
    """Receiver of Django's post_migrate: gives administrators every permission there is, and
    editors theirs when their group is first made.
    """
    administrators, _ = Group.objects.using(using).get_or_create(name=ADMINISTRATOR)
    held = administrators.permissions.values("pk")
    missing = Permission.objects.using(using).exclude(pk__in=held)
    administrators.permissions.add(*missing.filter(content_type__app_label=app_config.label))
    if app_config.label != "codes":
        return
    editors, is_new = Group.objects.using(using).get_or_create(name=EDITOR)
    if is_new:
        of_codes = Q(content_type__app_label="codes", codename__in=_EDITOR_PERMISSIONS)
        editors.permissions.set(Permission.objects.using(using).filter(of_codes))
