"""NCCI medically unlikely edits: how many units of a code one patient may have on a line or day.

MUE tables have no dates: the one of the quarter answers for a date of service.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from codes.models import Code, MueValue, Release, stored_value
from codes.queries.ncci.settings import PROCEDURE_SYSTEMS, Meaning, Setting
from codes.queries.questions import Question, settled
from codes.queries.releases import Releases
from codes.queries.stored_rows import rows_of_release

# After CMS's MUE pages; in our own words.
ADJUDICATION_INDICATORS = {
    1: Meaning(
        "Each claim line",
        "Checked line by line: further units may stand on further lines, each with a modifier that "
        "says why.",
        "plain",
    ),
    2: Meaning(
        "Day, by policy",
        "Checked on the day’s total of all lines. It follows from law, policy or what the code "
        "says, so more on one day counts as impossible.",
        "bad",
    ),
    3: Meaning(
        "Day, clinical",
        "Checked on the day’s total of all lines. More is paid only where the contractor is shown "
        "that it was correctly coded and medically necessary.",
        "warn",
    ),
}


@dataclass(frozen=True)
class Units:
    """The MUE of a code in one setting. `value` None: the release publishes none for the code."""

    setting: Setting
    release: Release
    value: MueValue | None

    @property
    def adjudication(self) -> Meaning:
        return ADJUDICATION_INDICATORS[self.value.adjudication_indicator]


def mue_releases(date_of_service: date, releases: Releases) -> dict[Setting, Release]:
    """The release of each setting that answers on the date: in force, or else the oldest."""
    found = {setting: releases.shown(setting.mue_source, date_of_service) for setting in Setting}
    return {setting: release for setting, release in found.items() if release}


def mue_rows(
    values: Iterable[str], date_of_service: date, releases: Releases
) -> QuerySet[MueValue]:
    """The values of codes in every setting loaded."""
    release_ids = [release.pk for release in mue_releases(date_of_service, releases).values()]
    return MueValue.objects.filter(code__in=list(values), release_id__in=release_ids)


def mue_of(
    value: str, date_of_service: date, releases: Releases, rows: list[MueValue] | None = None
) -> list[Units]:
    """The units of a code, setting by setting; settings that are not loaded are left out."""
    if rows is None:
        rows = list(mue_rows([stored_value(value)], date_of_service, releases))
    by_release = {row.release_id: row for row in rows}
    return [
        Units(setting, release, by_release.get(release.pk))
        for setting, release in mue_releases(date_of_service, releases).items()
    ]


def mues_of(
    values: Iterable[str], setting: Setting, date_of_service: date, releases: Releases
) -> Question[tuple[Release | None, dict[str, MueValue]]]:
    """Asks for the release that answers, and the units of the codes of a claim in one setting, by
    code.
    """
    release = mue_releases(date_of_service, releases).get(setting)
    if release is None:
        return settled((None, {}))
    rows = rows_of_release(MueValue, release.pk, "code", list(values))
    return rows.then(lambda rows: (release, {row.code: row for row in rows}))


def mue_rows_on(code: Code, releases: Releases, date_of_service: date) -> QuerySet | None:
    if code.system not in PROCEDURE_SYSTEMS or not mue_releases(date_of_service, releases):
        return None
    return mue_rows([code.value], date_of_service, releases)
