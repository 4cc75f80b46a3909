"""The demonstration data: forty-five codes with their texts, read from `fixtures/` and loaded.

The files are described in `fixtures/README.md`. Loading them again changes nothing, and an
editor's text is never overwritten.
"""

import logging
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from codes.markdown import to_html
from codes.models import (
    Code,
    CodeSystem,
    OfficialDescription,
    PlainDescription,
    Release,
    SectionSlug,
    SectionText,
    Source,
    has_form_of,
    stored_value,
)

logger = logging.getLogger(__name__)

FOLDER = settings.BASE_DIR / "fixtures" / "demonstration"
PLAIN_DESCRIPTION = "plain-description"
# Written to the history of every text loaded, which tells it from an editor's.
CHANGE_REASON = "Demonstration data"

_FIELDS = {"system", "code", "title", "short", "long", "billable", "added", "ended", "reviewed"}
_REQUIRED = {"system", "code", "title", "reviewed"}


@dataclass(frozen=True)
class Edition:
    """The release that the official texts of a system are loaded as."""

    source: Source
    name: str
    valid_from: date


# CPT has no file to load: its one descriptor is entered by hand, as an editor would.
EDITIONS = {
    CodeSystem.CPT: Edition(Source.ENTERED_BY_HAND, "Demonstration", date(2026, 1, 1)),
    CodeSystem.HCPCS: Edition(Source.HCPCS_LEVEL_II, "July 2026 demonstration", date(2026, 7, 1)),
    CodeSystem.ICD_10_CM: Edition(
        Source.ICD_10_CM_ORDER, "FY 2026 demonstration", date(2025, 10, 1)
    ),
}


class FixtureError(ValueError):
    """A demonstration file that cannot be read: which, where, and what was expected."""


class EditedTextsError(Exception):
    """Texts of demonstration codes that somebody has edited; loading would overwrite them."""

    def __init__(self, names: list[str]):
        self.names = names
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        super().__init__(
            f"Nothing was loaded: {len(names)} of the texts were written or edited here ({shown}), "
            "and the demonstration data never overwrites an editor's text."
        )


@dataclass(frozen=True)
class DemonstrationCode:
    """A code as its file gives it. `texts` is Markdown by name: `plain-description` or a section.

    `added_date` and `termination_date` are the publisher's first and last valid day.
    """

    system: CodeSystem
    value: str
    title: str
    short: str
    long: str
    is_billable: bool
    added_date: date | None
    termination_date: date | None
    reviewed_date: date
    texts: dict[str, str]

    @property
    def key(self) -> tuple[str, str]:
        return (self.system, self.value)

    @property
    def has_official_text(self) -> bool:
        return bool(self.long or self.short)


@dataclass
class Loaded:
    """How many rows a load added or changed, and the systems whose official texts it left out."""

    codes: int = 0
    releases: int = 0
    descriptions: int = 0
    plain_descriptions: int = 0
    sections: int = 0
    left_to_real_releases: list[str] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        return not (
            self.codes
            or self.releases
            or self.descriptions
            or self.plain_descriptions
            or self.sections
        )


# Reading


def read_codes(folder: Path = FOLDER) -> list[DemonstrationCode]:
    """Every demonstration code, by system and value. Raises FixtureError."""
    files = sorted(folder.glob("*/*.md"))
    if not files:
        raise FixtureError(f"{folder} holds no demonstration files.")
    return sorted((read_code(file) for file in files), key=lambda code: code.key)


