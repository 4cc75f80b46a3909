"""What a parser yields: rows, rejected rows, and lines that hold no row. No database here."""

from datetime import date
from typing import NamedTuple


class FileProblem(Exception):
    """A file that is refused. The text is a sentence: what is wrong, where, what was expected."""


class OperatorNeeded(FileProblem):
    """A file that may be sound but cannot go in by itself: it lacks a date, further parts, or many
    of the rows that the release before it had. The operator can tell, or bring the rest.
    """


class HcpcsFields(NamedTuple):
    """The administrative part of a HCPCS record, fields as in `codes.models.HcpcsRecord`."""

    pricing_indicators: list[str]
    multiple_pricing_indicator: str
    cim_references: list[str]
    mcm_references: list[str]
    statute: str
    lab_certifications: list[str]
    cross_reference_codes: list[str]
    coverage_code: str
    asc_payment_group: str
    asc_payment_date: date | None
    processing_note_number: str
    betos: str
    types_of_service: list[str]
    anesthesia_base_units: int | None


class CodeRow(NamedTuple):
    """A code and what the file says of it. `line` is its first line, or the row of a sheet."""

    line: int
    value: str
    short: str = ""
    medium: str = ""
    long: str = ""
    consumer: str = ""
    is_billable: bool = True
    added_date: date | None = None
    effective_date: date | None = None
    termination_date: date | None = None
    action_code: str = ""
    hcpcs: HcpcsFields | None = None


class ModifierRow(NamedTuple):
    """A Level II modifier of the HCPCS file."""

    line: int
    value: str
    short: str
    long: str
    coverage_code: str
    added_date: date | None
    effective_date: date | None
    termination_date: date | None
    action_code: str


class CodeSeen(NamedTuple):
    """A code that a file of facts speaks of, told once instead of row by row (`codes_of`)."""

    line: int
    system: str
    value: str


class Rejected(NamedTuple):
    """A row that could not be taken, and why."""

    line: int
    reason: str


class LeftOut(NamedTuple):
    """A line that is no row of ours, by rule. `what` says which rows, where a person should know
    (another publisher's codes); it is empty for banners and blank lines.
    """

    line: int
    what: str = ""


# Rows of facts are NamedTuples of the importers' own; `fact_loading.py` says what they look like.
Row = CodeRow | ModifierRow | CodeSeen | Rejected | LeftOut | tuple
