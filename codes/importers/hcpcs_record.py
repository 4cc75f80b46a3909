"""A record of CMS's HCPCS Level II file, whichever form it came in.

Field names are those of the spreadsheet's header; lengths and meaning those of the official
record layout (320-byte contractor record).
"""

import re
from datetime import date

from codes.importers.official_file import one_line
from codes.importers.rows import CodeRow, HcpcsFields, LeftOut, ModifierRow, Rejected, Row

# Field name: first and last position in the fixed-width record, counted from 1.
POSITIONS = {
    "HCPC": (1, 5),
    "SEQNUM": (6, 10),
    "RECID": (11, 11),
    "LONG DESCRIPTION": (12, 91),
    "SHORT DESCRIPTION": (92, 119),
    **{f"PRICE{i + 1}": (120 + 2 * i, 121 + 2 * i) for i in range(4)},
    "MULT_PI": (128, 128),
    **{f"CIM{i + 1}": (129 + 6 * i, 134 + 6 * i) for i in range(3)},
    **{f"MCM{i + 1}": (147 + 8 * i, 154 + 8 * i) for i in range(3)},
    "STATUTE": (171, 180),
    **{f"LABCERT{i + 1}": (181 + 3 * i, 183 + 3 * i) for i in range(8)},
    **{f"XREF{i + 1}": (205 + 5 * i, 209 + 5 * i) for i in range(5)},
    "COV": (230, 230),
    "ASC_GRP": (231, 232),
    "ASC_DT": (233, 240),
    "OPPS": (241, 243),
    "OPPS_PI": (244, 244),
    "OPPS_DT": (245, 252),
    "PROCNOTE": (253, 256),
    "BETOS": (257, 259),
    **{f"TOS{i + 1}": (261 + i, 261 + i) for i in range(5)},
    "ANEST_BU": (266, 268),
    "ADD DT": (269, 276),
    "ACT EFF DT": (277, 284),
    "TERM DT": (285, 292),
    "ACTION CD": (293, 293),
}
COLUMNS = tuple(POSITIONS)
FIRST_OF_CODE, MORE_OF_CODE, FIRST_OF_MODIFIER, MORE_OF_MODIFIER = "3", "4", "7", "8"
DENTAL, CPT = "dental codes (ADA)", "CPT codes and modifiers (AMA)"
RECORD_IDS = (FIRST_OF_CODE, MORE_OF_CODE, FIRST_OF_MODIFIER, MORE_OF_MODIFIER)

_CODE = re.compile(r"[A-V]\d{4}")
_OF_THE_AMA = re.compile(r"\d{4}[\dFTUMA]|\d\d")
_MODIFIER = re.compile(r" *([A-Z0-9]{2})")
_LIMITS = {name: last - first + 1 for name, (first, last) in POSITIONS.items()}
_PRICES = tuple(f"PRICE{i}" for i in range(1, 5))
_CIM = tuple(f"CIM{i}" for i in range(1, 4))
_MCM = tuple(f"MCM{i}" for i in range(1, 4))
_LAB = tuple(f"LABCERT{i}" for i in range(1, 9))
_XREF = tuple(f"XREF{i}" for i in range(1, 6))
_TOS = tuple(f"TOS{i}" for i in range(1, 6))
_CHECKED_LENGTHS = {
    name: limit
    for name, limit in _LIMITS.items()
    if name not in ("HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION")
}


class _BadField(Exception):
    pass


