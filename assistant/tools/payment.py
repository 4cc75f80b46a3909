"""What Medicare pays for a code, with what modifiers, and how hospitals are paid."""

import re
from decimal import Decimal

from assistant.facts import Citation, Fact, Table, ToolResult
from assistant.record import Record
from assistant.tools.editors import with_editors_text
from codes.queries.code_page import CodePage
from codes.queries.fees import FeeLine, PaymentSection, payment_in_full
from codes.queries.modifiers import ModifierFact, modifier_section

MOST_LOCALITIES = 40


@with_editors_text("medicare-payment", is_beside=False)
def fees(record: Record, code: str, place: str = "", modifier: str = "") -> ToolResult:
    """What Medicare's physician fee schedule pays for a code, nationally or at a `place`: a ZIP
    code, a payment locality such as 01112-05, or a state's postal abbreviation.
    """
    page = record.page(code)
    printed = page.code.printed
    arguments = {"code": printed, "place": place, "modifier": modifier}
    step = f"Read the fee schedule for {printed}"
    cited = record.cite(page, "medicare-payment", page.payment.schedule)
    if page.payment.schedule is None:
        fact = Fact("No physician fee schedule is loaded here, so no fee can be told.", cited)
        return ToolResult("fees", arguments, step, (fact,), is_found=False)
    if not page.row_counts["fee schedule"]:
        text = f"{page.payment.schedule} does not list {printed}."
        return ToolResult("fees", arguments, step, (Fact(text, cited),), is_found=False)
    locked = record.locked(page)
    if locked:
        return ToolResult("fees", arguments, step, locked=locked)
    asked, state = _asked(place)
    section = payment_in_full(page.payment, asked)
    if section.choice.problem:
        fact = Fact(section.choice.problem, cited)
        return ToolResult("fees", arguments, step, (fact,), is_found=False)
    lines = [line for line in section.lines if line.row.modifier == modifier.upper()]
    if modifier and not lines:
        text = f"{page.payment.schedule} has no values of its own for {printed}-{modifier.upper()}."
        return ToolResult("fees", arguments, step, (Fact(text, cited),), is_found=False)
    lines = lines if modifier else section.lines[:1]
    facts = []
    tables: tuple[Table, ...] = ()
    figures: dict[str, str] = {}
    for line in lines:
        facts += _amounts(page, section, line, cited)
        facts.append(_status(page, line, cited))
        figures |= {
            "nonfacility": _plain(line.fee.nonfacility),
            "facility": _plain(line.fee.facility),
        }
    if section.choice.note:
        facts.append(Fact(section.choice.note, cited))
    if state:
        tables = _of_state(section, state, cited)
        if not tables:
            facts.append(Fact(f"No payment locality of {state} is loaded.", cited))
    notes = (Fact(page.payment.note, cited),) if page.payment.note else ()
    return ToolResult("fees", arguments, step, tuple(facts), tables, values=figures, notes=notes)


def indicators(record: Record, code: str) -> ToolResult:
    """The payment indicators of a code with their meanings: status, global days, PC/TC, multiple
    procedures, bilateral, assistants, supervision; and its relative values.
    """
    page = record.page(code)
    printed = page.code.printed
    arguments, step = {"code": printed}, f"Read the payment indicators of {printed}"
    cited = record.cite(page, "medicare-payment", page.payment.schedule)
    if page.payment.schedule is None or not page.row_counts["fee schedule"]:
        release = page.payment.schedule
        text = f"{release} does not list {printed}." if release else _NO_SCHEDULE
        return ToolResult("indicators", arguments, step, (Fact(text, cited),), is_found=False)
    locked = record.locked(page)
    if locked:
        return ToolResult("indicators", arguments, step, locked=locked)
    facts = [
        Fact(
            f"{item.name} of {printed}: {item.value}, {item.short.lower()}. {item.sentence}", cited
        )
        for item in page.payment.indicators
    ]
    if page.payment.row:
        facts.append(_values(page.payment.row, printed, cited))
    figures = {item.name: item.value for item in page.payment.indicators}
    return ToolResult("indicators", arguments, step, tuple(facts), values=figures)


