"""Guidelines, compliance and history: what a claim must show, and what changed."""

from assistant.facts import Fact, Table, ToolResult
from assistant.record import Record
from assistant.tools.descriptions import status_fact
from assistant.tools.editors import editors_text
from codes.queries.code_forms import CodeSystem
from codes.queries.code_page import CodePage
from codes.queries.compliance import compliance_count, compliance_of
from codes.queries.excludes1 import excludes1_conflicts
from codes.queries.guidelines import Guidelines, guidelines_count, guidelines_of
from codes.queries.history import history_of
from codes.queries.status import StatusKind, day
from codes.queries.tabular import tabular_release

MOST_NOTES = 24
MOST_TOGETHER = 8  # diagnoses


def guidelines(record: Record, code: str) -> ToolResult:
    """What the publishers instruct on a code: ICD-10-CM's includes, excludes, code first, use
    additional code and 7th characters; CMS's notes on HCPCS; the editors' guidelines.
    """
    page = record.page(code)
    printed = page.code.printed
    arguments, step = {"code": printed}, f"Read the guidelines of {printed}"
    has_text = "guidelines" in page.published_slugs
    place = record.cite(page, "guidelines")
    if not (guidelines_count(page) or has_text):
        fact = Fact(f"The record holds no guidelines on {printed}.", place)
        return ToolResult("guidelines", arguments, step, (fact,), is_found=False)
    locked = record.locked(page)
    if locked:
        return ToolResult("guidelines", arguments, step, locked=locked)
    facts: list[Fact] = []
    if has_text:
        facts += editors_text(record, page, "guidelines")
    found = guidelines_of(page) if guidelines_count(page) else Guidelines()
    if found.tabular:
        facts += _tabular(record, page, found.tabular)
    elif found.hcpcs:
        place = record.cite(page, "guidelines", found.hcpcs.release)
        facts += [
            Fact(f"{item.name} of {printed}: {'; '.join(item.values)}", place)
            for item in found.hcpcs.facts
        ]
        if found.hcpcs.note:
            noted = record.cite(page, "guidelines", found.hcpcs.note_release)
            text = f"Processing note {found.hcpcs.note_number}: {found.hcpcs.note}"
            facts.append(Fact(text, noted))
    if not facts:
        facts = [Fact(f"The record holds no guidelines on {printed}.", place)]
    return ToolResult("guidelines", arguments, step, tuple(facts))


def seventh_character(record: Record, code: str) -> ToolResult:
    """Whether an ICD-10-CM code is complete as it is, or needs further characters or a 7th."""
    page = record.page(code)
    printed = page.code.printed
    arguments, step = {"code": printed}, f"Checked whether {printed} is complete"
    place = record.cite(page, title="status", release=page.status.release)
    if page.code.system != CodeSystem.ICD_10_CM:
        text = f"{printed} is a {page.code.system_title} code; 7th characters belong to ICD-10-CM."
        return ToolResult("seventh_character", arguments, step, (Fact(text, place),))
    is_header = page.status.kind == StatusKind.HEADER
    facts = []
    if is_header:
        text = f"{printed} is not complete: it is a header, and a claim needs a code below it."
        facts.append(Fact(text, place))
    elif page.status.is_valid:
        has_seventh = len(page.code.value) == 7
        text = f"No: {printed} is complete and billable as it is."
        if has_seventh:
            text = f"{printed} is complete: its 7th character is {page.code.value[-1]}."
        facts.append(Fact(text, place))
    else:
        facts.append(status_fact(record, page))
    tables: tuple[Table, ...] = ()
    if is_header and page.children:
        rows = tuple((link.printed, link.text) for link in page.children[:20])
        tables = (Table(f"Codes below {printed}", ("Code", "Description"), rows, place),)
    locked = None
    # The meanings of the characters stand in the guidelines, behind the meter.
    if page.row_counts.get("7th characters", 0):
        locked = record.locked(page)
        if not locked:
            facts += _seventh(record, page)
    return ToolResult(
        "seventh_character",
        arguments,
        step,
        tuple(facts),
        tables,
        locked,
        values={"is_complete": page.status.is_valid},
    )


def compliance(record: Record, code: str, about: str = "") -> ToolResult:
    """What auditors check: global period with its days, supervision, units, bundling, present on
    admission, required 7th character, and the editors' text. `about` "global", "supervision",
    "documentation" or "present on admission" leaves the rest out.
    """
    page = record.page(code)
    printed = page.code.printed
    arguments = {"code": printed, "about": about}
    step = f"Read what is checked on {printed}"
    has_text = "compliance" in page.published_slugs
    place = record.cite(page, "compliance")
    if not (compliance_count(page) or has_text):
        fact = Fact(f"The record holds no compliance facts on {printed}.", place)
        return ToolResult("compliance", arguments, step, (fact,), is_found=False)
    locked = record.locked(page)
    if locked:
        return ToolResult("compliance", arguments, step, locked=locked)
    found = compliance_of(page)
    facts = []
    if found.global_period:
        period = found.global_period
        cited = record.cite(page, "compliance", period.release)
        facts.append(Fact(f"Global days of {printed}: {period.value}. {period.text}", cited))
        facts += [Fact(_dated(item), cited) for item in period.steps]
    elif page.payment and page.payment.row:
        days = next((item for item in page.payment.indicators if item.name == "Global days"), None)
        if days:
            cited = record.cite(page, "compliance", page.payment.schedule)
            text = f"Global days of {printed}: {days.value}, {days.short.lower()}. {days.sentence}"
            facts.append(Fact(text, cited))
    facts += [
        Fact(
            f"{printed}, {item.name[0].lower()}{item.name[1:]}: {item.text} {item.origin}".strip(),
            record.cite(page, "compliance", item.release),
        )
        for item in found.facts
    ]
    if found.checklist and about in ("", "documentation"):
        facts += _checklist(record, page, found.checklist)
    if about:
        told = [fact for fact in facts if about in fact.text.lower() or about == "global"]
        days = len(found.global_period.steps) + 1 if found.global_period else 1
        told = facts[:days] if about == "global" else told
        if told:
            return ToolResult("compliance", arguments, step, tuple(told))
    if has_text:
        facts += editors_text(record, page, "compliance")
    return ToolResult("compliance", arguments, step, tuple(facts))


