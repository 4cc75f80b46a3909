"""Plain functions that make what a test needs; every argument has a sensible default."""

import itertools
import uuid
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import CodeView, Plan, User, ViewPeriod
from codes.actions.editorial import publish, save_draft
from codes.models import (
    Code,
    CodeSystem,
    OfficialDescription,
    PlainDescription,
    Release,
    SectionSlug,
    SectionText,
    Source,
)
from codes.models.code import stored_value

_numbers = itertools.count(1)

PASSWORD = "correct horse battery"


def make_release(
    *,
    source: str = Source.HCPCS_LEVEL_II,
    name: str = "July 2026",
    valid_from: date = date(2026, 7, 1),
    state: str = Release.State.PUBLISHED,
    **fields,
) -> Release:
    return Release.objects.create(
        source=source, name=name, valid_from=valid_from, state=state, **fields
    )


def make_code(value: str = "", *, system: str = CodeSystem.HCPCS) -> Code:
    """The code, made unless it is there; without a value a HCPCS code no other test part uses."""
    value = stored_value(value) or f"A{next(_numbers):04}"
    return Code.objects.get_or_create(system=system, value=value)[0]


def make_description(
    code: Code | str = "", *, release: Release | None = None, **fields
) -> OfficialDescription:
    """A description in a published release; the code may be named by its HCPCS value."""
    if not isinstance(code, Code):
        code = make_code(code)
    if release is None:
        release = Release.objects.filter(
            source=_SOURCES[code.system], state=Release.State.PUBLISHED
        ).first() or make_release(source=_SOURCES[code.system])
    fields.setdefault("short", f"Description of {code.printed}")
    fields.setdefault("long", f"Long official description of {code.printed}")
    return OfficialDescription.objects.create(code=code, release=release, **fields)


_SOURCES = {source.system: source for source in Source if source.system}


def make_plan(name: str = "", **fields) -> Plan:
    return Plan.objects.create(name=name or f"Plan {next(_numbers)}", **fields)


def make_user(
    email: str = "", *, password: str = PASSWORD, is_verified: bool = True, **fields
) -> User:
    """A member who can log in with `password`, unless the address is not verified."""
    user = User.objects.create_user(email or f"member{next(_numbers)}@example.org", password)
    User.objects.filter(pk=user.pk).update(**fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=is_verified)
    return User.objects.select_related("plan").get(pk=user.pk)


def make_guest(*code_keys: str, started_at: datetime | None = None) -> uuid.UUID:
    """A guest whose period began at `started_at` (default: now), with these codes viewed in it."""
    guest = uuid.uuid4()
    make_views(*code_keys, guest=guest, started_at=started_at)
    return guest


def make_views(*code_keys: str, started_at: datetime | None = None, **reader) -> ViewPeriod:
    """The running period of a reader (`user=` or `guest=`) with these codes viewed in it."""
    started_at = started_at or timezone.now()
    period = ViewPeriod.objects.create(started_at=started_at, used_count=len(code_keys), **reader)
    CodeView.objects.bulk_create(
        CodeView(period=period, code_key=key, viewed_at=started_at) for key in code_keys
    )
    return period


def make_plain_description(
    code: Code, *, title: str = "", text: str = "Plain words.", is_published: bool = True
) -> PlainDescription:
    """The code's plain-language description, as an editor writes and publishes it."""
    written = save_draft(text=PlainDescription(code=code), markdown=text, title=title, by=None)
    return publish(text=written, by=None) if is_published else written


def make_section_text(
    code: Code,
    section: str = SectionSlug.GUIDELINES,
    *,
    text: str = "Editors' words.",
    is_published: bool = True,
) -> SectionText:
    """The editors' text of a gated section of the code."""
    written = save_draft(text=SectionText(code=code, section=section), markdown=text, by=None)
    return publish(text=written, by=None) if is_published else written
