"""How well the assistant's built-in planner answers, and what it takes beside its tools.

    python benchmarks/assistant.py [--help]

Two sets of questions are asked as a reader to whom every page is open.

*Generated*: some two hundred, from rows that this script reads from the tables with SQL of its
own: edits in force and ended, pairs without one, units, fees nationally and by locality, global
days, add-on codes, risk categories, status on a date, codes that do not exist, and follow-ups.
*Hand-written*: `assistant_questions.csv`, in the words people use, each with what the answer must
hold (`needs`, separated by |) and how it must end. They were written before the planner was tuned;
those whose text has an even MD5 are never looked at while tuning and are told apart.

An answer is right when it holds every fact needed and, where it states facts, cites them. An
*invention* is a code, figure, date or modifier in an answer that stands neither in the question nor
in what the tools returned. The time of an answer is told as a ratio to the time its tools took.

*With a model*, the same questions go through the language model's part, with a scripted server in a
model's place. It answers well (the facts, word for word, with their numbers), and then wrongly: a
figure of each fact is changed. Told is how many right answers stand, and how many changed figures
reach the reader.

The publishers' files are needed, as in claim_check.py; `--database` names a database with them.
The figures are appended to benchmarks/RESULTS.md.
"""

import argparse
import csv
import hashlib
import random
import re
import statistics
import sys
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.claim_check import (  # noqa: E402 the repository is on the path only now
    append_row,
    site_with_files,
)
from benchmarks.code_page import postgresql_version, table  # noqa: E402

FILES = (
    "ncci/*.zip",
    "ncci/AOC_*.txt",
    "rvu/rvu2*.zip",
    "rvu/zip-code*.zip",
    "rvu/addendum-b-2025.zip",
    "hcpcs/*.xlsx",
    "hcpcs/2019-Alpha*.zip",
    "icd10cm/*.zip",
    "icd10cm/*.xlsx",
    "hcc/*.zip",
    "lists/gems-2018.zip",
    "coverage/*article*.zip",
)
TODAY = date(2026, 7, 15)  # within the newest releases of most files
NCCI_DAY = date(2024, 8, 1)  # within NCCI's release
EACH = 16  # questions of a kind
# Words of an answer that could be made up: codes, amounts, other numbers, dates.
_CHECKABLE = re.compile(
    r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?\b|\b\d{4}[A-Z]\b|\b[A-Z]\d{4}\b|\b\d[\d,]*(?:\.\d+)?\b"
)

# A number that stands by itself.
_FIGURE = re.compile(r"(?<![\d.,A-Z])(?:\d[\d,]*\d(?:\.\d+)?(?![\dA-Z])|\d(?![\d.,A-Z]))")


@dataclass
class Asked:
    """A question, what its answer must hold, and how it must end ('' for any way)."""

    kind: str
    text: str
    needs: list[str]
    day: date = TODAY
    ending: str = "answered"
    earlier: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    asked: Asked
    missing: list[str]
    inventions: list[str]
    is_cited: bool
    ending: str
    seconds: float
    tool_seconds: float
    text: str

    @property
    def is_right(self) -> bool:
        ends_well = not self.asked.ending or self.ending == self.asked.ending
        return not self.missing and ends_well and self.is_cited


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--database", metavar="URL", help="one that has the files; only read")
    parser.add_argument("--show", action="store_true", help="print what was not right")
    parser.add_argument("--seed", type=int, default=1, help="of the drawn rows (default 1)")
    options = parser.parse_args()
    with site_with_files(options.database, FILES):
        random.seed(options.seed)
        sets = {
            "generated": generated(),
            "hand-written, tuned on": hand_written(held=False),
            "hand-written, held": hand_written(held=True),
        }
        outcomes = {name: [outcome_of(asked) for asked in items] for name, items in sets.items()}
        worded = with_model([asked for items in sets.values() for asked in items])
        server_version = postgresql_version()
    print(describe(outcomes, show=options.show))
    print(worded)
    append_to_results(outcomes, worded, server_version)
    return 0


# The questions


def rows(statement: str, *values) -> list[tuple]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def drawn(statement: str, *values, count: int = EACH) -> list[tuple]:
    """Rows drawn from those of a statement, which orders them."""
    found = rows(statement, *values)
    return random.sample(found, min(count, len(found)))