def history(record: Record, code: str) -> ToolResult:
    """When a code was added, revised or ended, as far as the loaded releases tell."""
    page = record.page(code)
    printed = page.code.printed
    arguments, step = {"code": printed}, f"Read the history of {printed}"
    place = record.cite(page, "history", page.status.release)
    if not page.descriptions:
        fact = Fact(f"No loaded release describes {printed}, so its history cannot be told.", place)
        return ToolResult("history", arguments, step, (fact,), is_found=False)
    locked = record.locked(page)
    if locked:
        return ToolResult("history", arguments, step, locked=locked)
    events = history_of(page.descriptions, page.releases)
    facts = [status_fact(record, page)]
    facts += [
        Fact(
            f"{day(item.date)}: {item.title[0].lower()}{item.title[1:]} ({item.release_name})."
            + (f" {item.text}" if item.text else ""),
            place,
        )
        for item in events
    ]
    return ToolResult("history", arguments, step, tuple(facts))


def _checklist(record: Record, page: CodePage, found) -> list[Fact]:
    """What the record of the service must show, each item with the public rules behind the list."""
    cited = record.cite(page, "compliance", title="documentation")
    rules = "; ".join(found.sources)
    intro = f"Documentation, {found.family.lower()}: what the record must show ({rules})."
    return [Fact(intro, cited), *(Fact(f"Documentation: {item}", cited) for item in found.items)]


def _tabular(record: Record, page: CodePage, found) -> list[Fact]:
    place = record.cite(page, "guidelines", found.release)
    facts = []
    if found.inclusion_terms:
        text = f"Inclusion terms of {page.code.printed}: {'; '.join(found.inclusion_terms)}."
        facts.append(Fact(text, place))
    for instruction in found.instructions:
        for at in instruction.places:
            notes = ["".join(piece.text for piece in note) for note in at.notes]
            where = page.code.printed if at.is_own else at.place.label
            facts += [Fact(f"{instruction.title} at {where}: {note}", place) for note in notes[:12]]
    facts = facts[:MOST_NOTES]
    if not facts and found.release:
        text = f"{found.release} has no instructions on {page.code.printed}."
        facts.append(Fact(text, place))
    facts += _seventh(record, page, found)
    return facts


def _seventh(record: Record, page: CodePage, found=None) -> list[Fact]:
    found = found or guidelines_of(page).tabular
    if found is None or found.seventh is None:
        return []
    place = record.cite(page, "guidelines", found.release)
    choices = []
    for item in found.seventh.choices:
        printed = item.printed or (page.code.printed if item.is_current else "")
        choices.append(f"{item.character} ({item.meaning})" + (f": {printed}" if printed else ""))
    origin = found.seventh.place.label
    return [Fact(f"7th characters, from {origin}: {'; '.join(choices)}.", place)]


def diagnoses_together(record: Record, codes: list[str]) -> ToolResult:
    """Whether an Excludes1 note of ICD-10-CM keeps diagnoses from being reported together."""
    pages = [record.page(code) for code in list(dict.fromkeys(codes))[:MOST_TOGETHER]]
    pages = [page for page in pages if page.code.system == CodeSystem.ICD_10_CM]
    if not pages:  # only a model asks so
        raise ValueError("None of these codes is a diagnosis of ICD-10-CM.")
    printed = [page.code.printed for page in pages]
    named = f"{', '.join(printed[:-1])} and {printed[-1]}" if len(printed) > 1 else printed[0]
    arguments, step = {"codes": printed}, f"Read the Excludes1 notes of {named}"
    locked = record.locked(*pages)
    if locked:
        return ToolResult("diagnoses_together", arguments, step, locked=locked)
    release = tabular_release(record.releases, record.date_of_service)
    place = record.cite(pages[0], "guidelines", release)
    found = excludes1_conflicts(
        [page.code.value for page in pages], record.date_of_service, record.releases
    )
    if found is None:
        text = "No tabular list of ICD-10-CM is loaded, so its Excludes1 notes cannot be told."
        return ToolResult("diagnoses_together", arguments, step, (Fact(text, place),), (), None,
                          False)  # fmt: skip
    facts = tuple(
        Fact(
            f"{record.code(item.value).printed} and {record.code(item.excluded).printed} are not "
            "reported together, unless they are unrelated (official guidelines, section "
            f"I.A.12.a). Excludes1 at {item.place.name}: {item.note}",
            place,
        )
        for item in found
    )
    if not facts:
        text = f"No Excludes1 note of {release} keeps {named} from being reported together."
        facts = (Fact(text, place),)
    return ToolResult(
        "diagnoses_together", arguments, step, facts, notes=record.date_notes(release, place)
    )


def _dated(item) -> str:
    span = day(item.first) if not item.lasts else f"{day(item.first)} to {day(item.last)}"
    return f"{span}: {item.text}"
