"""Whose claims NCCI's edits are checked on, and where each setting's edits come from."""

from enum import StrEnum
from typing import NamedTuple

from codes.models import CodeSystem, Release, Source, code_url
from codes.queries.releases import Releases

PROCEDURE_SYSTEMS = (CodeSystem.CPT, CodeSystem.HCPCS)


class Setting(StrEnum):
    """Whose claims an edit is checked on."""

    PRACTITIONER = "practitioner"
    HOSPITAL = "hospital"
    DME = "dme"

    @property
    def label(self) -> str:
        return {
            Setting.PRACTITIONER: "Practitioner",
            Setting.HOSPITAL: "Outpatient hospital",
            Setting.DME: "DME supplier",
        }[self]

    @property
    def name_within(self) -> str:
        """The label as it stands within a sentence: its first word small, but for DME."""
        return self.label if self == Setting.DME else self.label.lower()

    @property
    def ptp_source(self) -> Source | None:
        """None for suppliers: they have no PTP edits of their own."""
        return {
            Setting.PRACTITIONER: Source.NCCI_PTP_PRACTITIONER,
            Setting.HOSPITAL: Source.NCCI_PTP_HOSPITAL,
        }.get(self)

    @property
    def mue_source(self) -> Source:
        return {
            Setting.PRACTITIONER: Source.NCCI_MUE_PRACTITIONER,
            Setting.HOSPITAL: Source.NCCI_MUE_HOSPITAL,
            Setting.DME: Source.NCCI_MUE_DME,
        }[self]


PTP_SETTINGS = (Setting.PRACTITIONER, Setting.HOSPITAL)


class Meaning(NamedTuple):
    """An indicator in a few words, in a sentence, and its tone: bad, warn or plain."""

    short: str
    sentence: str
    tone: str


def url_of(value: str) -> str:
    """The address of a procedure code's page."""
    return code_url(CodeSystem.CPT if value[:1].isdigit() else CodeSystem.HCPCS, value)


def newest(source: str, releases: Releases) -> Release | None:
    """The newest published release of a source that carries its own history."""
    return (releases.of(source) or [None])[-1]