def newest(source: str) -> int:
    return rows(
        "SELECT id FROM codes_release WHERE source = %s AND state = 'published' "
        "ORDER BY valid_from DESC LIMIT 1",
        source,
    )[0][0]


def generated() -> list[Asked]:
    makers = (pairs, ended_pairs, no_pairs, units, fees, local_fees, global_days, add_ons)
    makers += (modifiers, hospital, guidelines, coverage, no_coverage)
    makers += (risk, statuses, ended_codes, incomplete, unknown, changed, follow_ups, compared)
    return [asked for maker in makers for asked in maker()]


def day_of(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


IN_FORCE = (
    "effective_date <= %s AND (deletion_date IS NULL OR (deletion_date >= %s AND "
    "deletion_date > effective_date)) AND modifier_indicator <> 9"
)


def pairs():
    release = newest("ncci-ptp-practitioner")
    found = drawn(
        "SELECT column_one, column_two, modifier_indicator FROM codes_ptpedit "  # noqa: S608
        f"WHERE release_id = %s AND {IN_FORCE} AND column_one LIKE '9%%' "
        "ORDER BY column_one, column_two LIMIT 200000",
        release,
        NCCI_DAY,
        NCCI_DAY,
    )
    ways = [
        "Can {0} be billed with {1} on the same day?",
        "is {1} bundled into {0}?",
        "NCCI edit between {0} and {1}",
        "{1} and {0} together?",
    ]
    for at, (one, two, indicator) in enumerate(found):
        text = ways[at % len(ways)].format(one, two)
        needs = [f"{two} is column two of {one}", f"modifier indicator is {indicator}"]
        yield Asked("pair", text, needs, NCCI_DAY)


def ended_pairs():
    release = newest("ncci-ptp-practitioner")
    found = drawn(
        "SELECT column_one, column_two, deletion_date FROM codes_ptpedit past "
        "WHERE release_id = %s AND deletion_date BETWEEN '2023-06-01' AND '2024-03-31' "
        "AND deletion_date > effective_date AND modifier_indicator <> 9 AND NOT EXISTS ("
        "SELECT FROM codes_ptpedit other WHERE other.release_id = past.release_id "
        "AND ((other.column_one, other.column_two) = (past.column_one, past.column_two) "
        "OR (other.column_two, other.column_one) = (past.column_one, past.column_two)) "
        "AND (other.deletion_date IS NULL OR other.deletion_date > past.deletion_date)) "
        "ORDER BY column_one, column_two LIMIT 3000",
        release,
        count=12,
    )
    for one, two, last in found:
        text = f"Can {two} be billed with {one} on {NCCI_DAY:%m/%d/%Y}?"
        yield Asked("ended pair", text, ["no edit in force", f"ended on {day_of(last)}"], TODAY)


def no_pairs():
    release = newest("ncci-ptp-practitioner")
    codes = [code for (code,) in drawn(
        "SELECT DISTINCT hcpcs FROM codes_feeschedulerow WHERE release_id = %s AND status = 'A' "
        "AND hcpcs ~ '^[0-9]{5}$' ORDER BY hcpcs", newest("physician-fee-schedule"), count=80,
    )]  # fmt: skip
    made = 0
    for one, two in zip(codes[::2], codes[1::2], strict=True):
        if made == 12 or rows(
            "SELECT 1 FROM codes_ptpedit WHERE release_id = %s AND "  # noqa: S608
            f"((column_one, column_two) IN ((%s, %s), (%s, %s))) AND {IN_FORCE}",
            release, one, two, two, one, NCCI_DAY, NCCI_DAY,
        ):  # fmt: skip
            continue
        made += 1
        text = f"Is there an NCCI edit between {one} and {two}?"
        yield Asked("no pair", text, ["no edit in force", one, two], NCCI_DAY)


def units():
    release = newest("ncci-mue-practitioner")
    found = drawn(
        "SELECT code, units, adjudication_indicator FROM codes_muevalue WHERE release_id = %s "
        "AND units > 0 ORDER BY code",
        release,
    )
    ways = ["How many units of {0} per day?", "MUE for {0}", "max units {0} in the office"]
    for at, (code, value, indicator) in enumerate(found):
        needs = [f"MUE {value}", f"adjudication indicator {indicator}"]
        yield Asked("units", ways[at % len(ways)].format(code), needs, NCCI_DAY)


def fees():
    release = newest("physician-fee-schedule")
    found = drawn(
        "SELECT hcpcs, round(nonfacility_total * conversion_factor, 2), "
        "round(facility_total * conversion_factor, 2) FROM codes_feeschedulerow "
        "WHERE release_id = %s AND status = 'A' AND modifier = '' AND NOT nonfacility_na "
        "AND NOT facility_na AND nonfacility_total > 0 AND opps_mp_rvu = 0 "
        "AND opps_nonfacility_pe_rvu = 0 AND opps_facility_pe_rvu = 0 "
        "AND NOT is_not_for_medicare ORDER BY hcpcs",
        release,
    )
    ways = ["What does Medicare pay for {0}?", "fee for {0}", "how much is {0} reimbursed"]
    for at, (code, nonfacility, facility) in enumerate(found):
        needs = [f"{nonfacility:,.2f} USD non-facility", f"{facility:,.2f} USD facility"]
        yield Asked("fee", ways[at % len(ways)].format(code), needs)


def local_fees():
    """Amounts by locality, reckoned in SQL."""
    found = drawn(
        "WITH zip AS (SELECT DISTINCT ON (contractor, locality, state) zip_code, contractor, "
        "locality, state FROM codes_ziplocality WHERE release_id = %s "
        "ORDER BY contractor, locality, state, zip_code) "
        "SELECT fee.hcpcs, zip.zip_code, round((fee.work_rvu * gpci.work + "
        "fee.nonfacility_pe_rvu * gpci.practice_expense + fee.mp_rvu * gpci.malpractice) "
        "* fee.conversion_factor, 2) FROM codes_feeschedulerow fee, zip "
        "JOIN codes_geographicindex gpci USING (contractor, locality, state) "
        "WHERE gpci.release_id = %s AND fee.release_id = %s AND fee.hcpcs IN ('99213', '99214', "
        "'96372', '20610', '11042') AND fee.modifier = '' ORDER BY 1, 2",
        newest("zip-localities"),
        newest("gpci"),
        newest("physician-fee-schedule"),
    )
    for code, zip_code, amount in found:
        text = f"What does Medicare pay for {code} in {zip_code}?"
        yield Asked("local fee", text, [f"{amount:,.2f} USD non-facility", zip_code])


def global_days():
    found = drawn(
        "SELECT hcpcs, global_days FROM codes_feeschedulerow WHERE release_id = %s "
        "AND status = 'A' AND modifier = '' AND global_days IN ('000', '010', '090') "
        "ORDER BY hcpcs",
        newest("physician-fee-schedule"),
    )
    for at, (code, days) in enumerate(found):
        text = ("Global period of {0}", "how many global days does {0} have")[at % 2].format(code)
        yield Asked("global days", text, [f"Global days of {code}: {days}"])


def modifiers():
    found = drawn(
        "SELECT hcpcs, bilateral FROM codes_feeschedulerow WHERE release_id = %s AND status = 'A' "
        "AND modifier = '' AND bilateral IN ('0', '1', '2', '3') AND global_days <> 'XXX' "
        "ORDER BY hcpcs",
        newest("physician-fee-schedule"),
    )
    for code, bilateral in found:
        verb = "may go with" if bilateral in "13" else "does not go with"
        needs = [f"Modifier 50 {verb} {code}", f"Bilateral {bilateral}"]
        yield Asked("modifier", f"Does modifier 50 go with {code}?", needs)


def hospital():
    found = drawn(
        "SELECT hcpcs, status_indicator, apc FROM codes_oppsrow WHERE release_id = %s "
        "AND apc <> '' AND hcpcs ~ '^[0-9]{5}$' ORDER BY hcpcs",
        newest("opps-addendum-b"),
        count=10,
    )
    for code, status, apc in found:
        needs = [f"{code}: {status}", f"APC {apc}"]
        yield Asked("hospital", f"What is the APC of {code}?", needs, date(2025, 2, 1))


def guidelines():
    found = drawn(
        "SELECT place, text FROM codes_tabularnote WHERE release_id = %s AND kind = 'excludes1' "
        "AND place ~ '^[A-Z][0-9][0-9A-Z]$' AND length(text) < 80 ORDER BY place, position",
        newest("icd-10-cm-tabular"),
        count=12,
    )
    known = {value for (value,) in rows("SELECT value FROM codes_code WHERE system = 'icd-10-cm'")}
    for place, text in found:
        if place in known:
            yield Asked("guidelines", f"What are the excludes1 notes of {place}?", [text[:40]])


def coverage():
    found = drawn(
        "SELECT DISTINCT one.value, two.value, document.display_id FROM codes_coveragecode one "
        "JOIN codes_coveragecode two USING (release_id, number, version) "
        "JOIN codes_coveragedocument document USING (release_id, number, version) "
        "WHERE one.code_list = 'procedures' AND two.code_list = 'covered' "
        "AND one.value IN (SELECT value FROM codes_code WHERE system IN ('cpt', 'hcpcs')) "
        "AND two.value IN (SELECT value FROM codes_code WHERE system = 'icd-10-cm') "
        "ORDER BY 1, 2",
    )
    for procedure, value, document in found:
        printed = value if len(value) < 4 else f"{value[:3]}.{value[3:]}"
        needs = [f"{printed} for {procedure} is listed as covered", document]
        yield Asked("coverage", f"Is {procedure} covered for {printed}?", needs)


def no_coverage():
    found = drawn(
        "SELECT hcpcs FROM codes_feeschedulerow fee WHERE release_id = %s AND status = 'A' "
        "AND modifier = '' AND hcpcs ~ '^[0-9]{5}$' AND NOT EXISTS (SELECT FROM codes_coveragecode "
        "named WHERE named.value = fee.hcpcs) ORDER BY hcpcs",
        newest("physician-fee-schedule"),
        count=8,
    )
    for (code,) in found:
        needs = [f"names {code}", "neither yes nor no"]
        yield Asked("no coverage", f"Is {code} covered for E11.9 in Florida?", needs, ending="")


def add_ons():
    found = drawn(
        "SELECT add_on_code, max(edit_type), min(primary_code) FROM codes_addonedit "
        "WHERE release_id = %s AND effective_date <= %s AND deletion_date IS NULL "
        "AND add_on_deletion_date IS NULL AND primary_deletion_date IS NULL AND primary_code <> '' "
        "GROUP BY add_on_code HAVING count(*) < 20 ORDER BY 1",
        newest("ncci-add-on"),
        NCCI_DAY,
    )
    for code, kind, primary in found:
        needs = [f"{code} is an add-on code of type {kind}", primary]
        yield Asked("add-on", f"Is {code} an add-on code?", needs, NCCI_DAY)


def risk():
    found = drawn(
        "SELECT value, category, label FROM codes_hccmapping WHERE release_id = %s "
        "AND model = 'CMS-HCC Model V28' ORDER BY value",
        newest("hcc-mappings"),
    )
    for value, category, label in found:
        printed = value if len(value) < 4 else f"{value[:3]}.{value[3:]}"
        yield Asked("HCC", f"What HCC is {printed}?", [f"HCC {category}", label[:20]])


def statuses():
    found = drawn(
        "SELECT code.value, described.long FROM codes_officialdescription described "
        "JOIN codes_code code ON code.id = described.code_id WHERE described.release_id = %s "
        "AND described.termination_date IS NULL AND length(described.long) < 120 ORDER BY 1",
        newest("hcpcs-level-ii"),
    )
    for at, (value, text) in enumerate(found):
        asked = ("What is {0}?", "describe {0}", "is {0} still active")[at % 3].format(value)
        yield Asked("meaning", asked, [value, text[:30], "active"])


def ended_codes():
    found = drawn(
        "SELECT code.value, described.termination_date FROM codes_officialdescription described "
        "JOIN codes_code code ON code.id = described.code_id WHERE described.release_id = %s "
        "AND described.termination_date < '2025-01-01' ORDER BY 1",
        newest("hcpcs-level-ii"),
    )
    for at, (value, last) in enumerate(found):
        asked = ("Is {0} still valid?", "What replaced {0}?")[at % 2].format(value)
        yield Asked("ended code", asked, [f"Valid through {day_of(last)}"])
    for value, last in found[:6]:
        before = last - timedelta(days=20)
        text = f"Was {value} valid on {before:%Y-%m-%d}?"
        yield Asked("valid then", text, [value, f"On {day_of(before)} its status is: active"])


def incomplete():
    found = drawn(
        "SELECT code.value, described.is_billable FROM codes_officialdescription described "
        "JOIN codes_code code ON code.id = described.code_id WHERE described.release_id = %s "
        "AND length(code.value) BETWEEN 4 AND 6 ORDER BY 1",
        newest("icd-10-cm-order"),
    )
    for value, is_billable in found:
        printed = f"{value[:3]}.{value[3:]}"
        told = f"{printed} is complete" if is_billable else f"{printed} is not complete"
        yield Asked("seventh", f"Does {printed} need a seventh character?", [told])


def unknown():
    made = 0
    while made < 14:
        code = random.choice(["{:05d}", "J{:04d}", "G{:04d}"]).format(random.randint(100, 9999))
        if rows("SELECT 1 FROM codes_code WHERE value = %s", code):
            continue
        made += 1
        asked = random.choice(["What does Medicare pay for {0}?", "What is {0}?", "MUE of {0}"])
        yield Asked("unknown code", asked.format(code), [f"{code} is no"], ending="not-known")


def changed():
    new, revised, ended = rows(
        "SELECT new_count, revised_count, ended_count FROM codes_release WHERE id = %s",
        newest("hcpcs-level-ii"),
    )[0]
    needs = [f"{new:,} new", f"{revised:,} revised", f"{ended:,} ended"]
    yield Asked("changes", "What changed in HCPCS in July 2026?", needs)
    new, revised, ended = rows(
        "SELECT new_count, revised_count, ended_count FROM codes_release WHERE id = %s",
        newest("icd-10-cm-order"),
    )[0]
    needs = [f"{new:,} new", f"{revised:,} revised", f"{ended:,} ended"]
    yield Asked("changes", "what's new in ICD-10-CM for October 2025", needs)


def follow_ups():
    hospital = newest("ncci-ptp-hospital")
    practitioner = newest("ncci-ptp-practitioner")
    found = drawn(
        "SELECT one.column_one, one.column_two, one.modifier_indicator FROM codes_ptpedit one "
        "JOIN codes_ptpedit two USING (column_one, column_two) WHERE one.release_id = %s "
        "AND two.release_id = %s AND one.deletion_date IS NULL AND two.deletion_date IS NULL "
        "AND one.modifier_indicator = two.modifier_indicator AND one.column_one LIKE '3%%' "
        "ORDER BY 1, 2 LIMIT 20000",
        practitioner,
        hospital,
    )
    for at, (one, two, indicator) in enumerate(found):
        first = f"Can {one} be billed with {two}?"
        if at % 2:
            needs = ["outpatient hospital", f"{two} is column two of {one}"]
            yield Asked(
                "follow-up", "and in outpatient hospital?", needs, NCCI_DAY, earlier=[first]
            )
        else:
            told = "is one of NCCI" if indicator == 1 else "does not help here"
            yield Asked("follow-up", "and with modifier 59?", [told], NCCI_DAY, earlier=[first])


def compared():
    found = drawn(
        "SELECT code.value, described.long FROM codes_officialdescription described "
        "JOIN codes_code code ON code.id = described.code_id WHERE described.release_id = %s "
        "AND described.termination_date IS NULL AND code.value LIKE 'J%%' ORDER BY 1",
        newest("hcpcs-level-ii"),
    )
    for (one, first), (two, second) in zip(found[::2], found[1::2], strict=False):
        text = f"What is the difference between {one} and {two}?"
        yield Asked("compare", text, [first[:25], second[:25]])


def hand_written(*, held: bool) -> list[Asked]:
    with (ROOT / "benchmarks" / "assistant_questions.csv").open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    return [
        Asked(
            "hand-written",
            row["question"],
            [part for part in row["needs"].split("|") if part],
            ending=row["kind"],
        )
        for row in found
        if (int(hashlib.md5(row["question"].encode()).hexdigest(), 16) % 2 == 0) == held  # noqa: S324
    ]


# Asking


def outcome_of(asked: Asked) -> Outcome:
    from assistant import planner, tools
    from assistant.reading import Reader

    spent = [0.0]

    def timed(tool):
        def call(*arguments, **named):
            started = time.perf_counter()
            try:
                return tool(*arguments, **named)
            finally:
                spent[0] += time.perf_counter() - started

        return call

    originals = dict(tools.TOOLS)
    tools.TOOLS.update({name: timed(tool) for name, tool in originals.items()})
    started = time.perf_counter()
    try:
        *_, found = planner.answer(
            asked.text,
            Reader.of_member(_Unlimited()),
            earlier=asked.earlier,
            date_of_service=asked.day,
        )
    finally:
        tools.TOOLS.update(originals)
    seconds = time.perf_counter() - started
    text = found.to_text()
    body = text.rpartition("\n\n[1]")[0] or text
    states_facts = any(result.facts for result in found.results)
    return Outcome(
        asked,
        [need for need in asked.needs if need.casefold() not in text.casefold()],
        inventions(asked, body, found),
        bool(found.citations) or not states_facts,
        found.kind.value,
        seconds,
        spent[0],
        text,
    )


class _Unlimited:
    """A reader to whom everything is open, without a row in the database."""

    is_authenticated = is_staff = True
    plan = None


def inventions(asked: Asked, body: str, found) -> list[str]:
    """What the answer says that neither the question nor a tool's result does."""
    known = " ".join(
        [asked.text, *asked.earlier]
        + [fact.text for result in found.results for fact in (*result.facts, *result.notes)]
        + [
            cell
            for result in found.results
            for t in result.tables
            for row in t.rows
            for cell in row
        ]
        + [t.caption for result in found.results for t in result.tables]
        + ([result.locked.sentence for result in found.results if result.locked])
    ).upper()
    told = re.sub(r"\[\d+\]", " ", body).upper()
    known_words = set(_CHECKABLE.findall(known))
    return [word for word in _CHECKABLE.findall(told) if word not in known_words]


# With a model


@dataclass
class Worded:
    """How many answers of a good model stood, of how many; how many figures of a wrong one reached
    the reader, of how many that were changed.
    """

    stood: int = 0
    answers: int = 0
    slipped: int = 0
    changed: int = 0

    def __str__(self) -> str:
        return (
            f"With a model: {self.stood} of {self.answers} right answers stand; "
            f"{self.slipped} of {self.changed} changed figures reach the reader."
        )


def with_model(questions: list[Asked]) -> Worded:
    from django.test import override_settings

    from tests.assistant.scripted_model import scripted_model

    found = Worded()
    with scripted_model() as model:
        address = {"ASSISTANT_BASE_URL": model.url, "ASSISTANT_MODEL": "scripted"}
        with override_settings(**address, ASSISTANT_API_KEY="none"):
            for asked in questions:
                _word(model, asked, found)
    return found


def _word(model, asked: Asked, told: Worded) -> None:
    """Two answers over the facts of a question: as they are, and with a figure of each changed."""
    from assistant import planner
    from assistant.reading import Reader

    *_, planned = planner.answer(
        asked.text,
        Reader.of_member(_Unlimited()),
        earlier=asked.earlier,
        date_of_service=asked.day,
    )
    facts = list(dict.fromkeys(fact for result in planned.results for fact in result.facts))[:6]
    if planned.kind.value != "answered" or not facts:
        return
    known = " ".join(fact.text for result in planned.results for fact in result.facts)
    right = [f"{fact.text.rstrip('.')} [{n}]." for n, fact in enumerate(facts, 1)]
    told.answers += 1
    told.stood += _answer_of_model(model, asked, planned, "\n\n".join(right)) is not None
    wrong, changed = [], []
    for number, fact in enumerate(facts, 1):
        text, figure = _with_a_figure_changed(fact.text, known)
        if figure:
            wrong.append(f"{text.rstrip('.')} [{number}].")
            changed.append(figure)
    if wrong:
        answered = _answer_of_model(model, asked, planned, "\n\n".join(wrong)) or ""
        told.changed += len(changed)
        told.slipped += sum(
            bool(re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d,]|\.\d)", answered))
            for figure in changed
        )


