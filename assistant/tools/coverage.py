"""Medicare coverage of a code and a diagnosis, and the codes that go with it elsewhere."""

from assistant.facts import Fact, Table, ToolResult
from assistant.record import Record
from assistant.tools.editors import with_editors_text
from codes.queries.code_forms import CodeSystem
from codes.queries.code_page import CodePage
from codes.queries.coverage import local_releases
from codes.queries.coverage_check import DiagnosisAnswer, Verdict, diagnosis_check
from codes.queries.coverage_section import coverage_count, coverage_of
from codes.queries.crosswalks import Crosswalks, crosswalks_count, crosswalks_of
from codes.queries.status import day

MOST_DOCUMENTS = 8


@with_editors_text("medicare-coverage")
def coverage(record: Record, code: str, diagnosis: str = "", state: str = "") -> ToolResult:
    """Which coverage documents name a code; with a `diagnosis`, whether they list it as covered,
    in one `state` (postal abbreviation) or everywhere.
    """
    page = record.page(code)
    printed = page.code.printed
    arguments = {"code": printed, "diagnosis": diagnosis, "state": state}
    step = f"Read Medicare's coverage documents for {printed}"
    releases = local_releases(record.releases, record.date_of_service)
    place = record.cite(page, "medicare-coverage", releases[0] if releases else None)
    if not coverage_count(page):
        text = (
            "No coverage documents are loaded here."
            if not releases
            else (f"None of the loaded coverage documents names {printed}.")
        )
        return ToolResult("coverage", arguments, step, (Fact(text, place),), is_found=False)
    locked = record.locked(page)
    if locked:
        return ToolResult("coverage", arguments, step, locked=locked)
    if diagnosis:
        asked = record.page(diagnosis)
        found = diagnosis_check(
            page.code.value, asked.code.value, state, record.date_of_service, record.releases
        )
        facts = _verdict(record, page, asked, found, state)
        figures = {"verdict": found.verdict.value}
        is_found = found.verdict not in (Verdict.NOT_LOADED, Verdict.NO_DOCUMENT)
        return ToolResult("coverage", arguments, step, tuple(facts), (), None, is_found, figures)
    found = coverage_of(page)
    facts = []
    if found.national:
        rule = found.national
        cited = record.cite(page, "medicare-coverage", rule.release)
        if rule.coverage:
            facts.append(Fact(f"CMS’s HCPCS file on {printed}: {rule.coverage}.", cited))
        if rule.references:
            sections = ", ".join(item.section for item in rule.references)
            facts.append(Fact(f"It names national coverage sections {sections}.", cited))
    documents = [item for item in found.documents if item.may_apply_in(state)]
    if not found.is_loaded:
        facts.append(Fact("No local coverage articles or LCDs are loaded here.", place))
    elif not documents:
        where = f" in {state}" if state else ""
        text = (
            f"None of the loaded articles and LCDs in force on {record.day} names {printed}{where}."
        )
        facts.append(Fact(text, place))
    tables = _documents(documents, place) if documents else ()
    if documents:
        count = len(documents)
        names = "document names" if count == 1 else "documents name"
        facts.append(Fact(f"{count} {names} {printed} and hold on {record.day}.", place))
    return ToolResult("coverage", arguments, step, tuple(facts), tables)


@with_editors_text("crosswalks")
def crosswalks(record: Record, code: str, about: str = "") -> ToolResult:
    """The codes and groups that go with a code elsewhere: HCC categories and ICD-9-CM of a
    diagnosis, earlier and later codes, diagnoses through articles, RBCS, cross-references.
    `about` "HCC", "ICD-9" or "RBCS" leaves the rest out.
    """
    page = record.page(code)
    printed = page.code.printed
    arguments = {"code": printed, "about": about}
    step = f"Read the crosswalks of {printed}"
    place = record.cite(page, "crosswalks")
    if not crosswalks_count(page):
        fact = Fact(f"No loaded release holds a crosswalk of {printed}.", place)
        return ToolResult("crosswalks", arguments, step, (fact,), is_found=False)
    locked = record.locked(page)
    if locked:
        return ToolResult("crosswalks", arguments, step, locked=locked)
    found = crosswalks_of(page)
    facts = list(_crosswalk_facts(record, page, found))
    if about:
        facts = [fact for fact in facts if about.lower() in fact.text.lower()] or facts
    return ToolResult("crosswalks", arguments, step, tuple(facts))