def outpatient_hospital(record: Record, code: str) -> ToolResult:
    """How Medicare pays hospital outpatient departments for a code: status indicator, APC, rate."""
    page = record.page(code)
    printed = page.code.printed
    arguments, step = {"code": printed}, f"Read OPPS Addendum B for {printed}"
    release = page.payment.opps_release
    cited = record.cite(page, "medicare-payment", release)
    if release is None:
        fact = Fact("OPPS Addendum B is not loaded here.", cited)
        return ToolResult("outpatient_hospital", arguments, step, (fact,), is_found=False)
    if not page.row_counts["opps"]:
        fact = Fact(f"{release} does not list {printed}.", cited)
        return ToolResult("outpatient_hospital", arguments, step, (fact,), is_found=False)
    locked = record.locked(page)
    if locked:
        return ToolResult("outpatient_hospital", arguments, step, locked=locked)
    row, status = page.payment.opps.row, page.payment.opps.status
    text = f"Hospital outpatient status indicator of {printed}: {row.status_indicator}"
    text += f", {status.short.lower()}. {status.sentence}" if status.short else "."
    facts = [Fact(text, cited)]
    if row.apc:
        paid = f", payment rate {row.payment_rate:,.2f} USD" if row.payment_rate else ""
        facts.append(Fact(f"{printed} is in APC {row.apc}{paid}.", cited))
    figures = {"status": row.status_indicator, "apc": row.apc, "rate": _plain(row.payment_rate)}
    notes = record.date_notes(release, cited)
    return ToolResult(
        "outpatient_hospital", arguments, step, tuple(facts), values=figures, notes=notes
    )


@with_editors_text("modifiers")
def modifiers(record: Record, code: str, modifier: str = "") -> ToolResult:
    """Which modifiers may go with a code, and why, from its payment indicators and NCCI; or
    whether one `modifier` may.
    """
    page = record.page(code)
    printed = page.code.printed
    arguments = {"code": printed, "modifier": modifier}
    step = f"Read which modifiers go with {printed}"
    cited = record.cite(page, "modifiers", page.payment.schedule)
    if page.payment.schedule is None or not page.row_counts["fee schedule"]:
        release = page.payment.schedule
        text = f"{release} does not list {printed}." if release else _NO_SCHEDULE
        text += " Without its indicators the record does not tell which modifiers apply."
        return ToolResult("modifiers", arguments, step, (Fact(text, cited),), is_found=False)
    locked = record.locked(page)
    if locked:
        return ToolResult("modifiers", arguments, step, locked=locked)
    section = modifier_section(page.payment)
    found = section.facts if section else []
    if modifier:
        found = [fact for fact in found if fact.value == modifier.upper()]
        if not found:
            text = (
                f"The indicators of {printed} in {page.payment.schedule} say nothing of modifier "
                f"{modifier.upper()}."
            )
            return ToolResult("modifiers", arguments, step, (Fact(text, cited),), is_found=False)
    facts = [_modifier(fact, printed, cited) for fact in found]
    figures = {fact.value: fact.may_apply for fact in found}
    notes = (Fact(section.note, cited),) if section and section.note else ()
    return ToolResult("modifiers", arguments, step, tuple(facts), values=figures, notes=notes)


_NO_SCHEDULE = "No physician fee schedule is loaded here."


def _asked(place: str) -> tuple[dict[str, str], str]:
    """What the payment section is asked for, and the state if a whole one was named."""
    place = place.strip()
    if re.fullmatch(r"[A-Za-z]{2}", place):
        return {}, place.upper()
    if re.fullmatch(r"\d{5}(-\d{4})?", place):
        return {"zip": place}, ""
    return ({"locality": place} if place else {}), ""


def _status(page: CodePage, line: FeeLine, cited: Citation) -> Fact:
    status = page.payment.indicators[0]
    name = _name(page, line)
    text = f"Medicare status of {name}: {status.value}, {status.short.lower()}. {status.sentence}"
    return Fact(text, cited)


