"""Plain functions that make what a test needs; every argument has a sensible default."""

import itertools
from datetime import date

from codes.models import Code, CodeSystem, OfficialDescription, Release, Source
from codes.models.code import stored_value

_numbers = itertools.count(1)


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
