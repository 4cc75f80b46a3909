"""NCCI: whether two codes may be billed together, how many units, beside which primary codes."""

from dataclasses import replace

from assistant.facts import Citation, Fact, Table, ToolResult
from assistant.record import Record, setting_of
from assistant.tools.editors import editors_on_pair, with_editors_text
from codes.queries.claim_check.rules import BYPASSING
from codes.queries.code_page import CodePage
from codes.queries.ncci import (
    Pair,
    Setting,
    add_ons_of,
    mue_of,
    mue_releases,
    newest,
    pairs_among,
    past_pairs_among,
)
from codes.queries.ncci_section import ncci_in_full
from codes.queries.status import day

MOST_CODES = 30


def check_pair(
    record: Record,
    first: str,
    second: str,
    setting: str = "",
    modifier: str = "",
    lists_modifiers: bool = False,
) -> ToolResult:
    """Whether two procedure codes may be billed together on the date of service: the NCCI edit in
    force with its modifier indicator, or that there is none. With a `modifier`, whether it is one
    that sets the edit aside; with `lists_modifiers`, all that may.
    """
    one, two = record.page(first), record.page(second)
    wanted = setting_of(setting)
    arguments = {
        "first": one.code.printed,
        "second": two.code.printed,
        "setting": wanted.value,
        "modifier": modifier,
    }
    step = f"Checked NCCI for {one.code.printed} and {two.code.printed}"
    release = newest(wanted.ptp_source, record.releases) if wanted.ptp_source else None
    if release is None:
        result = _nothing_loaded(record, one, wanted, "check_pair", arguments, step)
        told = editors_on_pair(record, one, two)
        if add_ons_of(one.code.value, record.date_of_service, record.releases, rows=[]).release:
            told += () if record.locked(one, two) else _add_on_rule(record, one, two)
        return replace(result, facts=result.facts + told)
    locked = record.locked(one, two)
    if locked:
        return ToolResult("check_pair", arguments, step, locked=locked)
    values = [one.code.value, two.code.value]
    found = pairs_among(values, wanted, record.date_of_service, record.releases).pairs
    holder = two if found and found[0].column_two == two.code.value else one
    place = record.cite(holder, "ncci-edits", release)
    if not found:
        facts = [_no_edit(record, one, two, wanted, release, place)]
        facts += _ended(record, values, wanted, place)
        facts += _add_on_rule(record, one, two)
        return ToolResult(
            "check_pair",
            arguments,
            step,
            tuple(facts),
            values={"has_edit": False},
            notes=record.date_notes(release, place),
        )
    facts = []
    for item in found:
        facts += _edit(record, item, wanted, release, place)
        if modifier:
            facts.append(_with_modifier(item, modifier.upper(), place))
        if lists_modifiers and item.modifier_indicator == 1:
            text = f"NCCI’s modifiers are {', '.join(sorted(BYPASSING))}; only what is true of the "
            facts.append(Fact(f"{text}services may be used.", place))
    figures = {
        "has_edit": True,
        "column_one": found[0].column_one,
        "column_two": found[0].column_two,
        "indicator": found[0].modifier_indicator,
    }
    notes = record.date_notes(release, place)
    return ToolResult("check_pair", arguments, step, tuple(facts), values=figures, notes=notes)


