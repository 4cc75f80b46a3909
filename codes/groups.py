"""The groups of people behind the site, made in every installation: Editor and Administrator.

Made after each migration rather than in one, since only then are the permissions there. What an
operator takes from editors, or gives them, is left as it is.
"""

from django.contrib.auth.models import Group, Permission

EDITOR = "Editor"
ADMINISTRATOR = "Administrator"

# Texts and what readers say of them: nothing of users, plans or releases.
_EDITOR_PERMISSIONS = {
    "codes": [
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
    ],
    "assistant": ["view_feedback", "change_feedback"],
    "search": [
        "view_term",
        "add_term",
        "change_term",
        "delete_term",
        "view_synonym",
        "add_synonym",
        "change_synonym",
        "delete_synonym",
    ],
}


def make_groups(app_config, using, **kwargs) -> None:
    """Receiver of Django's post_migrate: gives administrators every permission there is, and
    editors theirs of an app when its tables are first made (or the whole database was emptied).
    """
    administrators, _ = Group.objects.using(using).get_or_create(name=ADMINISTRATOR)
    editors, _ = Group.objects.using(using).get_or_create(name=EDITOR)
    of_app = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
    administrators.permissions.add(*of_app.exclude(pk__in=administrators.permissions.values("pk")))
    if _is_new(app_config.label, kwargs.get("plan")):
        theirs = _EDITOR_PERMISSIONS.get(app_config.label, [])
        editors.permissions.add(*of_app.filter(codename__in=theirs))


def _is_new(label: str, plan: list | None) -> bool:
    """Whether this run of migrations began with the app's first; emptying has no migrations."""
    return plan is None or any(
        migration.app_label == label and migration.initial and not is_undone
        for migration, is_undone in plan
    )
