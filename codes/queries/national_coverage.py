"""What CMS's HCPCS file says of a code's coverage, and the national determinations it names."""

from dataclasses import dataclass
from datetime import date

from codes.models import Code, CodeSystem, CoverageDocument, HcpcsRecord, Release, Source
from codes.queries.releases import Releases


@dataclass(frozen=True)
class NationalReference:
    """A section that CMS's HCPCS file names as the national rule for a code.

    `document` is the NCD of that section where it is loaded. Sections with a hyphen are those of
    the Coverage Issues Manual, which the NCD manual replaced in 2003 with other numbers.
    """

    section: str
    document: CoverageDocument | None = None


# Field "coverage code" of the record layout of the HCPCS file.
COVERAGE_CODES = {
    "C": "Carrier judgment: the contractor decides",
    "D": "Special coverage instructions apply",
    "I": "Not payable by Medicare",
    "M": "Not covered by Medicare",
    "S": "Not covered by Medicare statute",
}


@dataclass(frozen=True)
class NationalRule:
    """What CMS's HCPCS file says of a code's coverage, and the release that says it."""

    release: Release
    coverage: str
    references: list[NationalReference]


def national_rule(
    code: Code, date_of_service: date, releases: Releases, records: list[HcpcsRecord]
) -> NationalRule | None:
    """The coverage code and national references of a HCPCS code; None where there are none.

    `records` are the code's in the HCPCS files, that of the date among them where it has one.
    """
    release = releases.shown(Source.HCPCS_LEVEL_II, date_of_service)
    if code.system != CodeSystem.HCPCS or release is None:
        return None
    record = next((item for item in records if item.release_id == release.pk), None)
    if record is None:
        return None
    sections = [text.strip() for text in record.cim_references if text.strip()]
    coverage = COVERAGE_CODES.get(record.coverage_code, "")
    if not sections and not coverage:
        return None
    documents = _ncds(sections, date_of_service, releases)
    return NationalRule(
        release,
        coverage,
        [NationalReference(section, documents.get(section)) for section in sections],
    )


def _ncds(
    sections: list[str], date_of_service: date, releases: Releases
) -> dict[str, CoverageDocument]:
    release = releases.shown(Source.MCD_NCDS, date_of_service)
    if not sections or release is None:
        return {}
    documents = CoverageDocument.objects.filter(release=release, display_id__in=sections)
    found: dict[str, CoverageDocument] = {}
    for document in documents.order_by("version"):
        begun = document.effective_date is None or document.effective_date <= date_of_service
        if begun and (document.retired_date is None or document.retired_date >= date_of_service):
            found[document.display_id] = document
    return found
