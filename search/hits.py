"""Codes found, with the texts and the status they have on a date of service."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import Q

from codes.models import Code, CodeSystem, OfficialDescription, Release
from codes.queries.relatives import PCS_TABLE_LENGTH, CodeLink, prefixes
from codes.queries.status import StatusKind, description_on, status_on
from search.folding import brought_together, folded
from search.index.current import Index
from search.results import Hit
from search.scope import Scope

NONE: Mapping[int, int] = MappingProxyType({})


def hits_of(
    code_ids: list[int], scope: Scope, index: Index | None = None, numbers: Mapping[int, int] = NONE
) -> dict[int, Hit]:
    """The codes by their keys, in their order, parents beside them: as the index has them, or in
    three queries. `numbers` are those of codes in the index, where they are known.
    """
    hits: dict[int, Hit] = {}
    if index is not None:
        hits = index.shown.hits(code_ids, numbers, scope.releases, scope.date_of_service)
    missing = [code_id for code_id in code_ids if code_id not in hits]
    if not missing:
        return hits
    hits |= _hits_by_id(missing, scope)
    return {code_id: hits[code_id] for code_id in code_ids if code_id in hits}


def families_of(
    code_ids: list[int],
    scope: Scope,
    index: Index | None = None,
    numbers: Mapping[int, int] = NONE,
) -> list[list[int]]:
    """The keys in rank order, variants of one another together where the first of them stands."""
    names = index.shown.families(code_ids, numbers) if index is not None else None
    if names is not None:
        places = brought_together(*names)
    else:
        described = OfficialDescription.objects.filter(
            code_id__in=code_ids, release_id__in=scope.release_ids
        ).order_by()
        columns = ("code_id", "code__system", "code__value", "long")
        codes = {code_id: (*code,) for code_id, *code in described.values_list(*columns)}
        places = folded([codes.get(code_id, ("", str(code_id), "")) for code_id in code_ids])
    return [[code_ids[place] for place in family] for family in places]


def _hits_by_id(code_ids: list[int], scope: Scope) -> dict[int, Hit]:
    releases = scope.releases
    by_id: dict[int, Release] = {release.pk: release for release in releases.all()}
    fields = ("system", "value", "plain_description__published_title")
    codes = Code.objects.select_related("plain_description").only(*fields).order_by()
    found = {code.pk: code for code in codes.filter(pk__in=code_ids)}
    wanted = _parents_of(found.values())
    conditions = Q()
    for system, values in wanted.items():
        conditions |= Q(system=system, value__in=values)
    above = {code.pk: code for code in codes.filter(conditions)} if wanted else {}
    every = {**above, **found}
    described: dict[int, list[OfficialDescription]] = {code_id: [] for code_id in every}
    for item in OfficialDescription.objects.filter(
        code_id__in=every, release_id__in=by_id
    ).order_by():
        item.release, item.code = by_id[item.release_id], every[item.code_id]
        described[item.code_id].append(item)

    date_of_service = scope.date_of_service
    links = {
        (code.system, code.value): CodeLink(
            code.system,
            code.value,
            _text(code, description_on(code, described[code.pk], releases, date_of_service)),
            is_billable=False,
        )
        for code in above.values()
    }
    hits = {}
    for code in (found[code_id] for code_id in code_ids if code_id in found):
        shown = description_on(code, described[code.pk], releases, date_of_service)
        status = status_on(code, described[code.pk], releases, date_of_service)
        places = [(code.system, value) for value in _values_above(code.system, code.value)]
        hits[code.pk] = Hit(
            CodeSystem(code.system),
            code.value,
            _text(code, shown),
            status,
            parents=[links[place] for place in places if place in links],
            is_billable=shown.is_billable if shown else status.kind != StatusKind.HEADER,
            code_id=code.pk,
        )
    return hits


def _text(code: Code, shown: OfficialDescription | None) -> str:
    plain = getattr(code, "plain_description", None)
    return (shown.text if shown else "") or (plain.published_title if plain else "")


def _values_above(system: str, value: str) -> list[str]:
    if system == CodeSystem.ICD_10_CM:
        return prefixes(value)
    if system == CodeSystem.ICD_10_PCS and len(value) > PCS_TABLE_LENGTH:
        return [value[:PCS_TABLE_LENGTH]]
    return []


def _parents_of(codes) -> dict[str, set[str]]:
    """The stored values that may stand above the codes, by system."""
    wanted: dict[str, set[str]] = {}
    for code in codes:
        above = _values_above(code.system, code.value)
        if above:
            wanted.setdefault(code.system, set()).update(above)
    return wanted
