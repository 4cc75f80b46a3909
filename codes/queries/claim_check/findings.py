"""What a check finds."""

from enum import StrEnum
from typing import NamedTuple

from codes.models import Release


class Severity(StrEnum):
    """How much a finding matters, the worst first: an error is not paid as it stands."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def label(self) -> str:
        return {"error": "Error", "warning": "Check", "info": "Note"}[self.value]

    @property
    def tone(self) -> str:
        return {"error": "bad", "warning": "warn", "info": "plain"}[self.value]


class Kind(StrEnum):
    """What a finding is about; the values stand in the page's markup."""

    UNKNOWN_CODE = "unknown-code"
    NOT_VALID_ON_DATE = "not-valid-on-date"
    HEADER_DIAGNOSIS = "header-diagnosis"
    PTP_CONFLICT = "ptp-conflict"
    PTP_BYPASSED = "ptp-bypassed"
    NO_EDIT = "no-edit"
    MUE_EXCEEDED = "mue-exceeded"
    ADDON_WITHOUT_PRIMARY = "addon-without-primary"
    MODIFIER_NOT_APPLICABLE = "modifier-not-applicable"
    MISSING_MODIFIER = "missing-modifier"
    NEEDS_DOCUMENTATION = "needs-documentation"
    REPEATED_LINE = "repeated-line"
    EXCLUDES1 = "excludes1"
    NOT_COVERED = "not-covered"
    COVERED = "covered"
    NOT_PAYABLE = "not-payable"
    NOT_LOADED = "not-loaded"


class Finding(NamedTuple):
    """A finding on codes (as printed) and lines of a claim.

    `sentence` says what is found, `detail` what follows or the publisher's words; `release` is
    what it rests on.
    """

    kind: Kind
    severity: Severity
    sentence: str
    codes: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    detail: str = ""
    release: Release | None = None
    url: str = ""


def in_order(findings: list[Finding]) -> list[Finding]:
    """Errors first, then by line."""
    by_line = sorted(findings, key=lambda item: item.lines or (0,))
    return [item for severity in Severity for item in by_line if item.severity is severity]
