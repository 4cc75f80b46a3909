"""Postings from a CSV file and from schema.org JobPosting in JSON, as the form's own fields.

Each row becomes the data of `PostingForm`, which says what is wrong with it as on the page. What
a feed tells as HTML is turned into Markdown of its words: paragraphs, lists and headings.
"""

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from lxml import etree

from careers.forms.posting import LONGEST
from careers.models import Credential, Posting, Specialty
from careers.states import STATES, state_code
from careers.zip_codes import is_zip_code

MOST_ROWS = 500
COLUMNS = (
    "id", "title", "description", "employment_type", "workplace", "places", "remote_states",
    "pay_min", "pay_max", "pay_unit", "credentials", "specialty", "level", "code_systems",
    "software", "expectations", "apply_url", "apply_email", "valid_through",
)  # fmt: skip
NEEDED = ("title", "description")


class PostingFileError(ValueError):
    """A file that holds no postings that can be read; the text is a sentence."""


@dataclass(frozen=True)
class Row:
    """One posting as read: where it stood, its own number, the form's data."""

    place: str
    external_id: str
    data: dict[str, Any]


@dataclass(frozen=True)
class _Lists:
    """The keys of the board's lists, read once a file: of credentials by their abbreviations in
    upper case, of specialties by their names in lower case.
    """

    credentials: dict[str, int]
    specialties: dict[str, int]


def _read_lists() -> _Lists:
    credentials = Credential.objects.values_list("abbreviation", "pk")
    specialties = Specialty.objects.values_list("name", "pk")
    return _Lists(
        {abbreviation.upper(): key for abbreviation, key in credentials},
        {name.lower(): key for name, key in specialties},
    )


