"""One file per subject; everything is importable from here."""

from codes.models.code import Code, code_url, has_form_of, printed_value, stored_value
from codes.models.description import OfficialDescription
from codes.models.editorial_text import EditorialText
from codes.models.fees import (
    AnesthesiaFactor,
    FeeScheduleRow,
    GeographicIndex,
    OppsCapPrice,
)
from codes.models.hcpcs import HcpcsModifier, HcpcsRecord
from codes.models.import_upload import ImportUpload
from codes.models.opps import OppsRow
from codes.models.places import LocalityCounties, PlaceOfService, ZipLocality
from codes.models.plain_description import PlainDescription
from codes.models.release import CodeSystem, LicenseAcceptance, RejectedRow, Release, Source
from codes.models.section import SectionSlug, SectionText

__all__ = [
    "AnesthesiaFactor",
    "Code",
    "CodeSystem",
    "EditorialText",
    "FeeScheduleRow",
    "GeographicIndex",
    "HcpcsModifier",
    "HcpcsRecord",
    "ImportUpload",
    "LicenseAcceptance",
    "LocalityCounties",
    "OfficialDescription",
    "OppsCapPrice",
    "OppsRow",
    "PlaceOfService",
    "PlainDescription",
    "RejectedRow",
    "Release",
    "SectionSlug",
    "SectionText",
    "Source",
    "ZipLocality",
    "code_url",
    "has_form_of",
    "printed_value",
    "stored_value",
]
