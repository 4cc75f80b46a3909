"""Every importer there is, in the order their releases are loaded. README.md tells of each.

An importer is a module, or an object, with

- `SOURCE`, `FORMAT` (a few words for people), and `LICENSE` where the operator needs one;
- `recognizes(file)`: whether the file's content, not its name, is of this kind;
- `release_of(file)`: the release the file tells, or None; `release_on(day)` names one by its day;
- `read(file)`: its rows, without a database. `read(*files)` where `IS_SET`: several files make
  one release. `check_whole(files, release)` refuses a set that lacks a part;
- `CARRIES_HISTORY`, where a newer release tells all that earlier ones told: it takes their place,
  and their rows are removed;
- for facts about codes: `TABLES` maps the types of its rows to models, and `COUNTED`, `KEYS` and
  `codes_of(row)` say more of them (`fact_loading.py`).

Where two formats carry the same release, the first in this list is imported.
"""

from types import ModuleType

from codes.importers import (
    anesthesia_factors,
    cpt_descriptors,
    gems,
    gpci,
    hcc,
    hcpcs_fixed_width,
    hcpcs_processing_notes,
    hcpcs_xlsx,
    icd10cm_conversion,
    icd10cm_drugs,
    icd10cm_external_causes,
    icd10cm_index,
    icd10cm_neoplasms,
    icd10cm_order,
    icd10cm_tabular,
    icd10pcs_order,
    locality_counties,
    mcd_articles,
    mcd_documents,
    mcd_lcds,
    mcd_ncds,
    ncci_add_on,
    ncci_mue,
    ncci_ptp,
    opps_addendum_b,
    opps_cap,
    pfs,
    pfs_qp,
    place_of_service,
    poa_exempt,
    poa_exempt_xlsx,
    rbcs,
    zip_localities,
)
from codes.importers.official_file import OfficialFile

IMPORTERS: list[ModuleType] = [
    # The record is CMS's own layout; the spreadsheet is made from it.
    hcpcs_fixed_width,
    hcpcs_xlsx,
    icd10cm_order,
    icd10pcs_order,
    pfs,
    pfs_qp,
    gpci,
    anesthesia_factors,
    locality_counties,
    opps_cap,
    zip_localities,
    opps_addendum_b,
    place_of_service,
    mcd_documents,
    mcd_articles,
    mcd_lcds,
    mcd_ncds,
    # The same layout for several settings: one importer for each.
    ncci_ptp.PRACTITIONER,
    ncci_ptp.HOSPITAL,
    ncci_mue.PRACTITIONER,
    ncci_mue.HOSPITAL,
    ncci_mue.DME,
    ncci_add_on,
    icd10cm_tabular,
    icd10cm_index,
    icd10cm_external_causes,
    icd10cm_neoplasms,
    icd10cm_drugs,
    icd10cm_conversion,
    poa_exempt,
    poa_exempt_xlsx,
    gems,
    hcc,
    rbcs,
    hcpcs_processing_notes,
    # Last, as it is known by little: five digits and a text.
    cpt_descriptors,
]


def importer_of(file: OfficialFile) -> ModuleType | None:
    """The importer that recognizes the file; None where none does."""
    file.check_encoding()
    return next((importer for importer in IMPORTERS if importer.recognizes(file)), None)
