"""The layout that NCHS's indexes and tables of ICD-10-CM share, as XML: terms within terms.

A term has a title (nonessential modifiers marked up in it), and a code, a reference (see, see
also, see category or subcategory), or, in the tables, a cell for each column. A dash after a code
says that further characters are needed; a dash alone that there is none.

Oddity: one term of the neoplasm table (book-leaf) holds words where others have a manifestation
code; they are part of what it means and go to its title.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from codes.importers.official_file import OfficialFile, one_line
from codes.importers.rows import LeftOut, Rejected
from codes.importers.xml_elements import Step, steps
from codes.models import CodeSystem, IndexEntry, has_form_of, stored_value

_DASHES = re.compile(r"-+")


class TermRow(NamedTuple):
    """A line or cell; columns as in `codes.models.IndexEntry`."""

    line: int
    terms: list[str]
    column: str
    code: str
    is_incomplete: bool
    manifestation: str
    see: str
    see_also: str


TABLES = {TermRow: IndexEntry}


def is_index(file: OfficialFile, title: str) -> bool:
    """Whether the file is an index whose beginning has the title, a regular expression."""
    beginning = "\n".join(file.head_lines[:20])
    return "<ICD10CM.index" in beginning and re.search(title, beginning, re.IGNORECASE) is not None


@dataclass
class _Term:
    """An open term. `is_told` once its rows are yielded: its own terms follow them."""

    line: int
    title: str = ""
    codes: list[tuple[str, str]] = field(default_factory=list)  # (column, printed code)
    manifestation: str = ""
    see: list[str] = field(default_factory=list)
    see_also: list[str] = field(default_factory=list)
    is_told: bool = False


def read(file: OfficialFile) -> Iterator[TermRow | Rejected | LeftOut]:
    columns: dict[str, str] = {}
    terms: list[_Term] = []
    for step in steps(file, whole=("title",)):
        if not step.is_end:
            if step.tag in ("mainTerm", "term"):
                yield from _rows(terms)
                terms.append(_Term(step.line))
        elif step.tag == "head":
            columns[step.element.get("col", "")] = step.text
        elif step.tag in ("mainTerm", "term"):
            yield from _rows(terms)
            terms.pop()
        elif terms and step.within in ("mainTerm", "term"):
            _take(terms[-1], step, columns)


def _take(term: _Term, step: Step, columns: dict[str, str]) -> None:
    text = step.text
    if step.tag == "title":
        term.title = _title(step)
    elif step.tag == "code":
        term.codes.append(("", text))
    elif step.tag == "cell":
        column = step.element.get("col", "")
        if text and not _DASHES.fullmatch(text):
            term.codes.append((columns.get(column, column), text))
    elif step.tag == "manif":
        if _code_of(text)[0]:
            term.manifestation = text
        else:
            term.title = f"{term.title} ({text})"
    elif step.tag == "see":
        term.see.append(text)
    elif step.tag == "seecat":
        term.see.append(f"category {text}")
    elif step.tag == "subcat":
        term.see.append(f"subcategory {text}")
    elif step.tag == "seeAlso":
        term.see_also.append(text)


def _title(step: Step) -> str:
    """The title with a blank before and after its nonessential modifiers, as it is printed."""
    parts = [step.element.text or ""]
    for child in step.element:
        parts += ["".join(child.itertext()), child.tail or ""]
    return one_line(" ".join(parts)).replace(" ,", ",")


def _code_of(text: str) -> tuple[str, bool]:
    """The stored value of a printed code and whether it is incomplete; '' where it is none."""
    printed = text.strip()
    value = stored_value(printed.rstrip("-"))
    is_code = has_form_of(CodeSystem.ICD_10_CM, value)
    return (value if is_code else ""), printed.endswith("-")


def _rows(terms: list[_Term]) -> Iterator[TermRow | Rejected]:
    """The rows of the innermost open term, once."""
    if not terms or terms[-1].is_told:
        return
    term = terms[-1]
    term.is_told = True
    if not term.title:
        yield Rejected(term.line, "a term without a title.")
        return
    path = [item.title for item in terms]
    see, see_also = "; ".join(term.see), "; ".join(term.see_also)
    if not term.codes:
        yield TermRow(term.line, path, "", "", False, term.manifestation, see, see_also)
    for column, printed in term.codes:
        code, is_incomplete = _code_of(printed)
        if not code:
            yield Rejected(
                term.line, f"{', '.join(path)[:120]}: {printed[:20]!r} is not an ICD-10-CM code."
            )
            continue
        yield TermRow(
            term.line, path, column, code, is_incomplete, term.manifestation, see, see_also
        )