def row_of(line: int, fields: dict[str, str], long_parts: list[str]) -> Row:
    """The row of a first record (3 or 7) and the texts of its continuation records.

    Left out are rows whose text is not CMS's to give: dental codes (D, of the American Dental
    Association) and, in the edition for contractors, CPT codes and modifiers (of the AMA).
    """
    text = fields["HCPC"]
    if fields["RECID"] == FIRST_OF_CODE and text.startswith("D"):
        return LeftOut(line, DENTAL)
    if _OF_THE_AMA.fullmatch(text.strip()):
        return LeftOut(line, CPT)
    try:
        for name, limit in _CHECKED_LENGTHS.items():
            if len(fields[name]) > limit:
                raise _BadField(f"{name} is {fields[name]!r}; expected at most {limit} characters")
        long = one_line(" ".join([fields["LONG DESCRIPTION"], *long_parts]))
        if not long:
            raise _BadField("the long description is empty")
        if "\ufffd" in long or "\ufffd" in fields["SHORT DESCRIPTION"]:
            raise _BadField("the description has a character that is not Windows-1252 or UTF-8")
        if fields["RECID"] == FIRST_OF_CODE:
            return _code_row(line, text, long, fields)
        return _modifier_row(line, text, long, fields)
    except _BadField as problem:
        return Rejected(line, f"{text.strip()}: {problem}.")


def _code_row(line: int, text: str, long: str, fields: dict[str, str]) -> CodeRow:
    if not _CODE.fullmatch(text.strip()):
        raise _BadField("expected a HCPCS code, a letter from A to V and four digits")
    units = fields["ANEST_BU"].strip()
    if units and not units.isdecimal():
        raise _BadField(f"ANEST_BU is {units!r}; expected a whole number")
    return CodeRow(
        line=line,
        value=text.strip(),
        short=one_line(fields["SHORT DESCRIPTION"]),
        long=long,
        added_date=_day(fields, "ADD DT"),
        effective_date=_day(fields, "ACT EFF DT"),
        termination_date=_day(fields, "TERM DT"),
        action_code=_letter(fields, "ACTION CD"),
        hcpcs=HcpcsFields(
            pricing_indicators=_filled(fields, _PRICES),
            multiple_pricing_indicator=fields["MULT_PI"].strip(),
            cim_references=_filled(fields, _CIM),
            mcm_references=_filled(fields, _MCM),
            statute=fields["STATUTE"].strip(),
            lab_certifications=_filled(fields, _LAB),
            cross_reference_codes=_filled(fields, _XREF),
            coverage_code=_letter(fields, "COV"),
            asc_payment_group=fields["ASC_GRP"].strip(),
            asc_payment_date=_day(fields, "ASC_DT"),
            processing_note_number=fields["PROCNOTE"].strip(),
            betos=fields["BETOS"].strip(),
            types_of_service=_filled(fields, _TOS),
            anesthesia_base_units=int(units) if units else None,
        ),
    )


def _modifier_row(line: int, text: str, long: str, fields: dict[str, str]) -> ModifierRow:
    found = _MODIFIER.fullmatch(text.rstrip())
    if not found:
        raise _BadField("expected a modifier, two letters or digits")
    return ModifierRow(
        line=line,
        value=found[1],
        short=one_line(fields["SHORT DESCRIPTION"]),
        long=long,
        coverage_code=_letter(fields, "COV"),
        added_date=_day(fields, "ADD DT"),
        effective_date=_day(fields, "ACT EFF DT"),
        termination_date=_day(fields, "TERM DT"),
        action_code=_letter(fields, "ACTION CD"),
    )


def _filled(fields: dict[str, str], names: tuple[str, ...]) -> list[str]:
    # Most of these fields are empty.
    return [text for name in names if (text := fields[name]) and (text := text.strip())]


def _letter(fields: dict[str, str], name: str) -> str:
    text = fields[name].strip()
    if text and not (len(text) == 1 and "A" <= text <= "Z"):
        raise _BadField(f"{name} is {text!r}; expected one letter")
    return text


def _day(fields: dict[str, str], name: str) -> date | None:
    text = fields[name].strip()
    if not text or text == "00000000":
        return None
    try:
        if len(text) != 8 or not text.isdecimal():
            raise ValueError
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise _BadField(f"{name} is {text!r}; expected a day as YYYYMMDD") from None
