"""Pages of the reference: find, ask, render."""

from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts import meter
from codes.models import Code, CodeSystem, code_url, has_form_of, printed_value, stored_value
from codes.queries.code_page import CodePage, code_page, find_code
from codes.queries.relatives import nearest_codes
from codes.queries.service_date import read_service_date
from codes.sections import section_in_full, section_of, sections_of

private = cache_control(private=True, no_cache=True)


@require_safe
@private
def code_detail(request, system, value):
    """The page of a code. Opening it with its gated sections readable costs one view."""
    code = _code_or_none(system, value)
    if code is None:
        return _code_not_found(request, system, value)
    if value != code.printed:
        return _redirect(request, code.get_absolute_url())
    page, date_error = _page_on_date(request, code)
    reading = meter.open_code(request, code.key)
    context = {
        "code": code,
        "page": page,
        "date_error": date_error,
        "reading": reading,
        "sections": sections_of(page, is_open=reading.is_open, is_editor=_is_editor(request.user)),
    }
    return render(request, "codes/code_page.html", context)


@require_safe
@private
def section_detail(request, system, value, section):
    """One section in full. It belongs to its code's page: no further view is spent on it."""
    wanted, code = section_of(section), _code_or_none(system, value)
    if wanted is None or code is None:
        return _code_not_found(request, system, value)
    if value != code.printed:
        return _redirect(request, f"{code.get_absolute_url()}{section}/")
    page, date_error = _page_on_date(request, code)
    reading = meter.open_code(request, code.key)
    if not reading.is_open:
        locked = [view for view in sections_of(page, is_open=False) if view.slug == section]
        view = locked[0] if locked else None
    else:
        view = section_in_full(wanted, page)
    if view is None or (view.state == "empty" and not _is_editor(request.user)):
        raise Http404(f"{code} has no section {wanted.title}.")
    context = {
        "code": code,
        "page": page,
        "date_error": date_error,
        "reading": reading,
        "section": view,
    }
    return render(request, "codes/section_detail.html", context)


@require_safe
def old_code_address(request, value):
    """The address of the earlier site: moved for good."""
    return _redirect(request, code_url(CodeSystem.CPT, stored_value(value)[:7] or "-"))


def _code_or_none(system: str, value: str) -> Code | None:
    stored = stored_value(value)
    if system not in CodeSystem.values or not has_form_of(system, stored):
        return None
    return find_code(system, stored)


def _code_not_found(request, system: str, value: str) -> HttpResponse:
    """A 404 that says what was looked for and which codes are near."""
    if system not in CodeSystem.values:
        raise Http404(f"There is no code system {system}.")
    context = {
        "system": CodeSystem(system),
        "wanted": printed_value(system, stored_value(value)[:20]),
        "near_codes": nearest_codes(system, stored_value(value)[:7]),
    }
    return render(request, "404.html", context, status=404)


def _page_on_date(request, code: Code) -> tuple[CodePage, str]:
    """The code's page on the date asked for, and a sentence when that was no date."""
    today = timezone.localdate()
    date_of_service, error = read_service_date(request.GET.get("date", ""), today)
    return code_page(code, date_of_service, today), error


def _redirect(request, url: str) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{url}?{query}" if query else url)


def _is_editor(user) -> bool:
    return user.is_active and user.is_staff and user.has_perm("codes.change_sectiontext")