def read_code(file: Path) -> DemonstrationCode:
    """The code of one file. Raises FixtureError, naming the file and the line."""
    lines = file.read_text(encoding="utf-8").splitlines()
    if lines[:1] != ["---"] or "---" not in lines[1:]:
        raise FixtureError(f"{file}: expected fields between two lines of three hyphens.")
    end = lines.index("---", 1)
    fields = _fields(file, lines[1:end])
    system, value = fields["system"], stored_value(fields["code"])
    if system not in EDITIONS or not has_form_of(system, value):
        raise FixtureError(f"{file}: {system} {fields['code']} is not a code of a system here.")
    if (file.parent.name, stored_value(file.stem)) != (system, value):
        raise FixtureError(f"{file}: expected the file to be named {system}/{fields['code']}.md.")
    if fields.get("billable", "yes") not in ("yes", "no"):
        raise FixtureError(f"{file}: billable is yes or no, not {fields['billable']!r}.")
    return DemonstrationCode(
        system=CodeSystem(system),
        value=value,
        title=fields["title"],
        short=fields.get("short", ""),
        long=fields.get("long", ""),
        is_billable=fields.get("billable", "yes") == "yes",
        added_date=_date(file, fields, "added"),
        termination_date=_date(file, fields, "ended"),
        reviewed_date=_date(file, fields, "reviewed"),
        texts=_texts(file, lines, end + 1),
    )


def _fields(file: Path, lines: list[str]) -> dict[str, str]:
    fields = {}
    for number, line in enumerate(lines, 2):
        name, colon, text = line.partition(":")
        if not colon or name not in _FIELDS or name in fields or not text.strip():
            raise FixtureError(
                f"{file}, line {number}: expected one of {', '.join(sorted(_FIELDS))}, each once, "
                f"then a colon and its text; found {line!r}."
            )
        fields[name] = text.strip()
    missing = sorted(_REQUIRED - set(fields))
    if missing:
        raise FixtureError(f"{file}: {', '.join(missing)} missing.")
    return fields


def _date(file: Path, fields: dict[str, str], name: str) -> date | None:
    if name not in fields:
        return None
    try:
        return date.fromisoformat(fields[name])
    except ValueError:
        raise FixtureError(
            f"{file}: {name} is a date such as 2026-11-16, not {fields[name]!r}."
        ) from None


def _texts(file: Path, lines: list[str], start: int) -> dict[str, str]:
    names = {PLAIN_DESCRIPTION, *SectionSlug.values}
    texts: dict[str, list[str]] = {}
    current = None
    for number, line in enumerate(lines[start:], start + 1):
        heading = re.match(r"# +(\S+)\s*$", line)
        if heading:
            current = heading[1]
            if current not in names or current in texts:
                raise FixtureError(
                    f"{file}, line {number}: expected a text's name, each once: "
                    f"{', '.join(sorted(names))}; found {current!r}."
                )
            texts[current] = []
        elif current:
            texts[current].append(line)
        elif line.strip():
            raise FixtureError(f"{file}, line {number}: a text without its name above it.")
    found = {name: "\n".join(text).strip() for name, text in texts.items()}
    empty = [name for name, text in found.items() if not text]
    if empty or PLAIN_DESCRIPTION not in found:
        raise FixtureError(f"{file}: {', '.join(empty) or PLAIN_DESCRIPTION} has no text.")
    return found


# Loading


@transaction.atomic
def load_demonstration(*, codes: list[DemonstrationCode]) -> Loaded:
    """Load the codes, their official texts and our own, published; all of it or nothing.

    What is there already stays as it is, so a second run changes nothing. Official texts are
    left out where a real release of their source is published. Raises EditedTextsError where a
    text differs because somebody edited it.
    """
    loaded = Loaded()
    stored = _store_codes(codes, loaded)
    for system, edition in EDITIONS.items():
        described = [code for code in codes if code.system == system and code.has_official_text]
        _store_official_texts(system, edition, described, stored, loaded)
    plain = {
        (stored[item.key].id,): (item, {"title": item.title}, item.texts[PLAIN_DESCRIPTION])
        for item in codes
    }
    sections = {
        (stored[item.key].id, slug): (item, {}, text)
        for item in codes
        for slug, text in item.texts.items()
        if slug != PLAIN_DESCRIPTION
    }
    loaded.plain_descriptions, edited = _store_texts(PlainDescription, ("code_id",), plain)
    loaded.sections, more = _store_texts(SectionText, ("code_id", "section"), sections)
    if edited or more:
        raise EditedTextsError([*edited, *more])
    logger.info(
        "Loaded the demonstration data: %s codes, %s official descriptions, %s texts",
        loaded.codes,
        loaded.descriptions,
        loaded.plain_descriptions + loaded.sections,
    )
    return loaded