def _with_a_figure_changed(text: str, known: str) -> tuple[str, str]:
    """The text with its last amount, code or number changed to one that no fact has."""
    for match in reversed(list(_FIGURE.finditer(text))):
        digits = match[0]
        for step in range(1, 9):
            other = digits[:-1] + str((int(digits[-1]) + step) % 10)
            if other not in known:
                return f"{text[: match.start()]}{other}{text[match.end() :]}", other
    return text, ""


def _answer_of_model(model, asked: Asked, planned, text: str) -> str | None:
    """What the reader is shown of a model's text; None where the planner's answer stands."""
    from assistant.language_model.answering import ModelGaveUp, answer_with_model
    from assistant.language_model.budget import Budget
    from assistant.language_model.tools import Toolbox
    from assistant.reading import Reader
    from tests.assistant.scripted_model import says

    model.requests.clear()
    model.script = [says("That is enough."), says(text)]
    try:
        *_, found = answer_with_model(
            planned,
            Toolbox(Reader.of_member(_Unlimited()), asked.day),
            question=asked.text,
            subject="",
            earlier=asked.earlier,
            date_of_service=asked.day,
            budget=Budget.of_settings(),
        )
    except ModelGaveUp:
        return None
    blocks = [block for block in found.blocks if not hasattr(block, "columns")]
    return " ".join(
        item.text for block in blocks for item in getattr(block, "items", None) or (block,)
    )


