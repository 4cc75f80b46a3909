"""Codes found, with the texts and the status they have on a date of service."""

from dataclasses import replace

from django.db.models import Q

from codes.models import Code, CodeSystem, OfficialDescription, Release
from codes.queries.relatives import PCS_TABLE_LENGTH, CodeLink, prefixes
from codes.queries.releases import Releases
from codes.queries.status import StatusKind, description_on, status_on
from search.asked import Asked
from search.folding import asks_for_encounter, folded, with_initial_first
from search.results import Hit
from search.scope import Scope


def hits_of(code_ids: list[int], releases: Releases, scope: Scope) -> list[Hit]:
    """The codes in the order of their keys, parents beside them, in three queries."""
    return list(_hits_by_id(code_ids, releases, scope).values())


def hits_alone(code_ids: list[int], releases: Releases, scope: Scope) -> dict[int, Hit]:
    """The codes by their keys, without parents, in two queries."""
    return _hits_by_id(code_ids, releases, scope, with_parents=False)


def folded_hits(families: list[list[int]], releases: Releases, scope: Scope) -> list[Hit]:
    """The first of each family of keys, with the others as its variants."""
    hits = _hits_by_id([code_id for family in families for code_id in family], releases, scope)
    found = [[hits[code_id] for code_id in family if code_id in hits] for family in families]
    return [replace(lead, variants=variants) for lead, *variants in filter(None, found)]


def families_of(code_ids: list[int], scope: Scope, asked: Asked) -> list[list[int]]:
    """The keys in rank order, variants of one another together where the first of them stands.

    Of words that leave the encounter open the first encounter leads.
    """
    described = OfficialDescription.objects.filter(
        code_id__in=code_ids, release_id__in=scope.release_ids
    ).order_by()
    columns = ("code_id", "code__system", "code__value", "long")
    codes = {code_id: (*code,) for code_id, *code in described.values_list(*columns)}
    return families_among(code_ids, codes, asked)


def families_among(
    code_ids: list[int], codes: dict[int, tuple[str, str, str]], asked: Asked
) -> list[list[int]]:
    """The same of codes whose system, stored value and text are known."""
    places = folded([codes.get(code_id, ("", str(code_id), "")) for code_id in code_ids])
    found = [[code_ids[place] for place in family] for family in places]
    if asked.is_code or asks_for_encounter(asked.text):
        return found
    return [
        [family[place] for place in with_initial_first([codes[key][1] for key in family])]
        if len(family) > 1
        else family
        for family in found
    ]


def _hits_by_id(
    code_ids: list[int], releases: Releases, scope: Scope, *, with_parents: bool = True
) -> dict[int, Hit]:
    by_id: dict[int, Release] = {release.pk: release for release in releases.all()}
    fields = ("system", "value", "plain_description__published_title")
    codes = Code.objects.select_related("plain_description").only(*fields).order_by()
    found = {code.pk: code for code in codes.filter(pk__in=code_ids)}
    wanted = _parents_of(found.values()) if with_parents else {}
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
