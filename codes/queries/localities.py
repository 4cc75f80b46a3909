"""Medicare's payment localities: their indices, and which one a ZIP code lies in."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from codes.models import GeographicIndex, LocalityCounties, Release, Source, ZipLocality
from codes.queries.releases import Releases

ONE = Decimal(1)
_FLOORS = {
    "*": "The work index has Alaska's floor of 1.5.",
    "**": "The practice expense index has the floor of 1.0 for frontier states.",
}


@dataclass(frozen=True)
class Locality:
    """A payment locality with its geographic practice cost indices (GPCI).

    The national one has no contractor, and indices of 1.
    """

    contractor: str
    locality: str
    state: str
    name: str
    work: Decimal = ONE
    practice_expense: Decimal = ONE
    malpractice: Decimal = ONE
    mark: str = ""

    @property
    def is_national(self) -> bool:
        return not self.contractor

    @property
    def key(self) -> str:
        """What `?locality=` takes: `01112-05`; '' for the national one."""
        return "" if self.is_national else f"{self.contractor}-{self.locality}"

    @property
    def title(self) -> str:
        return self.name if self.is_national else f"{self.name}, {self.state}"

    @property
    def floor(self) -> str:
        """A sentence on a floor set by law that an index here has, or ''."""
        return _FLOORS.get(self.mark, "")


NATIONAL = Locality("", "", "", "National")


@dataclass(frozen=True)
class Choice:
    """What a reader asked for, and the locality that came of it; None where none did.

    `problem` is a sentence when the question could not be answered, `note` one on the answer.
    """

    zip_code: str = ""
    locality_key: str = ""
    locality: Locality | None = None
    problem: str = ""
    note: str = ""
    zip_release: Release | None = None
    counties: str = ""

    @property
    def is_asked(self) -> bool:
        return bool(self.zip_code or self.locality_key)


def localities_of(release: Release) -> list[Locality]:
    """Every locality of a release, by state and name."""
    rows = GeographicIndex.objects.filter(release_id=release.pk).order_by("state", "name")
    return [_locality(row) for row in rows]


def _locality(row: GeographicIndex) -> Locality:
    return Locality(
        row.contractor,
        row.locality,
        row.state,
        row.name,
        row.work,
        row.practice_expense,
        row.malpractice,
        row.mark,
    )


def chosen_locality(
    zip_code: str,
    locality_key: str,
    localities: list[Locality],
    releases: Releases,
    date_of_service: date,
) -> Choice:
    """The locality of a ZIP code (its first five digits count), or else of `contractor-locality`.

    Without either the choice is empty, which stands for the national amounts.
    """
    zip_code, locality_key = zip_code.strip()[:20], locality_key.strip()[:20]
    if zip_code:
        return _by_zip(zip_code, localities, releases, date_of_service)
    if not locality_key:
        return Choice()
    found = re.fullmatch(r"(\d{4,5})-(\d{1,2})", locality_key, re.ASCII)
    if found:
        key = (found[1].zfill(5), found[2].zfill(2))
        for locality in localities:
            if (locality.contractor, locality.locality) == key:
                counties = _counties(locality, releases, date_of_service)
                return Choice(locality_key=locality.key, locality=locality, counties=counties)
    return Choice(
        locality_key=locality_key,
        problem=f"“{locality_key}” is not a payment locality of this release. One is written as "
        "contractor and locality, e.g. 01112-05.",
    )


def _by_zip(
    zip_code: str, localities: list[Locality], releases: Releases, date_of_service: date
) -> Choice:
    found = re.fullmatch(r"(\d{5})(?:-?\d{4})?", zip_code, re.ASCII)
    if not found:
        problem = f"“{zip_code}” is not a ZIP code. A ZIP code has five digits, e.g. 94110."
        return Choice(zip_code=zip_code, problem=problem)
    release = releases.shown(Source.ZIP_LOCALITIES, date_of_service)
    if release is None:
        problem = "No list of ZIP codes by locality is loaded; choose the locality instead."
        return Choice(zip_code=zip_code, problem=problem)
    row = ZipLocality.objects.filter(zip_code=found[1], release_id=release.pk).first()
    if row is None:
        problem = f"ZIP code {found[1]} is not in CMS's list of {release.name}."
        return Choice(zip_code=zip_code, problem=problem, zip_release=release)
    here = [
        locality
        for locality in localities
        if (locality.contractor, locality.locality) == (row.contractor, row.locality)
    ]
    # Two states may share a contractor's number; the ZIP code's own state decides then.
    here = [locality for locality in here if locality.state == row.state] or here
    if not here:
        problem = (
            f"ZIP code {found[1]} lies in locality {row.contractor}-{row.locality}, for which no "
            "indices are loaded."
        )
        return Choice(zip_code=zip_code, problem=problem, zip_release=release)
    note = ""
    if row.has_plus_four:
        note = (
            f"Parts of ZIP code {found[1]} may lie in another locality; there the nine-digit code "
            "decides, which is not loaded."
        )
    return Choice(
        zip_code=found[1],
        locality_key=here[0].key,
        locality=here[0],
        note=note,
        zip_release=release,
        counties=_counties(here[0], releases, date_of_service),
    )


def _counties(locality: Locality, releases: Releases, date_of_service: date) -> str:
    """The counties of a locality as CMS lists them, '' where the list is not loaded."""
    release = releases.shown(Source.LOCALITY_COUNTIES, date_of_service)
    if release is None:
        return ""
    rows = LocalityCounties.objects.filter(
        release_id=release.pk, contractor=locality.contractor, locality=locality.locality
    )
    row = rows.first()
    return f"{row.counties.rstrip('. ')} ({release.name})" if row else ""
