"""Diagnoses to condition categories of CMS's risk models: the mappings, and the labels.

Two CSV files make a release. `diagnosis_code,cc,model_name` maps; a diagnosis may count in several
models, and twice in one. `cc,label,model_domain,model_version,model_fullname` names the categories
(HCC18, RXHCC30). The mappings call the drug models `RxHCC Model V08`, the labels R08.

The release is that of a payment year, which rests on the diagnoses of the year before (CMS,
42 CFR 422.310): it holds from 1 January of that year.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from codes.importers.official_file import OfficialFile, one_line, text_of
from codes.importers.release_names import ReleaseName
from codes.importers.rows import FileProblem, LeftOut, Rejected
from codes.models import CodeSystem, HccMapping, Source, has_form_of, stored_value

SOURCE = Source.HCC_MAPPINGS
FORMAT = "mappings and labels"
IS_SET = True

_MAPPING_COLUMNS = ["diagnosis_code", "cc", "model_name"]
_LABEL_COLUMNS = ["cc", "label", "model_domain", "model_version", "model_fullname"]
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_MODEL = re.compile(r"(?P<family>CMS-HCC|RxHCC)(?P<esrd> ESRD)? Model V(?P<version>\d\d)")

_Label = tuple[str, str, int]  # domain, version, category


class MappingRow(NamedTuple):
    """A diagnosis in a category; columns as in `codes.models.HccMapping`."""

    line: int
    value: str
    model: str
    category: int
    label: str


TABLES = {MappingRow: HccMapping}
KEYS = {MappingRow: ("value", "model", "category")}


def release_on(day: date) -> ReleaseName:
    return ReleaseName(f"Payment year {day.year + 1}", day)


def recognizes(file: OfficialFile) -> bool:
    return _columns(file) in (_MAPPING_COLUMNS, _LABEL_COLUMNS)


def _columns(file: OfficialFile) -> list[str]:
    if not file.head_lines:
        return []
    first = file.head_lines[0].removeprefix("\ufeff").strip()
    return [name.strip().lower() for name in first.split(",")]


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the year in the names, which is the payment year."""
    year = next((found for name in file.names if (found := _YEAR.search(name))), None)
    return release_on(date(int(year[1]) - 1, 1, 1)) if year else None


def read(*files: OfficialFile) -> Iterator[MappingRow | Rejected | LeftOut]:
    by_hash = {file.sha256: file for file in files}.values()
    mappings = [file for file in by_hash if _columns(file) == _MAPPING_COLUMNS]
    of_labels = [file for file in by_hash if _columns(file) == _LABEL_COLUMNS]
    if len(mappings) != 1 or len(of_labels) != 1:
        raise FileProblem(
            f"{', '.join(file.title for file in files)}: expected one file of mappings "
            f"({','.join(_MAPPING_COLUMNS)}) and one of labels ({','.join(_LABEL_COLUMNS)}). "
            "Give both, of one payment year."
        )
    labels: dict[_Label, str] = {}
    for number, cells in _lines(of_labels[0]):
        found = re.fullmatch(r"(?:RX)?HCC(\d+)", cells[0]) if len(cells) == 5 else None
        if found:
            labels[cells[2], cells[3], int(found[1])] = one_line(cells[1])
        elif cells:
            yield Rejected(number, f"labels: {','.join(cells)[:60]!r} has no HCC and its label.")
    for number, cells in _lines(mappings[0]):
        yield _row(number, cells, labels) if cells else LeftOut(number)


def _lines(file: OfficialFile) -> Iterator[tuple[int, list[str]]]:
    """The lines below the header as cells; [] of a blank one."""
    for number, raw in file.lines():
        if number > 1:
            yield number, next(csv.reader([text_of(raw)]), [])


def _row(number: int, cells: list[str], labels: dict[_Label, str]) -> MappingRow | Rejected:
    if len(cells) != 3:
        return Rejected(number, f"{','.join(cells)[:60]!r}: expected {','.join(_MAPPING_COLUMNS)}.")
    value, category, model = stored_value(cells[0]), cells[1].strip(), one_line(cells[2])
    if not has_form_of(CodeSystem.ICD_10_CM, value):
        return Rejected(number, f"{cells[0][:20]!r} is not an ICD-10-CM code.")
    if not category.isdecimal() or int(category) > 999:
        return Rejected(number, f"{value}: category {category[:20]!r}; expected a number.")
    found = _MODEL.fullmatch(model)
    if not found:
        return Rejected(
            number,
            f"{value}: model {model[:40]!r}; expected one such as 'CMS-HCC Model V28'.",
        )
    label = labels.get((*_label_key(found), int(category)), "")
    return MappingRow(number, value, model, int(category), label)


def _label_key(model: re.Match) -> tuple[str, str]:
    """The domain and version under which the labels name a model."""
    if model["family"] == "RxHCC":
        return "RxHCC", f"R{model['version']}"
    return ("ESRD" if model["esrd"] else "CMS-HCC"), f"V{model['version']}"