def _amounts(page, section: PaymentSection, line: FeeLine, cited: Citation) -> list[Fact]:
    where = "nationally" if section.locality.is_national else f"in {section.locality.title}"
    if not section.locality.is_national:
        where += f" (locality {section.locality.key})"
    if section.choice.zip_code:
        where += f", ZIP code {section.choice.zip_code}"
    name, schedule = _name(page, line), page.payment.schedule
    facts = []
    amounts = [("non-facility", line.fee.nonfacility), ("facility", line.fee.facility)]
    told = " and ".join(
        f"{amount:,.2f} USD {kind}" for kind, amount in amounts if amount is not None
    )
    if told:
        text = f"{schedule.name}: Medicare allows {told} for {name} {where}."
        missing = [kind for kind, amount in amounts if amount is None]
        if missing:
            text += f" A {missing[0]} amount does not apply."
        facts.append(Fact(text, cited))
        facts.append(_values(line.row, name, cited))
    elif page.payment.is_anesthesia:
        facts += _anesthesia(section, where, cited)
    else:
        facts.append(Fact(f"{schedule} gives no amount for {name}.", cited))
    if line.fee.is_capped:
        facts.append(Fact("The hospitals’ amount (OPPS) caps it.", cited))
    if line.qp_fee and (line.qp_fee.nonfacility or line.qp_fee.facility):
        amount = line.qp_fee.nonfacility or line.qp_fee.facility
        text = f"Qualifying APM participants are paid {amount:,.2f} USD."
        facts.append(Fact(text, cited))
    return facts


def _anesthesia(section: PaymentSection, where: str, cited: Citation) -> list[Fact]:
    if section.factor is None:
        return [Fact("It is paid by base and time units; no factor is loaded for it.", cited)]
    text = (
        "It is paid as (base units + time units of 15 minutes) x the anesthesia conversion factor, "
        f"which is {section.factor.factor} USD {where}."
    )
    return [Fact(text, cited)]


def _values(row, name: str, cited: Citation) -> Fact:
    parts = [f"work {row.work_rvu}"]
    if not row.nonfacility_na:
        parts.append(f"non-facility practice expense {row.nonfacility_pe_rvu}")
    if not row.facility_na:
        parts.append(f"facility practice expense {row.facility_pe_rvu}")
    parts.append(f"malpractice {row.mp_rvu}")
    totals = []
    if not row.nonfacility_na:
        totals.append(f"{row.nonfacility_total} non-facility")
    if not row.facility_na:
        totals.append(f"{row.facility_total} facility")
    text = f"Relative values of {name}: {', '.join(parts)}; total {' and '.join(totals)}; "
    return Fact(f"{text}conversion factor {row.conversion_factor}.", cited)


def _of_state(section: PaymentSection, state: str, cited: Citation) -> tuple[Table, ...]:
    fees = [fee for fee in section.by_locality if fee.locality.state == state]
    if not fees:
        return ()
    rows = tuple(
        (fee.locality.name, fee.locality.key, _cell(fee.nonfacility), _cell(fee.facility))
        for fee in fees[:MOST_LOCALITIES]
    )
    columns = ("Locality", "Key", "Non-facility, USD", "Facility, USD")
    return (Table(f"In {state} by locality", columns, rows, cited),)


def _modifier(fact: ModifierFact, printed: str, cited: Citation) -> Fact:
    where = "the visit beside " if fact.on_visit else ""
    verb = "may go with" if fact.may_apply else "does not go with"
    why = f"{fact.basis}: {fact.meaning}"
    text = f"Modifier {fact.value} {verb} {where}{printed}: {fact.reason} ({why})"
    return Fact(text, cited)


def _name(page: CodePage, line: FeeLine) -> str:
    return f"{page.code.printed}-{line.row.modifier}" if line.row.modifier else page.code.printed


def _cell(amount: Decimal | None) -> str:
    return "–" if amount is None else f"{amount:,.2f}"


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"
