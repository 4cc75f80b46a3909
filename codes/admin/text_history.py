"""The history of a text: who saved what, how two versions differ, and the way back."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from codes.actions.editorial import EditorialError, revert, subject_of
from codes.admin.code_editor import find_code_or_404
from codes.admin.texts import may_edit, text_of, text_title
from codes.queries.history import DiffPiece, word_diff

VERSIONS_A_PAGE = 50


def text_history(request, model_admin: admin.ModelAdmin, code_id, slug) -> HttpResponse:
    """The versions of a text, newest first, and the differences between two of them.

    `?from=` and `?to=` name the versions. `?to=` alone compares a version with the one before
    it; without both, the newest is compared with the last one that had other words.
    """
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    code, text = _find(code_id, slug)
    versions = text.history.select_related("history_user") if text.pk else None
    page = Paginator(versions if versions is not None else [], VERSIONS_A_PAGE).get_page(
        request.GET.get("page")
    )
    shown = list(page)
    asked = _version(text, request.GET.get("to"))
    newer = asked or (shown[0] if shown else None)
    older = _version(text, request.GET.get("from"))
    if older is None and asked is None:
        older = next((each for each in shown if _source(each) != _source(newer)), None)
    older = older or _before(text, newer)
    if newer and older and older.history_id > newer.history_id:
        older, newer = newer, older
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"History: {subject_of(text)}",
        "subtitle": str(code),
        "opts": model_admin.opts,
        "code": code,
        "text": text,
        "slug": slug,
        "text_title": text_title(slug),
        "page": page,
        "newest_id": text.history.values_list("history_id", flat=True).first() if text.pk else None,
        "older": older,
        "newer": newer,
        "differences": _differences(older, newer),
        "is_same": bool(older and newer and _source(older) == _source(newer)),
        "may_edit": may_edit(request.user, slug),
    }
    return TemplateResponse(request, "admin/codes/code/text_history.html", context)


@require_POST
def text_revert(request, model_admin: admin.ModelAdmin, code_id, slug) -> HttpResponse:
    """Make the version named in `version` the draft again, and with `publish` show it at once."""
    code, text = _find(code_id, slug)
    if not may_edit(request.user, slug):
        raise PermissionDenied
    is_published = request.POST.get("publish") == "yes"
    version = request.POST.get("version", "")
    try:
        if not text.pk:
            raise EditorialError(f"The {subject_of(text)} of {code} has no such version.")
        revert(
            text=text,
            to_history_id=int(version) if version.isdecimal() and len(version) < 10 else 0,
            by=request.user,
            is_published=is_published,
        )
    except EditorialError as error:
        messages.error(request, str(error))
    else:
        done = "reverted and published" if is_published else "reverted; saved as a draft"
        messages.success(request, f"{capfirst(subject_of(text))}: {done}.")
    return HttpResponseRedirect(reverse("admin:codes_code_text_history", args=[code.pk, slug]))


def _find(code_id: int, slug: str):
    code = find_code_or_404(code_id)
    text = text_of(code, slug)
    if text is None:
        raise Http404(f"{code} has no text of the name {slug}.")
    return code, text


def _version(text, history_id: str | None):
    if not text.pk or not history_id or not history_id.isdecimal() or len(history_id) > 9:
        return None
    return text.history.select_related("history_user").filter(history_id=int(history_id)).first()


def _before(text, version):
    if version is None:
        return None
    earlier = text.history.select_related("history_user")
    return earlier.filter(history_id__lt=version.history_id).order_by("-history_id").first()


def _differences(older, newer) -> list[DiffPiece]:
    if newer is None:
        return []
    if older is None:
        return [DiffPiece("same", _source(newer))]
    return word_diff(_source(older), _source(newer))


def _source(version) -> str:
    """What is compared: the title, where the text has one, and the Markdown."""
    title = getattr(version, "title", "")
    return f"{title}\n\n{version.text}" if title else version.text
