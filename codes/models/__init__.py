"""One file per subject; everything is importable from here."""

from codes.models.code import Code, code_url, has_form_of, printed_value, stored_value
from codes.models.coverage import (
    CoverageCode,
    CoverageContractor,
    CoverageDocument,
    CoverageGroup,
    CoverageList,
    CoverageRelation,
)
from codes.models.crosswalks import CodeConversion, GeneralEquivalence, HccMapping, RbcsAssignment
from codes.models.data_change import DataChange
from codes.models.description import OfficialDescription
from codes.models.editorial_text import EditorialText
from codes.models.fees import (
    AnesthesiaFactor,
    FeeScheduleRow,
    GeographicIndex,
    OppsCapPrice,
)
from codes.models.hcpcs import HcpcsModifier, HcpcsRecord
from codes.models.hcpcs_processing_note import HcpcsProcessingNote
from codes.models.icd10cm import IndexEntry, PoaExemption, TabularEntry, TabularNote
from codes.models.import_upload import ImportUpload
from codes.models.ncci import AddOnEdit, MueValue, PtpEdit, PtpRationale
from codes.models.opps import OppsRow
from codes.models.places import LocalityCounties, PlaceOfService, ZipLocality
from codes.models.plain_description import PlainDescription
from codes.models.release import CodeSystem, LicenseAcceptance, RejectedRow, Release, Source
from codes.models.section import SectionSlug, SectionText

__all__ = [
    "AddOnEdit",
    "AnesthesiaFactor",
    "Code",
    "CodeConversion",
    "CodeSystem",
    "CoverageCode",
    "CoverageContractor",
    "CoverageDocument",
    "CoverageGroup",
    "CoverageList",
    "CoverageRelation",
    "DataChange",
    "EditorialText",
    "FeeScheduleRow",
    "GeneralEquivalence",
    "GeographicIndex",
    "HccMapping",
    "HcpcsModifier",
    "HcpcsProcessingNote",
    "HcpcsRecord",
    "ImportUpload",
    "IndexEntry",
    "LicenseAcceptance",
    "LocalityCounties",
    "MueValue",
    "OfficialDescription",
    "OppsCapPrice",
    "OppsRow",
    "PlaceOfService",
    "PlainDescription",
    "PoaExemption",
    "PtpEdit",
    "PtpRationale",
    "RbcsAssignment",
    "RejectedRow",
    "Release",
    "SectionSlug",
    "SectionText",
    "Source",
    "TabularEntry",
    "TabularNote",
    "ZipLocality",
    "code_url",
    "has_form_of",
    "printed_value",
    "stored_value",
]