# Telling


def describe(outcomes: dict[str, list[Outcome]], *, show: bool) -> str:
    lines = [["set", "questions", "right", "inventions", "time to tools"]]
    for name, found in outcomes.items():
        lines.append(
            [
                name,
                str(len(found)),
                f"{share(found):.3f}",
                str(invented(found)),
                f"{ratio(found):.2f}",
            ]
        )
    parts = [table(lines)]
    kinds: dict[str, list[Outcome]] = {}
    for item in outcomes["generated"]:
        kinds.setdefault(item.asked.kind, []).append(item)
    parts.append(
        table([["generated", "questions", "right"]]
              + [[kind, str(len(found)), f"{share(found):.2f}"] for kind, found in kinds.items()])
    )  # fmt: skip
    if show:
        for name, found in outcomes.items():
            if name.endswith("held"):
                parts += [
                    f"held: inventions {item.inventions}" for item in found if item.inventions
                ]
                continue
            for item in found:
                if not item.is_right or item.inventions:
                    parts.append(
                        f"{item.asked.text!r} ({item.ending}): missing {item.missing}, "
                        f"inventions {item.inventions}\n    {item.text[:400]}"
                    )
    parts.append("Aim: generated 0.95, hand-written 0.85, no invention, time ratio at most 2.")
    return "\n\n".join(parts)