def _store_codes(codes: list[DemonstrationCode], loaded: Loaded) -> dict[tuple[str, str], Code]:
    stored = {}
    for item in codes:
        code, is_new = Code.objects.get_or_create(system=item.system, value=item.value)
        stored[item.key] = code
        loaded.codes += is_new
    return stored


def _store_official_texts(
    system: CodeSystem,
    edition: Edition,
    codes: list[DemonstrationCode],
    stored: dict[tuple[str, str], Code],
    loaded: Loaded,
) -> None:
    if _has_real_release(edition, codes):
        loaded.left_to_real_releases.append(system.label)
        return
    wanted = {
        "name": edition.name,
        "valid_from": edition.valid_from,
        "state": Release.State.PUBLISHED,
        "row_count": len(codes),
    }
    release, is_new = Release.objects.get_or_create(
        source=edition.source, is_demonstration=True, defaults=wanted
    )
    loaded.releases += is_new or _update(release, wanted)
    described = {item.code_id: item for item in release.descriptions.all()}
    for item in codes:
        code = stored[item.key]
        texts = {
            "short": item.short,
            "long": item.long,
            "is_billable": item.is_billable,
            "added_date": item.added_date,
            "termination_date": item.termination_date,
        }
        if code.id not in described:
            OfficialDescription.objects.create(release=release, code=code, **texts)
            loaded.descriptions += 1
        else:
            loaded.descriptions += _update(described[code.id], texts)


def _has_real_release(edition: Edition, codes: list[DemonstrationCode]) -> bool:
    """Whether real releases describe what the edition would: of the system, or by hand."""
    real = Release.objects.filter(state=Release.State.PUBLISHED, is_demonstration=False)
    if edition.source != Source.ENTERED_BY_HAND:
        return real.filter(source=edition.source).exists()
    values = [code.value for code in codes]
    listed = OfficialDescription.objects.filter(
        release__in=real, code__system=CodeSystem.CPT, code__value__in=values
    )
    return listed.exists() or real.filter(source=Source.CPT_DESCRIPTORS).exists()


def _store_texts(
    model: type[PlainDescription] | type[SectionText],
    identity: tuple[str, ...],
    wanted: dict[tuple, tuple[DemonstrationCode, dict, str]],
) -> tuple[int, list[str]]:
    """Create or renew the texts, published. Returns how many, and those that were edited here.

    `identity` names the fields that tell one text of the model from another, and are the keys
    of `wanted`.
    """

    def key_of(row: Model) -> tuple:
        return tuple(getattr(row, name) for name in identity)

    code_ids = {key[0] for key in wanted}
    existing = {key_of(row): row for row in model.objects.filter(code__in=code_ids)}
    versions = model.history.filter(code_id__in=code_ids).order_by("history_id")
    last_reason = {key_of(row): row.history_change_reason for row in versions}
    count, edited = 0, []
    for key, (item, extra, text) in wanted.items():
        fields = {"text": text, "published_text": text, "reviewed_date": item.reviewed_date}
        for name, value in extra.items():
            fields |= {name: value, f"published_{name}": value}
        row = existing.get(key) or model(**dict(zip(identity, key, strict=True)))
        if row.pk and all(getattr(row, name) == value for name, value in fields.items()):
            continue
        # Also where an editor deleted the text: its history ends with the deletion.
        if last_reason.get(key, CHANGE_REASON) != CHANGE_REASON or (
            row.pk and key not in last_reason
        ):
            edited.append(str(row))
            continue
        # What the editors' actions do for one text, without their log line for each.
        for name, value in fields.items():
            setattr(row, name, value)
        row.published_html = to_html(text)
        row.published_at = timezone.now()
        row._change_reason = CHANGE_REASON
        row.save()
        count += 1
    return count, edited


def _update(row: Model, wanted: dict) -> bool:
    """Give the row these values; whether that changed anything."""
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    if changed:
        row.save(update_fields=changed)
    return bool(changed)