def _verdict(
    record: Record, page: CodePage, asked: CodePage, found: DiagnosisAnswer, state: str
) -> list[Fact]:
    release = found.releases[0] if found.releases else None
    place = record.cite(page, "medicare-coverage", release)
    pair = f"{asked.code.printed} for {page.code.printed}"
    where = f" in {state}" if state else ""
    count = len(found.documents)
    sentence = {
        Verdict.COVERED: f"Yes, as far as the loaded documents tell: {pair} is listed as covered"
        f"{where}.",
        Verdict.NONCOVERED: f"No: {pair} is listed as not covered{where}.",
        Verdict.NOT_LISTED: f"{count} loaded document{'s' if count > 1 else ''} on "
        f"{page.code.printed}{where} list diagnoses, but not {asked.code.printed}.",
        Verdict.NO_DIAGNOSES: f"The loaded documents on {page.code.printed}{where} list no "
        "diagnoses.",
        Verdict.NO_DOCUMENT: f"None of the loaded coverage documents in force on {record.day} "
        f"names {page.code.printed}{where}; that is neither yes nor no.",
        Verdict.NOT_LOADED: "No coverage documents are loaded here, so coverage cannot be told.",
    }[found.verdict]
    facts = [Fact(sentence, place)]
    for item in found.listings[:4]:
        document = item.document
        cited = record.cite(page, "medicare-coverage", document.release)
        text = f"{document.display_id} ({document.title}"
        if document.contractor_names:
            text += f"; {', '.join(document.contractor_names[:3])}"
        text += f"), group {item.group}"
        text += f", lists it with this paragraph: {item.paragraph}" if item.paragraph else "."
        facts.append(Fact(text, cited))
        if item.asterisk_paragraph:
            facts.append(Fact(f"Its asterisk means: {item.asterisk_paragraph}", cited))
    unknown = found.of_unknown_states
    if state and unknown:
        names = ", ".join(document.display_id for document in unknown[:3])
        facts.append(Fact(f"The loaded files do not tell in which states {names} holds.", place))
    return facts


def _documents(documents, place) -> tuple[Table, ...]:
    rows = tuple(
        (
            item.display_id,
            item.title,
            ", ".join(item.contractor_names[:2]) or "–",
            ", ".join(item.states) or "not told",
            f"{item.lists_covered:,}",
        )
        for item in documents[:MOST_DOCUMENTS]
    )
    columns = ("Document", "Title", "Contractors", "States", "Covered diagnoses")
    return (Table("Coverage documents that name it", columns, rows, place),)


def _crosswalk_facts(record: Record, page: CodePage, found: Crosswalks):
    printed = page.code.printed
    if found.hcc:
        cited = record.cite(page, "crosswalks", found.hcc.release)
        if not found.hcc.models:
            yield Fact(f"No risk model of {found.hcc.release.name} counts {printed}.", cited)
        for model in found.hcc.models:
            names = "; ".join(f"HCC {c.category} ({c.label})" for c in model.categories)
            yield Fact(f"{printed} in {model.name}: {names}.", cited)
    if found.icd_9:
        cited = record.cite(page, "crosswalks", found.icd_9.release)
        if found.icd_9.is_without_map:
            yield Fact(f"{printed} has no ICD-9-CM equivalent.", cited)
        for item in found.icd_9.equivalents[:6]:
            yield Fact(
                f"ICD-9-CM for {printed}: {' with '.join(item.codes)}. {item.sentence}", cited
            )
    if found.conversion:
        cited = record.cite(page, "crosswalks", found.conversion.release)
        for item in found.conversion.earlier:
            codes = ", ".join(link.printed for link in item.codes) or item.text
            yield Fact(f"Before {day(item.effective_date)}: {codes} stood for {printed}.", cited)
        for item in found.conversion.later:
            codes = ", ".join(link.printed for link in item.codes)
            yield Fact(
                f"Since {day(item.effective_date)}: {codes} came in place of {printed}.", cited
            )
    if found.references:
        cited = record.cite(page, "crosswalks", found.references.release)
        if found.references.to:
            codes = ", ".join(link.printed for link in found.references.to)
            yield Fact(f"CMS refers from {printed} to {codes}.", cited)
        if found.references.come_from:
            codes = ", ".join(link.printed for link in found.references.come_from[:20])
            yield Fact(f"CMS refers to {printed} from {codes}.", cited)
    if found.rbcs:
        cited = record.cite(page, "crosswalks", found.rbcs.release)
        family = f", family {found.rbcs.family}" if found.rbcs.family else ""
        text = f"RBCS places {printed} in {found.rbcs.category}, {found.rbcs.subcategory}{family}."
        yield Fact(text, cited)
    for view in found.articles[:MOST_DOCUMENTS]:
        document = view.document
        cited = record.cite(page, "crosswalks", document.release)
        if page.code.system == CodeSystem.ICD_10_CM:
            yield Fact(f"{document.display_id} ({document.title}) lists {printed}.", cited)
        else:
            text = f"{document.display_id} ({document.title}) leads from {printed} to "
            yield Fact(f"{text}{document.lists_covered:,} covered diagnoses.", cited)