def share(found: list[Outcome]) -> float:
    return sum(item.is_right for item in found) / len(found)


def invented(found: list[Outcome]) -> int:
    return sum(len(item.inventions) for item in found)


def ratio(found: list[Outcome]) -> float:
    return statistics.median(
        item.seconds / item.tool_seconds for item in found if item.tool_seconds > 0
    )


def append_to_results(
    outcomes: dict[str, list[Outcome]], worded: Worded, server_version: int
) -> None:
    aims = {"generated": "at least 0.95"}
    for name, found in outcomes.items():
        aim = aims.get(name, "at least 0.85")
        label = f"assistant: {name}, {len(found)} questions, right"
        append_row(server_version, label, f"{share(found):.3f}", aim)
    everything = [item for found in outcomes.values() for item in found]
    append_row(server_version, "assistant: inventions", str(invented(everything)), "0")
    append_row(
        server_version,
        "assistant: time of an answer to that of its tools",
        f"{ratio(everything):.2f}",
        "at most 2",
    )
    append_row(
        server_version,
        f"assistant: with a scripted model, right answers that stand, of {worded.answers}",
        str(worded.stood),
        "none",
    )
    append_row(
        server_version,
        f"assistant: with a scripted model, changed figures shown, of {worded.changed}",
        str(worded.slipped),
        "0",
    )


if __name__ == "__main__":
    sys.exit(main())
