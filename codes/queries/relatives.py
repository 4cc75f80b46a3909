"""The codes around a code: those above it, beside it and below it in one release."""

from dataclasses import dataclass, field

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Length, NullIf, Substr

from codes.models import (
    Code,
    CodeSystem,
    OfficialDescription,
    Release,
    Source,
    code_url,
    printed_value,
)

NEIGHBORS_EACH_SIDE = 2
CHILDREN_SHOWN = 60
PCS_TABLE_LENGTH = 3


class CodeForms:
    """The forms of a code, for what has its `system` and its stored `value`."""

    @property
    def printed(self) -> str:
        return printed_value(self.system, self.value)

    @property
    def key(self) -> str:
        """`system:code` in the canonical form, e.g. `icd-10-cm:Z45.1`."""
        return f"{self.system}:{self.printed}"

    @property
    def system_title(self) -> str:
        return CodeSystem(self.system).label

    @property
    def url(self) -> str:
        return code_url(self.system, self.value)


@dataclass(frozen=True)
class CodeLink(CodeForms):
    """A code to link to, with its text in one line ('' where none may be shown)."""

    system: str
    value: str
    text: str
    is_current: bool = False
    is_billable: bool = True
    is_known: bool = True  # whether the site has a page for it


@dataclass(frozen=True)
class Relatives:
    """Parents from the top down, neighbors in the order of the book, and direct children."""

    parents: list[CodeLink] = field(default_factory=list)
    neighbors: list[CodeLink] = field(default_factory=list)
    children: list[CodeLink] = field(default_factory=list)
    has_more_children: bool = False


def prefixes(value: str) -> list[str]:
    """The stored values that may stand above a code: its proper prefixes from three characters."""
    return [value[:length] for length in range(3, len(value))]


def relatives_of(code: Code, release: Release | None) -> Relatives:
    """The relatives of a code among the codes a release describes, in one query.

    Without a release (CPT where no licensed file is loaded) they are the codes this site knows.
    """
    known = known_codes(code.system, release)
    if code.system == CodeSystem.ICD_10_PCS:
        # Tables stand beside tables, codes beside codes.
        alike = known.annotate(length=Length("value")).filter(length=len(code.value))
    else:
        alike = known
    before = alike.filter(value__lt=code.value).order_by("-value")[:NEIGHBORS_EACH_SIDE]
    after = alike.filter(value__gt=code.value).order_by("value")[:NEIGHBORS_EACH_SIDE]
    parts = [("neighbor", before), ("neighbor", after)]
    if code.system == CodeSystem.ICD_10_CM:
        parts.append(("parent", known.filter(value__in=prefixes(code.value))))
        parts.append(("child", _below(known, code)))
    elif code.system == CodeSystem.ICD_10_PCS:
        parts.append(_table_or_its_codes(known, code))
    first, *rest = [
        part.annotate(role=Value(role, CharField())).values_list(
            "role", "value", "text", "billable"
        )
        for role, part in parts
    ]
    rows = list(first.union(*rest, all=True))
    found = {"neighbor": [], "parent": [], "child": []}
    for role, value, text, is_billable in sorted(rows, key=lambda row: row[1]):
        link = CodeLink(code.system, value, text, is_billable=is_billable)
        found[role].append(link)
    children = _direct(found["child"])
    here = CodeLink(code.system, code.value, "", is_current=True)
    neighbors = sorted([*found["neighbor"], here], key=lambda link: link.value)
    return Relatives(
        found["parent"],
        neighbors,
        children[:CHILDREN_SHOWN],
        has_more_children=len(children) > CHILDREN_SHOWN,
    )


def known_codes(system: str, release: Release | None) -> QuerySet[Code]:
    """The codes a release lists, or every code known where there is none.

    Each has `text`, its official text in that release or else its plain-language title, and
    `billable`.
    """
    plain_title = F("plain_description__published_title")
    codes = Code.objects.filter(system=system)
    if release is None:
        by_hand = OfficialDescription.objects.filter(
            code=OuterRef("pk"),
            release__source=Source.ENTERED_BY_HAND,
            release__state=Release.State.PUBLISHED,
        ).order_by("-release__valid_from")
        return codes.annotate(
            text=Coalesce(
                Subquery(by_hand.values("long")[:1]),
                plain_title,
                Value(""),
                output_field=TextField(),
            ),
            billable=Value(True),
        )
    return codes.filter(descriptions__release=release).annotate(
        text=Coalesce(
            NullIf(F("descriptions__long"), Value("")),
            NullIf(F("descriptions__medium"), Value("")),
            NullIf(F("descriptions__short"), Value("")),
            plain_title,
            Value(""),
            output_field=TextField(),
        ),
        billable=F("descriptions__is_billable"),
    )


def _below(known, code: Code):
    """Codes below a header: the next length, and those that a placeholder X moves further out.

    ICD-10-CM fills empty places before a seventh character with X (W21.00 -> W21.00XA).
    """
    length = len(code.value)
    return (
        known.filter(value__startswith=code.value)
        .annotate(length=Length("value"), following=Substr("value", length + 1, 1))
        .filter(Q(length=length + 1) | Q(length__gt=length + 1, following="X"))
        .order_by("value")
    )


def _table_or_its_codes(known, code: Code):
    """Of an ICD-10-PCS code its table; of a table the first of its codes."""
    if len(code.value) > PCS_TABLE_LENGTH:
        return "parent", known.filter(value=code.value[:PCS_TABLE_LENGTH])
    of_table = known.filter(value__startswith=code.value).exclude(value=code.value)
    return "child", of_table.order_by("value")[: CHILDREN_SHOWN + 1]


def _direct(links: list[CodeLink]) -> list[CodeLink]:
    """Those of sorted codes that have no other of them as a prefix."""
    direct = []
    for link in links:
        if not direct or not link.value.startswith(direct[-1].value):
            direct.append(link)
    return direct


def linked_codes(pairs: list[tuple[str, str]], release_ids: list[int]) -> list[CodeLink]:
    """Links to codes named as (system, stored value), in their order, with the text they have.

    The text is the official one of the newest of the releases, or else the plain-language title.
    """
    descriptions = OfficialDescription.objects.filter(
        code=OuterRef("pk"), release_id__in=release_ids
    ).order_by("-release__valid_from")
    values = {value for _, value in pairs}
    found = Code.objects.filter(system__in={system for system, _ in pairs}, value__in=values)
    texts = {
        (system, value): text
        for system, value, text in found.order_by().values_list(
            "system",
            "value",
            Coalesce(
                Subquery(descriptions.values("long")[:1]),
                F("plain_description__published_title"),
                Value(""),
                output_field=TextField(),
            ),
        )
    }
    return [CodeLink(*pair, texts.get(pair, ""), is_known=pair in texts) for pair in pairs]


def nearest_codes(
    system: str, value: str, release_ids: list[int], count: int = 6
) -> list[CodeLink]:
    """Links to the codes round a stored value that is itself no code: half before, half after."""
    values = Code.objects.filter(system=system).order_by("value").values_list("value", flat=True)
    before = values.filter(value__lt=value).reverse()[: count // 2]
    after = values.filter(value__gt=value)[: count // 2]
    near = sorted(before.union(after))
    return linked_codes([(system, item) for item in near], release_ids) if near else []