def read_csv(content: bytes) -> list[Row]:
    """The rows of a CSV file in UTF-8 with a header. Raises PostingFileError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PostingFileError("The file is not text in UTF-8. Save it as “CSV UTF-8”.") from None
    if "\x00" in text:
        raise PostingFileError("The file is not a CSV file.")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise PostingFileError(f"The file is not a sound CSV file: {error}.") from None
    if not lines:
        raise PostingFileError("The file is empty.")
    header = [name.strip().lower().replace(" ", "_") for name in lines[0]]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise PostingFileError(
            f"The first line must name the columns; {' and '.join(missing)} is missing. Known are: "
            f"{', '.join(COLUMNS)}."
        )
    unknown = [name for name in header if name and name not in COLUMNS]
    if unknown:
        raise PostingFileError(
            f"Column “{unknown[0][:40]}” is not known. Known are: {', '.join(COLUMNS)}."
        )
    numbered = enumerate(lines[1:], 2)
    filled = [(number, values) for number, values in numbered if any(map(str.strip, values))]
    _refuse_too_many(filled)
    lists, rows = _read_lists(), []
    for number, values in filled:
        told = {n: v.strip() for n, v in zip(header, values, strict=False) if n}
        rows.append(Row(f"Row {number}", told.get("id", "")[:200], _from_csv(told, lists)))
    return rows


def read_json(content: bytes) -> list[Row]:
    """The JobPosting objects of a JSON document, in a list, an @graph or an ItemList."""
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise PostingFileError("The address does not answer with JSON.") from None
    found = list(_job_postings(document, 0))
    if not found:
        raise PostingFileError("The JSON holds no schema.org JobPosting.")
    _refuse_too_many(found)
    lists = _read_lists()
    return [
        Row(f"Posting {number}", _identifier(job), _from_schema(job, lists))
        for number, job in enumerate(found, 1)
    ]


def _refuse_too_many(postings: list) -> None:
    if len(postings) > MOST_ROWS:
        raise PostingFileError(
            f"{len(postings):,} postings are too many at once; {MOST_ROWS} are read."
        )


def _from_csv(told: dict[str, str], lists: _Lists) -> dict[str, Any]:
    get = told.get
    data = {
        "title": get("title", ""),
        "description": get("description", ""),
        "employment_type": _choice(Posting.Type, get("employment_type", "")) or "FULL_TIME",
        "workplace": _choice(Posting.Workplace, get("workplace", "")) or _workplace(told),
        "places": "\n".join(_parts(get("places", ""), ";|")),
        "remote_states": [state_code(each) or each for each in _parts(get("remote_states", ""))],
        "pay_min": get("pay_min", "").replace("$", "").replace(",", ""),
        "pay_max": get("pay_max", "").replace("$", "").replace(",", ""),
        "pay_unit": _choice(Posting.PayUnit, get("pay_unit", "")) or "HOUR",
        "level": _choice(Posting.Level, get("level", "")),
        "code_systems": [
            _choice(Posting.CodeSystem, each) or each for each in _parts(get("code_systems", ""))
        ],
        "software": get("software", ""),
        "expectations": get("expectations", ""),
        "valid_through": get("valid_through", "") or _default_last_day(),
        "credentials": _credentials(_parts(get("credentials", "")), lists),
        "specialty": lists.specialties.get(get("specialty", "").lower()),
    }
    return data | _applying(get("apply_url", ""), get("apply_email", ""))


def _workplace(told: dict[str, str]) -> str:
    return "onsite" if told.get("places") else "remote"


def _from_schema(job: dict, lists: _Lists) -> dict[str, Any]:
    places = [_schema_place(each) for each in _listed(job.get("jobLocation"))]
    is_remote = "TELECOMMUTE" in [str(each).upper() for each in _listed(job.get("jobLocationType"))]
    salary = _object(job.get("baseSalary"))
    value = _object(salary.get("value")) if isinstance(salary.get("value"), dict) else salary
    low = value.get("minValue", value.get("value"))
    unit = str(value.get("unitText", "YEAR")).upper()
    states = [
        code
        for each in _listed(job.get("applicantLocationRequirements"))
        if (code := state_code(re.split(r",", _text(_object(each).get("name")))[0]))
    ]
    types = [str(each).upper() for each in _listed(job.get("employmentType"))]
    last = _day(job.get("validThrough"))
    latest = timezone.localdate() + timedelta(days=LONGEST)
    words = (
        f"{_text(job.get('title'))} {_text(job.get('qualifications'))} {_text(job.get('skills'))}"
    )
    data = {
        "title": _text(job.get("title"))[:100],
        "description": html_to_markdown(_text(job.get("description"))),
        "employment_type": next((t for t in types if t in Posting.Type.values), "FULL_TIME"),
        "workplace": "remote" if is_remote else "onsite",
        "places": "\n".join(filter(None, places)),
        "remote_states": states if is_remote else [],
        "pay_min": _text(low),
        "pay_max": _text(value.get("maxValue", value.get("value"))),
        "pay_unit": unit if unit in Posting.PayUnit.values else "YEAR",
        "level": "",
        "code_systems": [],
        "software": "",
        "expectations": "",
        "valid_through": f"{min(last, latest)}" if last else _default_last_day(),
        "credentials": _credentials(re.findall(r"\b[A-Z][A-Z-]{2,}\b", words), lists),
        "specialty": None,
    }
    url = _text(job.get("url")) or _text(_object(job.get("mainEntityOfPage")).get("@id"))
    return data | _applying(url, "")


def _applying(url: str, email: str) -> dict[str, str]:
    by = "link" if url else "email" if email else "here"
    return {"apply_by": by, "apply_url": url, "apply_email": email}


def _default_last_day() -> str:
    return f"{timezone.localdate() + timedelta(days=30)}"


def _credentials(names: list[str], lists: _Lists) -> list[int]:
    wanted = {name.upper() for name in names}
    return [key for abbreviation, key in lists.credentials.items() if abbreviation in wanted]


def _choice(choices, text: str) -> str:
    """The value whose value or label the text is, in any case; '' for none."""
    wanted = re.sub(r"[^a-z0-9]", "", text.lower())
    for value, label in choices.choices:
        if wanted and wanted in (
            re.sub(r"[^a-z0-9]", "", value.lower()),
            re.sub(r"[^a-z0-9]", "", label.lower()),
        ):
            return value
    return ""


def _parts(text: str, marks: str = ",;|") -> list[str]:
    return [part.strip() for part in re.split(f"[{marks}\n]", text) if part.strip()]


def _job_postings(node: Any, depth: int):
    if depth > 6:
        return
    if isinstance(node, list):
        for each in node:
            yield from _job_postings(each, depth + 1)
    elif isinstance(node, dict):
        if "JobPosting" in _listed(node.get("@type")):
            yield node
        else:
            for name in ("@graph", "itemListElement", "item", "jobs", "items"):
                yield from _job_postings(node.get(name), depth + 1)


def _identifier(job: dict) -> str:
    given = job.get("identifier")
    value = _object(given).get("value") if isinstance(given, dict) else given
    return (_text(value) or _text(job.get("@id")) or _text(job.get("url")))[:200]


def _schema_place(place: Any) -> str:
    address = _object(_object(place).get("address"))
    city, state = (
        _text(address.get("addressLocality")),
        state_code(_text(address.get("addressRegion"))),
    )
    zip_code = _text(address.get("postalCode"))
    if not city or state not in STATES:
        return ""
    return f"{city}, {state} {zip_code if is_zip_code(zip_code) else ''}".strip()


def _listed(value: Any) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


def _object(value: Any) -> dict:
    if isinstance(value, list):
        value = value[0] if value else {}
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """A text or number without what no database takes: NUL, and halves of surrogate pairs."""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        text = str(value).replace("\x00", "").encode("utf-8", "ignore").decode()
        return text.strip()
    return ""


def _day(value: Any) -> date | None:
    """The day of a date or moment in ISO 8601; None for anything else."""
    try:
        return date.fromisoformat(_text(value)[:10])
    except ValueError:
        return None


def html_to_markdown(html: str) -> str:
    """The words of an HTML text with its paragraphs, points and headings; a plain text as it is.

    Read by lxml, in time that grows as the text does: for some texts of five megabytes the
    standard library's parser takes hours.
    """
    if not re.search(r"<\w[^<>]*>", html):
        return html.strip()
    parser = etree.HTMLParser(target=_Words(), encoding="utf-8", no_network=True)
    text = re.sub(r"[ \t]+", " ", etree.fromstring(html.encode(), parser))
    return re.sub(r" ?\n ?", "\n", re.sub(r"\n[ \n]*\n", "\n\n", text)).strip()


class _Words:
    """Gathers words for lxml, which calls its methods; what is in a script or a style is none."""

    def __init__(self):
        self.parts: list[str] = []
        self.hidden = 0

    def start(self, tag, attributes):
        if tag in ("script", "style"):
            self.hidden += 1
        elif tag == "li":
            self.parts.append("\n- ")
        elif re.fullmatch(r"h[1-6]", tag):
            self.parts.append("\n\n## ")
        elif tag == "br":
            self.parts.append("\n")
        elif tag in ("p", "div", "ul", "ol"):
            self.parts.append("\n\n")

    def end(self, tag):
        if tag in ("script", "style"):
            self.hidden = max(self.hidden - 1, 0)
        elif tag in ("p", "div", "ul", "ol") or re.fullmatch(r"h[1-6]", tag):
            self.parts.append("\n\n")

    def data(self, text):
        if not self.hidden:
            self.parts.append(re.sub(r"\s+", " ", text))

    def close(self) -> str:
        return "".join(self.parts)
