"""Everything the site stores about one person, for that person."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import User, ViewPeriod

# Shown in a form of their own below, or keys that give access.
_NOT_LISTED = {"accounts.viewperiod", "account.emailaddress", "mfa.authenticator"}
_NOT_LISTED |= {"usersessions.usersession"}


def personal_data(user: User) -> dict:
    """The stored data as plain values. Passwords, keys and codes are left out.

    Other apps add theirs by the functions that the setting PERSONAL_DATA names.
    """
    period = ViewPeriod.objects.filter(user=user).first()
    of_apps = {}
    for name in settings.PERSONAL_DATA:
        of_apps |= import_string(name)(user)
    return {
        "exported_at": timezone.now(),
        "account": {
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "joined_at": user.date_joined,
            "last_login_at": user.last_login,
            "plan": user.plan.name if user.plan else None,
            "is_staff": user.is_staff,
            "groups": list(user.groups.values_list("name", flat=True)),
        },
        "email_addresses": list(
            EmailAddress.objects.filter(user=user).values("email", "verified", "primary")
        ),
        "code_page_views": {
            "period_started_at": period and period.started_at,
            "period_ends_at": period and period.ends_at,
            "views": list(period.code_views.order_by("viewed_at").values("code_key", "viewed_at"))
            if period
            else [],
        },
        "two_factor": list(
            Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")
        ),
        "sessions": list(
            UserSession.objects.filter(user=user).values(
                "ip", "user_agent", "created_at", "last_seen_at"
            )
        ),
        **of_apps,
        "other_records": _other_records(user),
    }


def _other_records(user: User) -> dict[str, list[dict]]:
    """The rows of other tables that name the person, and the rows that belong to those.

    An editor's changes, an acceptance; a conversation with its questions. What belongs to a row
    is what would be deleted with it.
    """
    found = {}
    for relation in _relations_to(User):
        if relation.related_model._meta.label_lower in _NOT_LISTED:
            continue
        rows = relation.related_model._default_manager.filter(**{relation.field.name: user})
        _add_records(found, relation, rows)
    return found


def _add_records(found: dict[str, list[dict]], relation, rows) -> None:
    """Add the rows under the name of their table and relation, then those that belong to them.

    The tables of PERSONAL_DATA_LEFT_OUT hold keys that give access, or others' own words.
    """
    model = relation.related_model
    names = [f.name for f in model._meta.concrete_fields if not _is_file(f)]
    if model._meta.label_lower in settings.PERSONAL_DATA_LEFT_OUT:
        return
    listed = list(rows.values(*names))
    if not listed:
        return
    found.setdefault(f"{model._meta.label_lower}.{relation.field.name}", []).extend(listed)
    if relation.on_delete is not models.CASCADE:
        return  # the row outlives the person: what belongs to it is not theirs
    for further in _relations_to(model):
        if further.on_delete is models.CASCADE and further.related_model is not model:
            below = further.related_model._default_manager
            _add_records(found, further, below.filter(**{f"{further.field.name}__in": rows}))


def _relations_to(model) -> list:
    """The foreign keys of other tables that point at the model's rows."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if (relation.one_to_many or relation.one_to_one)
        and relation.auto_created
        and not relation.related_model._meta.auto_created
    ]


def _is_file(field) -> bool:
    return isinstance(field, (models.BinaryField, models.FileField))
