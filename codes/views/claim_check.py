"""The claim checker: a form that leads to a link, and what the link finds. Nothing is stored."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from accounts.allowances import claim_check_allowance
from codes.csv_download import csv_response
from codes.models import CodeSystem, printed_value
from codes.queries.claim_check.check import ClaimCheck, check_claim
from codes.queries.claim_check.claim import MOST_DIAGNOSES, MOST_LINES, Claim, read_claim
from codes.queries.claim_check.written_claim import MOST_BYTES, WrittenClaim, read_csv, read_text
from codes.queries.official_text import publisher_lines_of
from codes.queries.releases import published_releases

CSV_HEADER = ["severity", "finding", "codes", "lines", "sentence", "detail", "release"]
_FEWEST_ROWS = 3
_MORE_ROWS = 5


@dataclass(frozen=True)
class FormRow:
    """A row of the form: the text of each of its fields."""

    number: int
    code: str = ""
    modifiers: str = ""
    units: str = ""
    pos: str = ""
    dx: str = ""
    date: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def claim_check(request):
    """The form; with a claim in the address, its findings. A POST leads to the claim's address.

    Context: `claim`; `check` (ClaimCheck) or None; `problems`, sentences; `allowance`, the number
    of codes the reader may check; `is_over_allowance`; `rows` (FormRow), `dx_text`, `pasted`,
    `settings_offered`; `publisher_lines` of the releases it rests on; `csv_url`.
    """
    allowance = claim_check_allowance(request.user)
    if request.method == "POST":
        return _posted(request, allowance)
    claim = read_claim(request.GET, timezone.localdate())
    is_asked = not claim.is_empty
    is_over = claim.is_over(allowance)
    check = None
    if is_asked and not claim.problems and not is_over and (claim.lines or claim.diagnoses):
        check = check_claim(claim, published_releases())
    if check and request.GET.get("format") == "csv":
        return csv_response(f"claim check {claim.date_of_service}", CSV_HEADER, _csv_rows(check))
    return _page(request, allowance, claim, check, list(claim.problems), is_over=is_over)


def _page(request, allowance, claim, check, problems, *, is_over=False, rows=None, pasted=""):
    context = {
        "claim": claim,
        "check": check,
        "problems": problems,
        "allowance": allowance,
        "dx_allowance": min(allowance, MOST_DIAGNOSES),
        "is_over_allowance": is_over,
        "rows": rows or _rows(claim, allowance),
        "dx_text": " ".join(printed_value(CodeSystem.ICD_10_CM, dx) for dx in claim.diagnoses),
        "pasted": pasted,
        "publisher_lines": publisher_lines_of(check.releases) if check else [],
        "link": f"{reverse('claim_check')}?{claim.query}",
        "csv_url": f"?{claim.query}&format=csv" if check else "",
        "canonical_url": settings.SITE_URL + reverse("claim_check"),
    }
    return render(request, "codes/claim_check.html", context)


def _rows(claim: Claim, allowance: int, more: int = 0) -> list[FormRow]:
    filled = [
        FormRow(
            position,
            line.value,
            " ".join(line.modifiers),
            "" if line.units == 1 else str(line.units),
            "" if line.place == claim.place else line.place,
            " ".join(map(str, line.pointers)),
            ""
            if line.date_of_service == claim.date_of_service
            else line.date_of_service.isoformat(),
        )
        for position, line in enumerate(claim.lines, start=1)
    ]
    return _with_blank(filled, allowance, more)


def _with_blank(rows: list[FormRow], allowance: int, more: int) -> list[FormRow]:
    wanted = max(len(rows) + (more or 1), _FEWEST_ROWS)
    count = max(len(rows), min(wanted, allowance, MOST_LINES))
    return rows + [FormRow(position) for position in range(len(rows) + 1, count + 1)]


def _posted(request, allowance: int):
    """The form, the pasted text or the file, as a link; what cannot be read comes back with it."""
    form = request.POST
    written, problems = _written(request)
    query = QueryDict(mutable=True)
    for name in ("date", "setting", "state", "zip", "locality", "pos"):
        value = form.get(name, "").strip()
        if value:
            query[name] = value[:20]
    query.setlist("dx", written.diagnoses)
    query.setlist("line", written.lines)
    claim = read_claim(query, timezone.localdate())
    problems += written.problems + list(claim.problems)
    wants_rows = "more" in form
    if not problems and not wants_rows and not written.lines and not written.diagnoses:
        problems.append("Enter at least one code.")
    if problems or wants_rows:
        filled = _form_rows(form)
        rows = _with_blank(filled, allowance, _MORE_ROWS if wants_rows else 0)
        pasted = form.get("text", "")[:MOST_BYTES]
        shown = [] if wants_rows else problems
        return _page(request, allowance, claim, None, shown, rows=rows, pasted=pasted)
    # An address has room for a claim of this size: fifty lines are some 1,500 characters.
    return HttpResponseRedirect(f"{reverse('claim_check')}?{claim.query}")


def _written(request) -> tuple[WrittenClaim, list[str]]:
    """What the form's part that was sent says."""
    form, problems = request.POST, []
    if form.get("how") == "text":
        return read_text(form.get("text", "")), problems
    if form.get("how") == "file":
        upload = request.FILES.get("file")
        if upload is None:
            return WrittenClaim(), ["Choose a CSV file."]
        return read_csv(upload.read(MOST_BYTES + 1)), problems
    written = read_text(f"dx {form.get('dx', '')}") if form.get("dx", "").strip() else None
    written = written or WrittenClaim()
    for row in _form_rows(form):
        _add_row(written, row)
    return written, problems


def _form_rows(form) -> list[FormRow]:
    names = ("code", "modifiers", "units", "line_pos", "line_dx", "line_date")
    columns = [[text.strip()[:40] for text in form.getlist(name)][:MOST_LINES] for name in names]
    count = len(columns[0])
    columns = [column + [""] * (count - len(column)) for column in columns]
    rows = [cells for cells in zip(*columns, strict=False) if any(cells)]
    return [FormRow(position, *cells) for position, cells in enumerate(rows, start=1)]


def _add_row(written: WrittenClaim, row: FormRow) -> None:
    if not row.code:
        written.problems.append(f"Line {row.number} has no code.")
        return
    pointers = row.dx.replace(",", " ").split()
    if not all(item.isdecimal() and item.isascii() and len(item) < 3 for item in pointers):
        written.problems.append(
            f"Line {row.number}: a line points to diagnoses by their numbers, such as 1 3."
        )
        return
    written.add(
        row.code.replace(" ", ""),
        row.modifiers.replace(",", " ").split(),
        row.units,
        row.pos,
        row.date,
        [int(item) for item in pointers],
    )


def _csv_rows(check: ClaimCheck):
    for item in check.findings:
        yield [
            item.severity,
            item.kind,
            " ".join(item.codes),
            " ".join(map(str, item.lines)),
            item.sentence,
            item.detail,
            item.release or "",
        ]
    for day in check.estimates:
        for line in day.lines:
            amount = "" if line.amount is None else f"{line.amount:.2f}"
            how = " ".join(line.steps) or line.reason
            yield ["", "estimate", line.line.value, line.line.number, amount, how, ""]
