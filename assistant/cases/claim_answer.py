"""The answer to a list of codes: what the claim check finds of it, as on /claim-check/."""

import re
from collections.abc import Iterator
from datetime import date

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.allowances import claim_check_allowance
from assistant.answer import Answer, AnswerKind, Block, Listing, Paragraph
from assistant.cases.part import Part
from assistant.facts import Citation, Table
from assistant.question import read_question
from assistant.wording import of_other_payer
from codes.queries.claim_check.check import ClaimCheck, check_claim
from codes.queries.claim_check.claim import MOST_DIAGNOSES, Claim, read_claim
from codes.queries.claim_check.estimate import Estimate
from codes.queries.claim_check.findings import Finding, Kind, Severity
from codes.queries.claim_check.written_claim import read_text
from codes.queries.ncci import Setting
from codes.queries.releases import published_releases
from codes.queries.status import day

MOST_FINDINGS = 60
MOST_PAIRS = 20  # without an edit, that are named
_POS = re.compile(r"\b(?:pos|place of service)\b\W*(\d{1,2})\b", re.I)
# Places of service by CMS's code set, from the words people use.
_PLACES = [
    (re.compile(r"\basc\b|\bambulatory surg", re.I), "24"),
    (re.compile(r"\bemergency (?:room|department)\b|\bin the ed\b", re.I), "23"),
    (re.compile(r"\binpatient\b", re.I), "21"),
    (re.compile(r"\boutpatient\b", re.I), "22"),
    (re.compile(r"\boffice\b", re.I), "11"),
]


def claim_of(part: Part, date_of_service: date) -> Claim:
    """The claim that a list of codes makes with what is said beside it; what can't be read stands
    in its `problems`.
    """
    today = timezone.localdate()
    written = read_text(part.text)
    said = [read_question(line, today) for line in reversed(part.context.splitlines())]

    def first(name: str):
        return next((value for item in said if (value := getattr(item, name))), "")

    query = QueryDict(mutable=True)
    query["date"] = (first("date_of_service") or date_of_service).isoformat()
    is_hospital = first("setting") == "hospital"
    query["setting"] = str(Setting.HOSPITAL if is_hospital else Setting.PRACTITIONER)
    query["pos"] = _place(part.context)
    query["state"], query["zip"] = first("state"), first("zip_code")
    query["locality"] = first("locality")
    query.setlist("dx", written.diagnoses)
    query.setlist("line", written.lines)
    return read_claim(query, today)


def answer_codes(part: Part, user, date_of_service: date) -> tuple[Answer, bool]:
    """What is found, and whether anything was found: not where all that it takes was missing here.

    The answer is LOCKED where the plan checks fewer codes, ASKS_BACK where the list can't be
    read, NOT_KNOWN where no code of it is in the record.
    """
    claim = claim_of(part, date_of_service)
    allowance = claim_check_allowance(user)
    if claim.is_over(allowance):
        return Answer(AnswerKind.LOCKED, [_over(claim, allowance)]), True
    if claim.problems:
        text = f"These codes could not be checked. {' '.join(claim.problems)}"
        again = Paragraph("Correct this and send the list again.", (_page(),))
        return Answer(AnswerKind.ASKS_BACK, [Paragraph(text), again]), True
    check = check_claim(claim, published_releases())
    is_known = not _is_all_unknown(check)
    kinds = {item.kind for item in check.findings}
    is_checked = is_known and (not kinds or bool(kinds - {Kind.NOT_LOADED, Kind.UNKNOWN_CODE}))
    kind = AnswerKind.ANSWERED if is_known else AnswerKind.NOT_KNOWN
    blocks = list(_blocks(check, part))
    return Answer(kind, blocks, date_of_service=claim.date_of_service), is_checked


def _page(claim: Claim | None = None) -> Citation:
    url = reverse("claim_check")
    if claim is None:
        return Citation("Claim checker", url)
    return Citation("Claim checker, this claim", f"{url}?{claim.query}")


def _over(claim: Claim, allowance: int) -> Paragraph:
    codes = f"{allowance} code{'' if allowance == 1 else 's'}"
    most = min(allowance, MOST_DIAGNOSES)
    return Paragraph(
        f"Thank you for the list. It has {len(claim.lines)} lines and {len(claim.diagnoses)} "
        f"diagnoses; your plan checks up to {codes} and {most} diagnoses together, so please send "
        "it in smaller lists.",
        (_page(),),
    )


