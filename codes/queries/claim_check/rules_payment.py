"""Whether Medicare pays a line at all, and what its coverage documents say of the diagnoses.

After the indicators of the physician fee schedule (CMS's record layout, RVU26C.pdf), Addendum B's
status indicators, and the coverage code of the HCPCS file.
"""

from collections.abc import Iterator

from codes.queries.claim_check.claim import Claim, Line
from codes.queries.claim_check.facts import ClaimFacts
from codes.queries.claim_check.findings import Finding, Kind, Severity
from codes.queries.indicators import OPPS_STATUS, STATUS, meaning_of
from codes.queries.national_coverage import COVERAGE_CODES
from codes.queries.ncci import Setting

_NOT_PAID = frozenset("BDFGHIMNP")
_PAID_OTHERWISE = frozenset("EX")  # drugs, tests and vaccines have schedules of their own
_NOT_PAID_OPPS = frozenset(("B", "C", "D", "E1", "E2", "M"))
_NOT_PAID_HCPCS = frozenset("IMS")


def payable(lines: list[Line], facts: ClaimFacts) -> Iterator[Finding]:
    for line in lines:
        if facts.setting == Setting.HOSPITAL:
            yield from _payable_to_hospital(line, facts)
        else:
            yield from _payable_to_practitioner(line, facts)


def _payable_to_hospital(line: Line, facts: ClaimFacts) -> Iterator[Finding]:
    row = facts.opps.get(line.value)
    if row is None:
        return
    meaning = meaning_of(OPPS_STATUS, row.status_indicator)
    if row.status_indicator in _NOT_PAID_OPPS:
        yield _not_payable(
            line, f"{row.status_indicator}, {meaning.short}", meaning.sentence, facts
        )
    elif row.status_indicator == "N":
        yield Finding(
            Kind.NOT_PAYABLE,
            Severity.INFO,
            f"{line.value} is packaged: no payment of its own under OPPS.",
            (line.value,),
            (line.number,),
            release=facts.opps_release,
        )


def _payable_to_practitioner(line: Line, facts: ClaimFacts) -> Iterator[Finding]:
    row = facts.fee_row(line.value, line.modifiers)
    coverage = facts.coverage_codes.get(line.value, "")
    if row is not None and row.status in _NOT_PAID:
        meaning = meaning_of(STATUS, row.status)
        yield _not_payable(line, f"{row.status}, {meaning.short}", meaning.sentence, facts)
    elif row is not None and row.pctc == "5" and facts.is_facility(line.place):
        yield Finding(
            Kind.NOT_PAYABLE,
            Severity.ERROR,
            f"{line.value} is not paid to a practitioner at place of service {line.place}: it is "
            "incident to a physician’s service (PC/TC 5), and the facility is paid for it.",
            (line.value,),
            (line.number,),
            release=facts.fee_release,
        )
    elif coverage in _NOT_PAID_HCPCS:
        yield Finding(
            Kind.NOT_PAYABLE,
            Severity.ERROR,
            f"{line.value}: {COVERAGE_CODES[coverage]} (coverage code {coverage}).",
            (line.value,),
            (line.number,),
            release=facts.hcpcs_release,
        )
    elif row is not None and row.status in _PAID_OTHERWISE:
        meaning = meaning_of(STATUS, row.status)
        yield Finding(
            Kind.NOT_PAYABLE,
            Severity.INFO,
            f"{line.value} is not paid under the physician fee schedule (status {row.status}, "
            f"{meaning.short}); another schedule may pay it.",
            (line.value,),
            (line.number,),
            release=facts.fee_release,
        )
    elif row is not None and row.status == "C":
        yield Finding(
            Kind.NOT_PAYABLE,
            Severity.INFO,
            f"{line.value} has no published amount: the contractor prices it (status C).",
            (line.value,),
            (line.number,),
            release=facts.fee_release,
        )


def _not_payable(line: Line, status: str, sentence: str, facts: ClaimFacts) -> Finding:
    is_hospital = facts.setting == Setting.HOSPITAL
    return Finding(
        Kind.NOT_PAYABLE,
        Severity.ERROR,
        f"{line.value} is not paid separately: status {status}.",
        (line.value,),
        (line.number,),
        sentence,
        facts.opps_release if is_hospital else facts.fee_release,
    )


def coverage(claim: Claim, facts: ClaimFacts) -> Iterator[Finding]:
    """What the coverage documents that name a line's code say of the line's diagnoses."""
    for line in claim.lines_on(facts.date_of_service):
        documents = [
            item
            for item in facts.coverage.documents.get(line.value, [])
            if item.may_apply_in(claim.state)
        ]
        for document in documents:
            yield from _coverage(line, claim, document, facts)


def _coverage(line: Line, claim: Claim, document, facts: ClaimFacts) -> Iterator[Finding]:
    diagnoses = claim.diagnoses_of(line)
    answers = {
        value: [
            item
            for item in facts.coverage.answer(line.value, value, claim.state).listings
            if item.document.key == document.key
        ]
        for value in diagnoses
    }
    covered = {
        value: next((item for item in listings if item.code_list == "covered"), None)
        for value, listings in answers.items()
    }
    refused = {
        value: next((item for item in listings if item.code_list == "noncovered"), None)
        for value, listings in answers.items()
    }
    # Only a document that is told to hold in the claim's state decides; of others it may hold.
    decides = bool(claim.state and document.states)
    where = _where(document, claim.state)
    found = next((value for value in diagnoses if covered[value]), None)
    if found:
        listing = covered[found]
        yield Finding(
            Kind.COVERED,
            Severity.INFO,
            f"{line.value}: {_printed(found)} is in group {listing.group} of the covered "
            f"diagnoses of {document.display_id}{where}.",
            (line.value, _printed(found)),
            (line.number,),
            f"Of this group the document says: {listing.paragraph}" if listing.paragraph else "",
            document.release,
            document.url,
        )
        return
    for value in filter(refused.get, diagnoses):
        yield Finding(
            Kind.NOT_COVERED,
            Severity.ERROR if decides else Severity.WARNING,
            f"{line.value}: {document.display_id} lists {_printed(value)} as not supporting "
            f"medical necessity{where}.",
            (line.value, _printed(value)),
            (line.number,),
            refused[value].paragraph,
            document.release,
            document.url,
        )
    if document.lists_covered and not any(refused.values()):
        printed = [_printed(value) for value in diagnoses]
        what = (
            f"{', '.join(printed)} {'is' if len(printed) == 1 else 'are'} not among the "
            f"{document.lists_covered:,} covered diagnoses of {document.display_id}"
            if printed
            else f"{document.display_id} asks for one of {document.lists_covered:,} covered "
            "diagnoses, and the line has none"
        )
        yield Finding(
            Kind.NOT_COVERED,
            Severity.ERROR if decides else Severity.WARNING,
            f"{line.value}: {what}{where}.",
            (line.value, *printed),
            (line.number,),
            document.title,
            document.release,
            document.url,
        )


def _where(document, state: str) -> str:
    """Whose rule it is, and how sure it is that it holds for the claim."""
    whose = ", ".join(document.contractor_names)
    text = f" ({whose})" if whose else ""
    if not document.states:
        return f"{text}; the loaded files do not tell in which states it holds"
    if not state:
        return f"{text}; it holds in {' '.join(document.states)}"
    return text


def _printed(value: str) -> str:
    return f"{value[:3]}.{value[3:]}" if len(value) > 3 else value
