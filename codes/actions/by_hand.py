"""Codes and official descriptions that an editor enters by hand, where no release has them."""

import logging
from datetime import date

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import transaction

from accounts.models import User
from codes.models import (
    Code,
    CodeSystem,
    OfficialDescription,
    Release,
    Source,
    has_form_of,
    stored_value,
)

logger = logging.getLogger(__name__)

RELEASE_NAME = "Entered by hand"


class ByHandError(ValueError):
    """An entry that is refused, with the sentence that tells the editor why."""


def describing_release(code: Code) -> Release | None:
    """The newest published release of a publisher that describes the code, if there is one."""
    releases = Release.objects.filter(descriptions__code=code, state=Release.State.PUBLISHED)
    return releases.exclude(source=Source.ENTERED_BY_HAND).order_by("-valid_from").first()


@transaction.atomic
def add_code(*, system: str, value: str, by: User) -> Code:
    """Add a code that no release has brought. `value` may be written as a person would.

    Raises ByHandError where it has not the form of the system's codes, or is there already.
    """
    stored, title = stored_value(value), CodeSystem(system).label
    if not has_form_of(system, stored):
        raise ByHandError(f"“{value.strip()[:20]}” does not have the form of a {title} code.")
    code, is_new = Code.objects.get_or_create(system=system, value=stored)
    if not is_new:
        raise ByHandError(f"{code} is there already.")
    _log(code, by, ADDITION, "Code added by hand")
    return code


@transaction.atomic
def describe_by_hand(
    *, code: Code, long: str, valid_from: date, by: User, short: str = ""
) -> OfficialDescription:
    """Give a code an official description, as a release of its own entered by hand.

    An earlier entry of the same day is withdrawn; one of another day stays valid until this
    one begins. Raises ByHandError where a published release of a publisher describes the code.
    """
    Code.objects.select_for_update(no_key=True).get(pk=code.pk)
    release = describing_release(code)
    if release:
        raise ByHandError(
            f"{release} describes {code}: its text is the publisher's, and is not replaced by hand."
        )
    corrected = Release.objects.filter(
        source=Source.ENTERED_BY_HAND,
        state=Release.State.PUBLISHED,
        valid_from=valid_from,
        is_demonstration=False,
        descriptions__code=code,
    )
    # A release entered here holds one description, so nothing else goes with it.
    Release.objects.filter(pk__in=list(corrected.values_list("pk", flat=True))).update(
        state=Release.State.WITHDRAWN
    )
    demonstrated = OfficialDescription.objects.filter(code=code, release__is_demonstration=True)
    demonstrated.filter(release__source=Source.ENTERED_BY_HAND).delete()
    release = Release.objects.create(
        source=Source.ENTERED_BY_HAND,
        name=RELEASE_NAME,
        valid_from=valid_from,
        state=Release.State.PUBLISHED,
        row_count=1,
    )
    description = OfficialDescription.objects.create(
        release=release, code=code, long=long.strip(), short=short.strip()
    )
    day = f"{valid_from.day} {valid_from:%b %Y}"
    _log(code, by, CHANGE, f"Official description entered by hand, valid from {day}")
    return description


def _log(code: Code, by: User, flag: int, message: str) -> None:
    LogEntry.objects.log_actions(by.pk, [code], flag, change_message=message, single_object=True)
    logger.info("%s: %s", message, code, extra={"by_id": by.pk})