def units_allowed(record: Record, code: str, setting: str = "") -> ToolResult:
    """How many units of a code Medicare accepts on a line or day (MUE), in one setting or in all,
    and what the adjudication indicator means.
    """
    page = record.page(code)
    printed = page.code.printed
    arguments = {"code": printed, "setting": setting}
    step = f"Read the MUE of {printed}"
    wanted = set(mue_releases(record.date_of_service, record.releases))
    if setting:
        wanted &= {setting_of(setting)}
    if not wanted:
        place = record.cite(page, "ncci-edits")
        fact = Fact("No MUE table is loaded here, so units cannot be told.", place)
        return ToolResult("units_allowed", arguments, step, (fact,), is_found=False)
    locked = record.locked(page)
    if locked:
        return ToolResult("units_allowed", arguments, step, locked=locked)
    facts, figures, notes = [], {}, ()
    for item in mue_of(page.code.value, record.date_of_service, record.releases):
        if item.setting not in wanted:
            continue
        place = record.cite(page, "ncci-edits", item.release)
        name = item.setting.name_within
        if item.value is None:
            text = f"{item.release} publishes no MUE for {printed} ({name})."
            facts.append(Fact(text, place))
            continue
        units = item.value.units
        said = f"at most {units:,} unit{'' if units == 1 else 's'}" if units else "no unit"
        per = "claim line" if item.value.adjudication_indicator == 1 else "day"
        text = (
            f"{printed}, {name}: {said} per {per} "
            f"(MUE {units}, adjudication indicator {item.value.adjudication_indicator}: "
            f"{item.adjudication.short}). {item.adjudication.sentence}"
        )
        if item.value.rationale:
            text += f" Rationale: {item.value.rationale}."
        facts.append(Fact(text, place))
        notes += record.date_notes(item.release, place)
        figures[item.setting.value] = units
    return ToolResult("units_allowed", arguments, step, tuple(facts), values=figures, notes=notes)


def add_on_codes(record: Record, code: str) -> ToolResult:
    """Whether a code is an add-on code and beside which primary codes it is paid, or which add-on
    codes go with it.
    """
    page = record.page(code)
    printed = page.code.printed
    arguments, step = {"code": printed}, f"Read the add-on rules of {printed}"
    found = add_ons_of(page.code.value, record.date_of_service, record.releases, rows=[])
    place = record.cite(page, "ncci-edits", found.release)
    if found.release is None:
        fact = Fact("No list of NCCI's add-on codes is loaded here.", place)
        return ToolResult("add_on_codes", arguments, step, (fact,), is_found=False)
    locked = record.locked(page)
    if locked:
        return ToolResult("add_on_codes", arguments, step, locked=locked)
    found = add_ons_of(page.code.value, record.date_of_service, record.releases)
    facts = []
    if found.rule:
        text = f"{printed} is an add-on code of type {found.rule.edit_type}: "
        text += found.rule.kind.sentence
        facts.append(Fact(text, place))
        if found.rule.primaries:
            facts.append(Fact(_listed("Its primary codes are", found.rule.primaries), place))
    else:
        facts.append(Fact(f"{found.release} does not list {printed} as an add-on code.", place))
    if found.add_ons:
        facts.append(Fact(_listed(f"Add-on codes of {printed} are", found.add_ons), place))
    figures = {"is_add_on": bool(found.rule), "add_ons": found.add_ons}
    return ToolResult("add_on_codes", arguments, step, tuple(facts), values=figures)


@with_editors_text("ncci-edits", is_beside=False)
def partners(record: Record, code: str, setting: str = "") -> ToolResult:
    """How many NCCI edits a code stands in, and the first of them."""
    page = record.page(code)
    wanted = setting_of(setting)
    arguments = {"code": page.code.printed, "setting": wanted.value}
    step = f"Read the NCCI edits of {page.code.printed}"
    release = newest(wanted.ptp_source, record.releases) if wanted.ptp_source else None
    if release is None:
        return _nothing_loaded(record, page, wanted, "partners", arguments, step)
    locked = record.locked(page)
    if locked:
        return ToolResult("partners", arguments, step, locked=locked)
    facts, tables = [], []
    place = record.cite(page, "ncci-edits", release)
    for side in ("one", "two"):
        section = ncci_in_full(page, {"setting": wanted.value, "column": side})
        count = section.side.count
        text = (
            f"{page.code.printed} is column {side} of {count:,} "
            f"pair{'' if count == 1 else 's'} in force in the {wanted.name_within} setting."
        )
        facts.append(Fact(text, place))
        pairs = section.side.pairs[:10]
        if pairs:
            other = "column_two" if side == "one" else "column_one"
            rows = tuple(
                (getattr(item, other), str(item.modifier_indicator), item.rationale)
                for item in pairs
            )
            caption = f"The first of them, with {page.code.printed} in column {side}"
            columns = ("Other code", "Modifier indicator", "Rationale")
            tables.append(Table(caption, columns, rows, place))
    notes = record.date_notes(release, place)
    return ToolResult("partners", arguments, step, tuple(facts), tuple(tables), notes=notes)


