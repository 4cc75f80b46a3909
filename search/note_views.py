"""Note coding: a note comes in with a POST, its codes go out with the answer, and nothing stays."""

from datetime import date

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import daily_allowance
from accounts.daily_allowance import Kind
from accounts.guest import guest_of, keep_guest
from codes.csv_download import csv_response
from codes.queries.code_forms import CodeSystem
from codes.queries.official_text import publisher_lines_of_systems
from codes.queries.opps import date_note
from codes.queries.releases import published_releases, source_of
from codes.queries.service_date import read_service_date
from search.identifiers import masked
from search.notes.coding import coded, is_ready
from search.notes.review import Review, review
from search.notes.submitted import (
    MOST_BYTES,
    MOST_CHARACTERS,
    Refused,
    is_token_for,
    text_of,
    token_for,
)

SECONDS_TO_WAIT = 30  # for an index that is being made
CSV_HEADER = [
    "code_system",
    "code",
    "description",
    "complete",
    "confidence",
    "words_of_the_note",
    "publisher",
]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_exempt  # until the size is known; the view below it is protected
def note_coding(request):
    """The codes of a note. The request is read only where it is small enough to stay in memory."""
    if request.method == "POST":
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit() or int(length) > MOST_BYTES:
            text = f"The file is too large: a note has at most {MOST_CHARACTERS:,} characters."
            return _page(request, {"error": text, "date_of_service": timezone.localdate()}, 413)
        # Never into a file on disk.
        request.upload_handlers = [MemoryFileUploadHandler(request)]
    response = _note_coding(request)
    if request.method == "POST" and not request.user.is_authenticated and not guest_of(request):
        keep_guest(request, response)
    return response


@csrf_protect
@sensitive_post_parameters()
@sensitive_variables()
def _note_coding(request):
    """Context: `allowance`; `note`, the masked text to show in the box; `error`, a sentence about
    what was handed in; `is_both` where words were pasted beside the file that was read;
    `is_not_ready` while there is no index; `refused`, an Allowance that is used up; `review`
    (Review), `publisher_lines` of the texts in it, `date_told` where no ICD-10-CM of that day
    is loaded, `masked_counts`, `token`; `date_of_service`, `date_error`, `most_characters`,
    `member_notes`.
    """
    today = timezone.localdate()
    date_of_service, date_error = read_service_date(request.POST.get("date", ""), today)
    context = {"date_of_service": date_of_service, "date_error": date_error}
    if request.method != "POST":
        return _page(request, context)
    try:
        handed_in = text_of(request.POST.get("note", ""), request.FILES.get("file"))
    except Refused as refused:
        # What is too long or no text is not sent back; the browser's "back" still has it.
        return _page(request, {**context, "error": str(refused)}, 422)
    is_both = bool(request.FILES.get("file")) and bool(request.POST.get("note", "").strip())
    found = masked(handed_in)
    context |= {"note": found.text, "masked_counts": found.counts, "is_both": is_both}
    is_again = is_token_for(request.POST.get("token", ""), handed_in)
    if request.POST.get("action") == "edit":
        return _page(request, context)
    if not is_ready():
        response = _page(request, {**context, "is_not_ready": True}, 503)
        response["Retry-After"] = str(SECONDS_TO_WAIT)
        return response
    if not is_again:
        allowance = daily_allowance.spend(request, Kind.NOTE)
        if not allowance.is_granted:
            return _page(request, {**context, "refused": allowance, "allowance": allowance}, 429)
        context["allowance"] = allowance
    try:
        seen = _review(request, found.text, date_of_service, today, is_again=is_again)
    except Exception:
        if not is_again:
            daily_allowance.give_back(request, Kind.NOTE)
        raise
    action = request.POST.get("action") if is_again else ""
    if action == "claim" and seen.claim_url:
        return redirect(seen.claim_url)
    if action == "csv" and seen.accepted:
        rows = _csv_rows(seen, date_of_service)
        return csv_response(f"note codes {date_of_service}", CSV_HEADER, rows)
    if action in ("claim", "csv"):
        context["error"] = "No complete code is accepted yet. Tick at least one below."
    systems = {offer.proposal.system for offer in seen.offers}
    releases = published_releases()
    diagnoses = releases.shown(source_of(CodeSystem.ICD_10_CM), date_of_service)
    context |= {
        "review": seen,
        "publisher_lines": publisher_lines_of_systems(systems, releases, date_of_service),
        "date_told": date_note(diagnoses, date_of_service) if diagnoses else "",
        "token": token_for(found.text),
    }
    return _page(request, context)


def _review(request, text: str, date_of_service: date, today: date, *, is_again: bool) -> Review:
    is_chosen = is_again and "reviewed" in request.POST
    return review(
        text,
        coded(text, date_of_service),
        None if date_of_service == today else date_of_service,
        date_of_service,
        accepted=request.POST.getlist("accept") if is_chosen else None,
        chosen={
            name.removeprefix("as-"): value
            for name, value in request.POST.items()
            if name.startswith("as-")
        },
    )


def _page(request, context: dict, status: int = 200):
    context = {
        "allowance": daily_allowance.peek(request, Kind.NOTE),
        "member_notes": settings.MEMBER_NOTES_PER_DAY,
        "most_characters": MOST_CHARACTERS,
        **context,
    }
    return render(request, "search/note.html", context, status=status)


def _csv_rows(seen: Review, date_of_service: date):
    releases = published_releases()
    for item in seen.accepted:
        yield [
            item.system.label,
            item.printed,
            item.text,
            "yes" if item.is_complete else "no",
            item.confidence.value,
            item.words,
            " ".join(publisher_lines_of_systems([item.system], releases, date_of_service)),
        ]
