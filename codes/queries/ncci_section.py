"""The section NCCI edits of a code: in short on its page, in full on its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from django.core.paginator import Page, Paginator

from codes.models import Release
from codes.queries.code_page import CodePage
from codes.queries.ncci import (
    MODIFIER_INDICATORS,
    PROCEDURE_SYSTEMS,
    PTP_SETTINGS,
    AddOns,
    Direction,
    Meaning,
    Pair,
    Setting,
    Units,
    add_on_rows_on,
    add_ons_of,
    as_pairs,
    count_name,
    edits_of,
    mue_of,
    mue_rows_on,
    newest,
    rationales_of,
    read_range,
    url_of,
)
from codes.queries.releases import past_period_note
from codes.queries.rows_together import rows_together

SHOWN_ON_CODE_PAGE = 5
CODES_ON_CODE_PAGE = 24
PAIRS_PER_PAGE = 100
_PAIR_COLUMNS = [
    "setting",
    "column one",
    "column two",
    "modifier indicator",
    "modifier",
    "rationale",
    "effective date",
    "deletion date",
    "release",
]


@dataclass(frozen=True)
class Side:
    """The pairs of a code on one side: how many in all, and those to show."""

    direction: Direction
    count: int
    pairs: list[Pair] = field(default_factory=list)

    @property
    def is_column_one(self) -> bool:
        return self.direction is Direction.AS_COLUMN_ONE

    @property
    def more_count(self) -> int:
        return self.count - len(self.pairs)


class CodeLinks(list):
    """Links to codes (`value`, `url`), of which `more_count` further ones are left out."""

    def __init__(self, values: list[str], most: int | None):
        shown = values[:most]
        super().__init__({"value": value, "url": url_of(value)} for value in shown)
        self.more_count = len(values) - len(shown)


@dataclass(frozen=True)
class SettingCount:
    """A setting to switch to, with the number of the code's pairs in it."""

    setting: Setting
    count: int

    @property
    def label(self) -> str:
        return self.setting.label


@dataclass(frozen=True)
class NcciEdits:
    """What NCCI says of a code on a date of service.

    `release` is that of the pairs, None where none of the setting is loaded. `page_obj`, `asked`,
    `error` and `has_ended` belong to the full section: its page of pairs, the filter, what is
    wrong with it, and whether the pairs are those that ended before the date.
    """

    code: str
    date_of_service: date
    is_today: bool
    setting: Setting
    settings: list[SettingCount]
    release: Release | None
    note: str
    sides: list[Side]
    units: list[Units]
    add_ons: AddOns
    side: Side | None = None
    page_obj: Page | None = None
    asked: str = ""
    error: str = ""
    has_ended: bool = False
    page: CodePage | None = field(default=None, repr=False, compare=False)

    @property
    def count(self) -> int:
        return sum(side.count for side in self.sides)

    @property
    def date_query(self) -> str:
        """What keeps the date of service in an address; '' for today."""
        return "" if self.is_today else f"?date={self.date_of_service:%Y-%m-%d}"

    @property
    def modifier_meanings(self) -> list[tuple[int, Meaning]]:
        """The indicators that edits in force have."""
        return [(number, MODIFIER_INDICATORS[number]) for number in (0, 1)]

    @property
    def primary_links(self) -> CodeLinks:
        return CodeLinks(self.add_ons.rule.primaries, self._most_codes)

    @property
    def add_on_links(self) -> CodeLinks:
        return CodeLinks(self.add_ons.add_ons, self._most_codes)

    @property
    def _most_codes(self) -> int | None:
        return None if self.side else CODES_ON_CODE_PAGE

    @property
    def units_sources(self) -> list[str]:
        """The tables the units come from; one line where all are of one release."""
        names = {item.release.name for item in self.units}
        if len(names) == 1:
            return [f"NCCI MUE tables, {names.pop()}"]
        return [str(item.release) for item in self.units]

    @property
    def has_units(self) -> bool:
        return any(item.value for item in self.units)


def ncci_count(page: CodePage) -> int:
    """Whether there is anything to say; that a code stands in no pair is a fact too."""
    if page.code.system not in PROCEDURE_SYSTEMS:
        return 0
    counts = [number for name, number in page.row_counts.items() if name.startswith("ncci ")]
    return sum(counts) or int(bool(_settings(page)))


def ncci_facts(page: CodePage) -> str:
    """The open line of a locked section: `147 pairs in force, 2024 Q3`; '' if none are loaded."""
    setting = _setting(page, "")
    release = newest(setting.ptp_source, page.releases)
    if release is None:
        return ""
    count = _count(page, setting)
    said = f"{f'{count:,}' if count else 'No'} pair{'s' if count > 1 else ''} in force"
    return f"{said}, {release.name}"


def ncci_of(page: CodePage) -> NcciEdits:
    """The first pairs of each side, the units and the add-on codes, for the code's page."""
    return _edits(page, _setting(page, ""), SHOWN_ON_CODE_PAGE)


