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

NEIGHBOURS_EACH_SIDE = 2
CHILDREN_SHOWN = 60


@dataclass(frozen=True)
class CodeLink:
    """A code to link to, with its text in one line ('' where none may be shown)."""

    system: str
    value: str
    text: str
    is_current: bool = False
    is_billable: bool = True

    @property
    def printed(self) -> str:
        return printed_value(self.system, self.value)

    @property
    def url(self) -> str:
        return code_url(self.system, self.value)


@dataclass(frozen=True)
class Relatives:
    """Parents from the top down, neighbours in the order of the book, and direct children."""

    parents: list[CodeLink] = field(default_factory=list)
    neighbours: list[CodeLink] = field(default_factory=list)
    children: list[CodeLink] = field(default_factory=list)


def prefixes(value: str) -> list[str]:
    """The stored values that may stand above a code: its proper prefixes from three characters."""
    return [value[:length] for length in range(3, len(value))]


def relatives_of(code: Code, release: Release | None) -> Relatives:
    """The relatives of a code among the codes a release describes, in one query.

    Without a release (CPT where no licensed file is loaded) they are the codes this site knows.
    """
    known = known_codes(code.system, release)
    before = known.filter(value__lt=code.value).order_by("-value")[:NEIGHBOURS_EACH_SIDE]
    after = known.filter(value__gt=code.value).order_by("value")[:NEIGHBOURS_EACH_SIDE]
    parts = [("neighbour", before), ("neighbour", after)]
    if code.system in (CodeSystem.ICD_10_CM, CodeSystem.ICD_10_PCS):
        parts.append(("parent", known.filter(value__in=prefixes(code.value))))
        parts.append(("child", _below(known, code)))
    first, *rest = [
        part.annotate(role=Value(role, CharField())).values_list(
            "role", "value", "text", "billable"
        )
        for role, part in parts
    ]
    rows = list(first.union(*rest, all=True))
    found = {"neighbour": [], "parent": [], "child": []}
    for role, value, text, is_billable in sorted(rows, key=lambda row: row[1]):
        link = CodeLink(code.system, value, text, is_billable=is_billable)
        found[role].append(link)
    children = _direct(found["child"])
    here = CodeLink(code.system, code.value, "", is_current=True)
    neighbours = sorted([*found["neighbour"], here], key=lambda link: link.value)
    return Relatives(found["parent"], neighbours, children[:CHILDREN_SHOWN])


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


def _direct(links: list[CodeLink]) -> list[CodeLink]:
    """Those of sorted codes that have no other of them as a prefix."""
    direct = []
    for link in links:
        if not direct or not link.value.startswith(direct[-1].value):
            direct.append(link)
    return direct


def nearest_codes(system: str, value: str, count: int = 6) -> list[CodeLink]:
    """The codes round a stored value that is itself no code: half before it, half after it."""
    known = Code.objects.filter(system=system).annotate(
        text=Coalesce(F("plain_description__published_title"), Value(""))
    )
    before = known.filter(value__lt=value).order_by("-value")[: count // 2]
    after = known.filter(value__gt=value).order_by("value")[: count // 2]
    rows = before.union(after).values_list("value", "text")
    return [CodeLink(system, value, text) for value, text in sorted(rows)]