def _nothing_loaded(record, page: CodePage, setting: Setting, tool, arguments, step) -> ToolResult:
    place = record.cite(page, "ncci-edits")
    if setting.ptp_source is None:
        text = "NCCI has no procedure-to-procedure edits for DME suppliers."
    else:
        text = f"{setting.ptp_source.label} are not loaded here, so pairs cannot be told."
    return ToolResult(tool, arguments, step, (Fact(text, place),), is_found=False)


def _edit(record, item: Pair, setting: Setting, release, place: Citation) -> list[Fact]:
    indicator = item.modifier_indicator
    # No yes and no: "is it bundled?" asks the contrary of "may both be billed?".
    verdict = "Only with a modifier that applies" if indicator == 1 else "Not paid together"
    text = (
        f"{verdict}: {release.name} has an edit in force on {record.day} in the "
        f"{setting.name_within} setting. {item.column_two} is column two of {item.column_one}, so "
        f"Medicare pays {item.column_one} and denies {item.column_two} on the same day"
    )
    text += ", unless a modifier sets the edit aside." if indicator == 1 else "."
    facts = [
        Fact(text, place),
        Fact(
            f"Its modifier indicator is {indicator} ({item.modifier.short.lower()}): "
            f"{item.modifier.sentence}",
            place,
        ),
    ]
    if item.rationale:
        facts.append(Fact(f"CMS’s rationale: {item.rationale}.", place))
    if item.until:
        facts.append(Fact(f"The edit holds through {day(item.until)}.", place))
    return facts


def _with_modifier(item: Pair, modifier: str, place: Citation) -> Fact:
    if item.modifier_indicator != 1:
        text = (
            f"Modifier {modifier} does not help here: the indicator is {item.modifier_indicator}."
        )
    elif modifier in BYPASSING:
        text = (
            f"Modifier {modifier} is one of NCCI’s: on {item.column_two} it lets both be paid, if "
            "the record shows that the services were truly separate."
        )
    else:
        text = f"Modifier {modifier} is not one of those that set an NCCI edit aside."
    return Fact(text, place)


def _no_edit(record, one, two, setting: Setting, release, place: Citation) -> Fact:
    return Fact(
        f"May be billed together as far as NCCI goes: {release.name} has no edit in force between "
        f"{one.code.printed} and {two.code.printed} on {record.day} in the {setting.name_within} "
        "setting.",
        place,
    )


def _add_on_rule(record: Record, one: CodePage, two: CodePage) -> tuple[Fact, ...]:
    """That one of two codes is an add-on code of the other; () where it is not."""
    for add_on, primary in ((one, two), (two, one)):
        found = add_ons_of(add_on.code.value, record.date_of_service, record.releases)
        if found.rule and primary.code.value in found.rule.primaries:
            text = (
                f"{add_on.code.printed} is an add-on code of {primary.code.printed}, reported "
                "beside it and not alone."
            )
            return (Fact(text, record.cite(add_on, "ncci-edits", found.release)),)
    return ()


def _ended(record, values: list[str], setting: Setting, place: Citation) -> list[Fact]:
    past = past_pairs_among(values, setting, record.date_of_service, record.releases)
    return [
        Fact(
            f"An edit with {item.column_two} in column two of {item.column_one} ended on "
            f"{day(item.until)}.",
            place,
        )
        for item in past[-1:]
    ]


def _listed(intro: str, values: list[str]) -> str:
    shown = ", ".join(values[:MOST_CODES])
    more = len(values) - MOST_CODES
    return f"{intro} {shown} and {more:,} more." if more > 0 else f"{intro} {shown}."