def ncci_in_full(page: CodePage, asked: Mapping[str, str]) -> NcciEdits:
    """A page of the pairs of one side: `setting`, `column` (one or two), `q` (a code, its
    beginning or a range), `pairs` (`ended`, else those in force) and `page` are taken from the
    address.
    """
    setting = _setting(page, asked.get("setting", ""))
    between, error = read_range(asked.get("q", ""))
    has_ended = asked.get("pairs") == "ended"
    counts = {direction: page.row_counts[count_name(setting, direction)] for direction in Direction}
    if between or has_ended:
        counts = {
            direction: _filtered(page, setting, direction, between, has_ended).count()
            for direction in Direction
        }
    direction = _direction(asked.get("column", ""), counts)
    edits = _filtered(page, setting, direction, between, has_ended)
    paginator = Paginator(edits, PAIRS_PER_PAGE)
    paginator.count = counts[direction]
    page_obj = paginator.get_page(asked.get("page"))
    shown = _edits(page, setting, 0)
    rationales = _rationales(rationales_of([shown.release.pk]) if shown.release else [])
    side = Side(direction, counts[direction], as_pairs(page_obj, rationales))
    sides = [Side(each, counts[each]) for each in Direction]
    return replace(
        shown,
        sides=sides,
        side=side,
        page_obj=page_obj,
        asked=asked.get("q", "").strip()[:40],
        error=error,
        has_ended=has_ended,
        page=page,
    )


def ncci_table(content: NcciEdits) -> tuple[list[str], list[list]]:
    """Every pair of the code in the setting, both sides, that the filter lets through."""
    page, release = content.page, content.release
    if page is None or release is None:
        return _PAIR_COLUMNS, []
    between, _ = read_range(content.asked)
    rationales = _rationales(rationales_of([release.pk]))
    rows = []
    for direction in Direction:
        edits = _filtered(page, content.setting, direction, between, content.has_ended)
        rows += [
            [
                content.setting.label,
                pair.column_one,
                pair.column_two,
                pair.modifier_indicator,
                pair.modifier.short,
                pair.rationale,
                pair.since.isoformat(),
                pair.until.isoformat() if pair.until else "",
                release.name,
            ]
            for pair in as_pairs(edits, rationales)
        ]
    return _PAIR_COLUMNS, rows


def _edits(page: CodePage, setting: Setting, shown: int) -> NcciEdits:
    code, day, releases = page.code, page.date_of_service, page.releases
    release = newest(setting.ptp_source, releases)
    wanted = {
        "mue": mue_rows_on(code, releases, day),
        "add-on": add_on_rows_on(code, releases, day),
    }
    if shown and release:
        wanted["rationales"] = rationales_of([release.pk])
        for direction in Direction:
            if page.row_counts[count_name(setting, direction)]:
                wanted[direction] = _filtered(page, setting, direction, None)[:shown]
    rows = rows_together(wanted)
    rationales = _rationales(rows.get("rationales", []))
    return NcciEdits(
        code=code.printed,
        date_of_service=day,
        is_today=page.is_today,
        setting=setting,
        settings=_settings(page),
        release=release,
        note=past_period_note(release, day),
        sides=[
            Side(
                direction,
                page.row_counts[count_name(setting, direction)],
                as_pairs(rows.get(direction, []), rationales),
            )
            for direction in Direction
        ],
        units=mue_of(code.value, day, releases, rows["mue"]),
        add_ons=add_ons_of(code.value, day, releases, rows["add-on"]),
    )


def _filtered(
    page: CodePage, setting: Setting, direction: Direction, between, has_ended: bool = False
):
    return edits_of(
        page.code.value,
        setting,
        direction,
        page.date_of_service,
        page.releases,
        between,
        has_ended=has_ended,
    )


def _rationales(rows) -> dict[int, str]:
    return {row.number: row.text for row in rows}


def _settings(page: CodePage) -> list[SettingCount]:
    """The settings whose pairs are loaded."""
    return [
        SettingCount(setting, _count(page, setting))
        for setting in PTP_SETTINGS
        if newest(setting.ptp_source, page.releases)
    ]


def _count(page: CodePage, setting: Setting) -> int:
    return sum(page.row_counts[count_name(setting, direction)] for direction in Direction)


def _setting(page: CodePage, asked: str) -> Setting:
    """The setting asked for, else the first one loaded."""
    loaded = [item.setting for item in _settings(page)]
    if asked in PTP_SETTINGS:
        return Setting(asked)
    return loaded[0] if loaded else Setting.PRACTITIONER


def _direction(asked: str, counts: dict[Direction, int]) -> Direction:
    """The side asked for, else the one with pairs; where both have some, column two: it says
    beside which codes this one is not paid.
    """
    if asked in list(Direction):
        return Direction(asked)
    is_two = counts[Direction.AS_COLUMN_TWO] or not counts[Direction.AS_COLUMN_ONE]
    return Direction.AS_COLUMN_TWO if is_two else Direction.AS_COLUMN_ONE
