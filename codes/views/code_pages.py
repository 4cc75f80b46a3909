"""Pages of the reference: find, ask, render."""

from datetime import date

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from codes.csv_download import csv_response
from codes.json_ld import code_json_ld
from codes.kept_pages import KeptPage
from codes.models import Code, CodeSystem, code_url, has_form_of, printed_value, stored_value
from codes.queries.code_page import CodePage, code_page, find_code
from codes.queries.divisions import Crumb
from codes.queries.key_facts import key_facts
from codes.queries.official_text import publisher_lines_of_links
from codes.queries.relatives import nearest_codes
from codes.queries.releases import published_releases
from codes.queries.service_date import read_service_date, with_date
from codes.sections import has_sections, section_in_full, section_of, sections_of

private = cache_control(private=True, no_cache=True)


@require_safe
@private
def code_detail(request, system, value):
    """The page of a code. Opening it with its gated sections readable costs one view.

    Context: `code`; `page` (CodePage); `crumbs`; `date_error`, a sentence or ''; `reading`;
    `sections` (SectionView); `key_facts`, [] where the sections are locked; `json_ld`.
    """
    if not _is_printed_form(system, value):
        return _elsewhere(request, system, value)
    kept = KeptPage(request, f"{system}:{value}")
    if answer := kept.find():
        return answer
    code = find_code(system, stored_value(value))
    if code is None:
        return _code_not_found(request, system, value)
    page, date_error = _page_on_date(request, code)
    is_counted = has_sections(page)
    reading = kept.read_meter(opens=is_counted)
    is_editor = _is_editor(request.user)
    sections = sections_of(page, is_open=reading.is_open, is_editor=is_editor)
    has_gated = any(section.state != "empty" for section in sections)
    context = {
        "code": code,
        "page": page,
        "crumbs": _crumbs(page),
        "date_error": date_error,
        "reading": reading,
        "sections": sections,
        "key_facts": key_facts(page.payment) if reading.is_open else [],
        "json_ld": code_json_ld(page, settings.SITE_URL, has_gated=has_gated),
    }
    return kept.draw("codes/code_page.html", context, has_sections=is_counted)


@require_safe
@private
def section_detail(request, system, value, section):
    """One section in full. It belongs to its code's page: no further view is spent on it.

    `?format=csv` downloads what its data say, where it is open.

    Context: as of the code page, with `section` (SectionView) in place of `sections`, and
    `csv_url` or ''.
    """
    wanted = section_of(section)
    if not _is_printed_form(system, value):
        return _elsewhere(request, system, value, f"{section}/")
    kept = KeptPage(request, f"{system}:{value}")
    if answer := kept.find():
        return answer
    code = find_code(system, stored_value(value))
    if code is None:
        return _code_not_found(request, system, value)
    if wanted is None:
        raise Http404(f"There is no section {section}.")
    page, date_error = _page_on_date(request, code)
    is_editor = _is_editor(request.user)
    # Whether there is anything to read is found out before a view is spent on it.
    offered = sections_of(page, is_open=False, is_editor=is_editor)
    view = next((view for view in offered if view.slug == section), None)
    if view is None:
        raise Http404(f"{code} has no section {wanted.title}.")
    is_counted = view.state == "locked"
    reading = kept.read_meter(opens=is_counted)
    if reading.is_open:
        view = section_in_full(wanted, page, request.GET)
    has_table = bool(wanted.table and view.content)
    if has_table and request.GET.get("format") == "csv":
        release = wanted.table_release(view.content) if wanted.table_release else ""
        name = f"{code.system} {code.printed} {section} {page.date_of_service:%Y-%m-%d} {release}"
        return csv_response(name, *wanted.table(view.content))
    context = {
        "code": code,
        "page": page,
        "crumbs": [
            *_crumbs(page),
            Crumb(code.printed, with_date(code.get_absolute_url(), _kept_date(page))),
            Crumb(wanted.title, ""),
        ],
        "date_error": date_error,
        "reading": reading,
        "section": view,
        "csv_url": with_date("?format=csv", _kept_date(page)) if has_table else "",
    }
    return kept.draw("codes/section_detail.html", context, has_sections=is_counted)


@require_safe
def old_code_address(request, value):
    """The address of the earlier site: moved for good."""
    return _redirect(request, code_url(CodeSystem.CPT, stored_value(value)[:7] or "-"))


def _is_printed_form(system: str, value: str) -> bool:
    """Whether the value is written as the code's own address has it. There may be no such code."""
    stored = stored_value(value)
    is_form = system in CodeSystem.values and has_form_of(system, stored)
    return is_form and value == printed_value(system, stored)


def _elsewhere(request, system: str, value: str, below: str = "") -> HttpResponse:
    """The way to the code's own address from a value written otherwise, if it is a code at all."""
    stored = stored_value(value)
    if system not in CodeSystem.values or not has_form_of(system, stored):
        return _code_not_found(request, system, value)
    code = find_code(system, stored)
    if code is None:
        return _code_not_found(request, system, value)
    return _redirect(request, f"{code.get_absolute_url()}{below}")


def _code_not_found(request, system: str, value: str) -> HttpResponse:
    """A 404 that says what was looked for and which codes are near."""
    if system not in CodeSystem.values:
        raise Http404(f"There is no code system {system}.")
    releases = published_releases()
    release_ids = [release.pk for release in releases.all()]
    near_codes = nearest_codes(system, stored_value(value)[:7], release_ids)
    context = {
        "system": CodeSystem(system),
        "wanted": printed_value(system, stored_value(value)[:20]),
        "near_codes": near_codes,
        "publisher_lines": publisher_lines_of_links(near_codes, releases, timezone.localdate()),
    }
    return render(request, "404.html", context, status=404)


def _crumbs(page: CodePage) -> list[Crumb]:
    """The breadcrumb with the date of service kept in its addresses."""
    return [Crumb(crumb.title, with_date(crumb.url, _kept_date(page))) for crumb in page.breadcrumb]


def _kept_date(page: CodePage) -> date | None:
    return None if page.is_today else page.date_of_service


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
