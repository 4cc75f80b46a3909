"""The codes that a reader named: in full, begun, or as a range."""

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Length

from codes.models import Code, CodeSystem, OfficialDescription
from codes.queries.relatives import CodeLink, nearest_codes
from codes.queries.releases import Releases
from search.asked import Asked, systems_with_form
from search.scope import Scope


def named_codes(asked: Asked, scope: Scope) -> QuerySet[Code] | None:
    """The codes named: in the order they were named in, or whole ones first, then the shorter.

    None where no code was named.
    """
    if not asked.is_code:
        return None
    # Every system is named, so that the index on (system, value) serves.
    codes = Code.objects.filter(system__in=[scope.system] if scope.system else CodeSystem.values)
    codes = _chosen(codes, scope)
    if asked.whole:
        codes = codes.filter(value__in=asked.whole)
        places = [When(value=value, then=Value(at)) for at, value in enumerate(asked.whole)]
        return codes.order_by(Case(*places, output_field=IntegerField()), "system")
    if asked.first:
        codes = codes.filter(
            system__in=set(systems_with_form(asked.first)) & set(systems_with_form(asked.last)),
            value__gte=asked.first,
            value__lt=f"{asked.last}~",
        )
        return codes.order_by("system", "value")
    codes = codes.filter(value__startswith=asked.beginning)
    place = Case(
        When(value=asked.beginning, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return codes.order_by(place, Length("value"), "value", "system")


def _chosen(codes: QuerySet[Code], scope: Scope) -> QuerySet[Code]:
    if scope.division:
        codes = codes.filter(value__gte=scope.division.first, value__lt=scope.division.beyond)
        if scope.division.ending:
            codes = codes.filter(value__endswith=scope.division.ending)
    if scope.is_billable_only or scope.is_active_only:
        described = OfficialDescription.objects.filter(
            code=OuterRef("pk"), release_id__in=scope.release_ids or (0,)
        )
        codes = codes.filter(Exists(chosen_descriptions(described, scope)))
    return codes


def chosen_descriptions(
    descriptions: QuerySet[OfficialDescription], scope: Scope
) -> QuerySet[OfficialDescription]:
    """Those of billable codes, of codes valid on the date, or of both, as it was chosen."""
    if scope.is_billable_only:
        descriptions = descriptions.filter(is_billable=True)
    if scope.is_active_only:
        day = scope.date_of_service
        descriptions = descriptions.filter(
            Q(added_date__lte=day) | Q(added_date__isnull=True, release__valid_from__lte=day),
            Q(termination_date__gte=day) | Q(termination_date__isnull=True),
        )
    return descriptions


def exact_codes(asked: Asked, named: QuerySet[Code], scope: Scope) -> list[Code]:
    """The codes that are what was typed, to the letter. Each has `is_header`."""
    if not asked.beginning:
        return []
    headers = OfficialDescription.objects.filter(
        code=OuterRef("pk"), release_id__in=scope.release_ids or (0,), is_billable=False
    )
    return list(named.filter(value=asked.beginning).annotate(is_header=Exists(headers)))


def near_codes(asked: Asked, system: str | None, releases: Releases) -> list[CodeLink]:
    """The codes round one that does not exist, in each system whose codes look like it.

    Where none do, those round it that begin with the same two characters.
    """
    value = asked.beginning or asked.first
    if len(value) < 2:
        return []
    wanted = [item for item in CodeSystem if system in (None, "", item)]
    alike = [item for item in systems_with_form(value) if item in wanted]
    release_ids = [release.pk for release in releases.all()]
    links = [
        link
        for item in alike or wanted
        for link in nearest_codes(item, value, release_ids, count=4)
    ]
    return links if alike else [link for link in links if link.value.startswith(value[:2])]
