"""The action of the list of codes that has the language model draft texts, in the background."""

from django.contrib import admin, messages

from assistant.drafts.drafting import PLAIN
from assistant.jobs import draft_text
from assistant.language_model.client import is_configured
from codes.models import Code, SectionSlug

MOST_CODES = 50  # at once


def offer_drafts(site: admin.AdminSite) -> None:
    """Add the actions to the list of codes, where a language model is configured."""
    if is_configured():
        code_admin = site.get_model_admin(Code)
        code_admin.actions = [*code_admin.actions, draft_descriptions, draft_guidelines]


@admin.action(description="Draft plain-language descriptions (language model)")
def draft_descriptions(model_admin, request, queryset):
    _defer(request, queryset, PLAIN, "codes.change_plaindescription")


@admin.action(description="Draft the section Guidelines (language model)")
def draft_guidelines(model_admin, request, queryset):
    _defer(request, queryset, SectionSlug.GUIDELINES.value, "codes.change_sectiontext")


def _defer(request, queryset, kind: str, permission: str) -> None:
    if not request.user.has_perm(permission):
        messages.error(request, "You may not write these texts.")
        return
    ids = list(queryset.values_list("pk", flat=True)[: MOST_CODES + 1])
    if len(ids) > MOST_CODES:
        messages.error(request, f"Choose at most {MOST_CODES} codes at once.")
        return
    for code_id in ids:
        draft_text.defer(code_id=code_id, kind=kind, user_id=request.user.pk)
    drafts = "1 draft is" if len(ids) == 1 else f"{len(ids)} drafts are"
    messages.success(
        request,
        f"{drafts} being written. Texts that somebody has begun are left alone; the new ones wait "
        "for your review as drafts.",
    )
