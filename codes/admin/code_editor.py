"""The editing page of a code: its ten texts, with the releases' official text beside them."""

from dataclasses import dataclass, field

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from codes.actions.by_hand import describing_release
from codes.actions.editorial import (
    MAX_TEXT_LENGTH,
    EditorialError,
    StaleTextError,
    publish,
    save_draft,
    subject_of,
    unpublish,
)
from codes.admin.texts import PLAIN, TextForm, may_edit, may_edit_any, text_title, texts_of
from codes.markdown import to_html
from codes.models import Code, OfficialDescription, PlainDescription, Release, SectionText
from codes.queries.history import DiffPiece, word_diff


@dataclass
class TextPanel:
    """A text on the editing page: its form, and what to say beside it."""

    form: TextForm
    last_version: object = None
    problem: str = ""
    conflict: list[DiffPiece] = field(default_factory=list)
    is_open: bool = False
    is_unsaved: bool = False

    @property
    def slug(self) -> str:
        return self.form.slug

    @property
    def title(self) -> str:
        return text_title(self.slug)

    @property
    def text(self):
        return self.form.stored


@dataclass(frozen=True)
class OfficialEntry:
    """The official text of one release; `is_same` where the next newer one reads alike."""

    description: OfficialDescription
    is_same: bool

    @property
    def release(self) -> Release:
        return self.description.release


def find_code_or_404(object_id) -> Code:
    try:
        return Code.objects.get(pk=int(object_id))
    except (Code.DoesNotExist, ValueError, OverflowError):
        raise Http404("There is no such code.") from None


def edit_code(request, model_admin: admin.ModelAdmin, object_id) -> HttpResponse:
    """Show the texts of a code; a POST saves every text that was changed, then does one action."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    code = find_code_or_404(object_id)
    stored = texts_of(code)
    if request.method != "POST":
        forms = [_form(request.user, slug, text) for slug, text in stored.items()]
        return _page(request, model_admin, code, [TextPanel(form) for form in forms])
    if not may_edit_any(request.user):
        raise PermissionDenied
    panels = [
        TextPanel(_form(request.user, slug, text, request.POST)) for slug, text in stored.items()
    ]
    action, _, slug = request.POST.get("action", "save").partition(":")
    is_whole = [panel.form.is_valid() for panel in panels]
    if action == "preview" or not all(is_whole):
        for panel, is_valid in zip(panels, is_whole, strict=True):
            panel.is_unsaved = not is_valid or panel.form.is_touched
            panel.is_open = panel.is_unsaved or panel.slug == slug
        if action != "preview":
            messages.error(request, "Nothing was saved yet. Correct what is marked below.")
        return _page(request, model_admin, code, panels)
    shown = [_act(request, panel, action if panel.slug == slug else "save") for panel in panels]
    if any(panel.problem for panel in shown):
        for panel in shown:
            if panel.problem:
                messages.error(
                    request,
                    format_html('<a href="#{}">{}</a>: not saved.', panel.slug, panel.title),
                )
        return _page(request, model_admin, code, shown)
    anchor = f"#{slug}" if slug in stored else ""
    return HttpResponseRedirect(reverse("admin:codes_code_change", args=[code.pk]) + anchor)


def _form(user, slug: str, text, data=None) -> TextForm:
    return TextForm(data, slug=slug, stored=text, is_editable=may_edit(user, slug))


def _act(request, panel: TextPanel, action: str) -> TextPanel:
    """Save one text if it was changed and do what was asked of it; returns what to show then."""
    form, text, user = panel.form, panel.text, request.user
    values = form.cleaned_data
    is_asked = action in ("publish", "unpublish") and form.is_editable
    if not form.is_touched and not is_asked:
        return TextPanel(_form(user, panel.slug, text))
    day, version = values["reviewed_date"], values["version"]
    try:
        with transaction.atomic():
            if form.is_touched:
                save_draft(
                    text=text,
                    markdown=values["text"],
                    title=values.get("title"),
                    reviewed_date=day,
                    by=user,
                    seen_version=version,
                )
                version = None
            if action == "publish":
                publish(text=text, by=user, reviewed_date=day, seen_version=version)
            elif action == "unpublish":
                unpublish(text=text, by=user, seen_version=version)
    except StaleTextError as error:
        text.refresh_from_db()
        return TextPanel(
            form.with_newest_version(),
            problem=str(error),
            conflict=word_diff(_words(text.text), _words(values["text"])),
            is_open=True,
            is_unsaved=True,
        )
    except EditorialError as error:
        return TextPanel(form, problem=str(error), is_open=True, is_unsaved=True)
    done = {"publish": "published", "unpublish": "taken from the site"}.get(action, "draft saved")
    messages.success(request, f"{capfirst(subject_of(text))}: {done}.")
    if day and text.reviewed_date != day:
        messages.warning(
            request,
            f"The reviewed date of the {subject_of(text)} is set when you publish: readers still "
            "see the text of the earlier review.",
        )
    return TextPanel(_form(user, panel.slug, text))


def _words(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _page(request, model_admin, code: Code, panels: list[TextPanel]) -> TemplateResponse:
    latest = _last_versions(code)
    for panel in panels:
        panel.last_version = latest.get(panel.slug)
        panel.is_open = panel.is_open or panel.slug == PLAIN or bool(panel.text.text)
    official = _official_entries(code)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": str(code),
        "opts": model_admin.opts,
        "code": code,
        "panels": panels,
        "official": official,
        "may_edit": may_edit_any(request.user),
        "may_describe": request.user.has_perm("codes.enter_by_hand")
        and describing_release(code) is None,
        "max_text_length": MAX_TEXT_LENGTH,
    }
    status = 409 if any(panel.conflict for panel in panels) else 200
    return TemplateResponse(request, "admin/codes/code/editor.html", context, status=status)


def _last_versions(code: Code) -> dict[str, object]:
    """The newest version in the history of each written text."""
    plain = PlainDescription.history.filter(code_id=code.pk).select_related("history_user")
    sections = (
        SectionText.history.filter(code_id=code.pk)
        .order_by("section", "-history_date", "-history_id")
        .distinct("section")
        .select_related("history_user")
    )
    latest = {version.section: version for version in sections}
    latest[PLAIN] = plain.first()
    return latest


def _official_entries(code: Code) -> list[OfficialEntry]:
    """The official texts of the published releases, newest first."""
    published = OfficialDescription.objects.filter(
        code=code, release__state=Release.State.PUBLISHED
    )
    descriptions = list(
        published.select_related("release").order_by("-release__valid_from", "-release_id")
    )
    newer = [None, *descriptions]
    return [
        OfficialEntry(item, bool(before) and _reads(before) == _reads(item))
        for before, item in zip(newer, descriptions, strict=False)
    ]


def _reads(item: OfficialDescription) -> tuple:
    return item.short, item.medium, item.long, item.consumer, item.is_billable


@require_POST
def preview(request, model_admin: admin.ModelAdmin) -> HttpResponse:
    """The sanitized HTML of the Markdown in `text`, for the panel beside the editor."""
    if not may_edit_any(request.user):
        raise PermissionDenied
    text = request.POST.get("text", "")
    if len(text) > 2 * MAX_TEXT_LENGTH:
        sentence = f"Too long for a preview: at most {MAX_TEXT_LENGTH:,} characters are kept."
        return HttpResponse(format_html("<p>{}</p>", sentence), status=400)
    return HttpResponse(to_html(text))