def _blocks(check: ClaimCheck, part: Part) -> Iterator[Block]:
    claim = check.claim
    yield _lead(check)
    if check.serious:
        shown = check.serious[:MOST_FINDINGS]
        yield Listing(tuple(_told(item, claim) for item in shown))
        if len(shown) < len(check.serious):
            yield Paragraph("The claim checker shows the rest.", (_page(claim),))
    if check.without_edit:
        yield _pairs_without_edit(check)
    is_placed = claim.zip_code or claim.locality or claim.state
    for item in check.estimates:
        if is_placed and item.has_amounts:
            yield from _estimate(item, check)
    if check.notes:
        yield Listing(tuple(Paragraph(note) for note in check.notes))
    payer = next(
        (
            read.payer
            for line in part.context.splitlines()
            if (read := read_question(line, claim.date_of_service)).payer
        ),
        "",
    )
    if payer:
        yield Paragraph(of_other_payer(payer))
    releases = [Citation("Claim checker", _page(claim).url, str(item)) for item in check.releases]
    if releases:
        yield Paragraph("Checked against the releases named here.", tuple(releases))


def _lead(check: ClaimCheck) -> Paragraph:
    claim = check.claim
    parts = [_counted(len(claim.lines), "line"), _counted(len(claim.diagnoses), "diagnosis")]
    what = " and ".join(filter(None, parts))
    found = [_counted(check.error_count, "error") or "no error"]
    if check.warning_count:
        found.append(f"{check.warning_count} to check")
    days = " and ".join(day(item) for item in claim.dates)
    where = f", place of service {claim.place}" if claim.place else ""
    return Paragraph(
        f"Checked {what} for {days}, {claim.setting.label.lower()}{where}: {', '.join(found)}.",
        (_page(claim),),
    )


def _counted(count: int, name: str) -> str:
    if not count:
        return ""
    many = {"diagnosis": "diagnoses"}.get(name, f"{name}s")
    return f"{count} {name if count == 1 else many}"


def _told(item: Finding, claim: Claim) -> Paragraph:
    """A finding with its severity in words and the lines it is on."""
    lines = f" ({_lines(item.lines)})" if item.lines else ""
    detail = f" {' '.join(item.detail.split())}" if item.detail else ""
    release = str(item.release) if item.release else ""
    citations = []
    if item.url:
        citations.append(Citation("The document at CMS", item.url, release))
    elif release:
        citations.append(Citation("Claim checker", _page(claim).url, release))
    text = f"{item.severity.label}{lines}: {item.sentence}{detail}"
    return Paragraph(text, tuple(citations))


def _lines(numbers: tuple[int, ...]) -> str:
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _pairs_without_edit(check: ClaimCheck) -> Paragraph:
    found = check.without_edit
    named = "; ".join(" with ".join(item.codes) for item in found[:MOST_PAIRS])
    more = f"; and {len(found) - MOST_PAIRS} more" if len(found) > MOST_PAIRS else ""
    releases = dict.fromkeys(str(item.release) for item in found if item.release)
    return Paragraph(
        f"{Severity.INFO.label}: no NCCI edit is in force for {named}{more}.",
        tuple(Citation("Claim checker", _page(check.claim).url, release) for release in releases),
    )


def _estimate(found: Estimate, check: ClaimCheck) -> Iterator[Block]:
    """The allowed amounts, under a caption that says where and what they are before."""
    claim = check.claim
    if claim.setting == Setting.HOSPITAL:
        where = "national unadjusted OPPS rates, without wage index, packaging and discounts"
    elif found.locality.is_national:
        where = "national amounts; a ZIP code makes them those of its locality"
    else:
        where = f"{found.locality.name.title()}, {found.locality.state}"
    rows = [
        (
            str(item.line.number),
            item.line.printed,
            " ".join(item.steps) or f"{item.reason[:1].upper()}{item.reason[1:]}",
            "–" if item.amount is None else f"{item.amount:,.2f}",
        )
        for item in found.lines
    ]
    partial = ", without the lines that have no amount" if found.is_partial else ""
    rows.append(("", "Together", partial.removeprefix(", "), f"{found.total:,.2f}"))
    yield Table(
        f"Estimated payment in USD on {day(found.date_of_service)}: {where}",
        ("Line", "Code", "How", "USD"),
        tuple(rows),
        _page(claim),
    )
    yield Paragraph(
        "It is what Medicare allows before deductible and coinsurance; errors are not taken into "
        "account."
    )


def _is_all_unknown(check: ClaimCheck) -> bool:
    unknown = {code for item in check.findings if item.kind == Kind.UNKNOWN_CODE
               for code in item.codes}  # fmt: skip
    count = len({line.value for line in check.claim.lines}) + len(check.claim.diagnoses)
    return len(unknown) == count


def _place(context: str) -> str:
    if found := _POS.search(context):
        return found[1]
    return next((place for words, place in _PLACES if words.search(context)), "")
