"""The list of codes: found by code or words, filtered by what is still to be written."""

import re
from collections import Counter
from itertools import islice

from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import QuerySet
from django.urls import path
from django.utils.html import format_html
from django.utils.text import Truncator

from codes.admin import by_hand, code_editor, text_history
from codes.admin.bulk_publish import publish_texts_of_codes
from codes.admin.code_filters import (
    PlainTextFilter,
    ReviewedBeforeFilter,
    SectionMissingFilter,
    SectionStateFilter,
    SystemFilter,
)
from codes.admin.state_badge import state_badge
from codes.admin.texts import may_edit_any
from codes.models import (
    Code,
    OfficialDescription,
    PlainDescription,
    Release,
    SectionSlug,
    SectionText,
    stored_value,
)
from codes.models.plain_description import PLAIN_WORDS

# So many codes are listed for words: enough to work through, and few enough to find at once.
MOST_FOUND = 2000

# A code or the beginning of one: at least one digit, or a single letter.
_LIKE_A_CODE = re.compile(r"(?=.*\d)[A-Z0-9]{1,7}|[A-Z]")


class CodeChangeList(ChangeList):
    """Fetches what the columns need for the shown page alone, in three queries."""

    def get_results(self, request):
        super().get_results(request)
        codes = list(self.result_list)
        ids = [code.pk for code in codes]
        published = OfficialDescription.objects.filter(
            code_id__in=ids, release__state=Release.State.PUBLISHED
        )
        newest = {
            item.code_id: item
            for item in published.order_by("code_id", "-release__valid_from", "-id").distinct(
                "code_id"
            )
        }
        plain = {
            text.code_id: text
            for text in PlainDescription.objects.filter(code_id__in=ids).defer("published_html")
        }
        sections = Counter(
            SectionText.objects.filter(code_id__in=ids).written().values_list("code_id", flat=True)
        )
        for code in codes:
            code.newest_description = newest.get(code.pk)
            code.plain_text = plain.get(code.pk)
            code.section_count = sections[code.pk]
        self.result_list = codes


@admin.register(Code)
class CodeAdmin(admin.ModelAdmin):
    list_display = [
        "printed_code",
        "official_text",
        "plain_state",
        "sections_written",
        "reviewed",
        "site_link",
    ]
    list_display_links = ["printed_code"]
    list_filter = [
        SystemFilter,
        PlainTextFilter,
        SectionStateFilter,
        SectionMissingFilter,
        ReviewedBeforeFilter,
    ]
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    # Counting each choice would read every code once more for each.
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["value"]
    search_help_text = "A code, with or without its dot, the beginning of one, or words."
    actions = [publish_texts_of_codes]
    ordering = ["system", "value"]
    sortable_by = []

    def get_changelist(self, request, **kwargs):
        return CodeChangeList

    def get_search_results(self, request, queryset, search_term):
        """The codes a term means: a code or the beginning of one, else words of their texts."""
        value = stored_value(search_term)
        if not value:
            return queryset, False
        if _LIKE_A_CODE.fullmatch(value):
            by_code = queryset.filter(value__startswith=value)
            if by_code.exists():
                return by_code, False
        is_filtered = set(request.GET) - {SEARCH_VAR, PAGE_VAR}
        found, is_cut = _codes_with_words(search_term, queryset if is_filtered else None)
        if is_cut:
            self.message_user(
                request,
                f"Very many codes have these words; {len(found):,} of them are listed. "
                "Add a word, or choose a code system.",
                messages.WARNING,
            )
        return queryset.filter(pk__in=found), False

    # Columns

    @admin.display(description="Code")
    def printed_code(self, code):
        return format_html(
            '<span class="code">{}</span> <span class="quiet">{}</span>',
            code.printed,
            code.system_title,
        )

    @admin.display(description="Official text, newest release")
    def official_text(self, code):
        description = code.newest_description
        if not description:
            return format_html('<span class="quiet">{}</span>', "None loaded")
        return Truncator(description.short or description.text).chars(90)

    @admin.display(description="Plain language")
    def plain_state(self, code):
        return state_badge(code.plain_text)

    @admin.display(description="Sections")
    def sections_written(self, code):
        return f"{code.section_count} of {len(SectionSlug)}"

    @admin.display(description="Reviewed")
    def reviewed(self, code):
        day = code.plain_text and code.plain_text.reviewed_date
        return f"{day.day} {day:%b %Y}" if day else "–"

    @admin.display(description="On the site")
    def site_link(self, code):
        return format_html(
            '<a href="{}" aria-label="View {} on the site">View</a>',
            code.get_absolute_url(),
            code.printed,
        )

    # Pages

    def get_urls(self):
        def page(view):
            def guarded(request, *args, **kwargs):
                return view(request, self, *args, **kwargs)

            return self.admin_site.admin_view(guarded)

        return [
            path("preview/", page(code_editor.preview), name="codes_code_preview"),
            path(
                "<int:code_id>/history/<slug:slug>/",
                page(text_history.text_history),
                name="codes_code_text_history",
            ),
            path(
                "<int:code_id>/history/<slug:slug>/revert/",
                page(text_history.text_revert),
                name="codes_code_text_revert",
            ),
            path(
                "<int:code_id>/official/",
                page(by_hand.describe),
                name="codes_code_describe",
            ),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {**(extra_context or {}), "title": "Codes"})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return code_editor.edit_code(request, self, object_id)

    def add_view(self, request, form_url="", extra_context=None):
        return by_hand.add(request, self)

    def get_view_on_site_url(self, obj=None):
        return obj.get_absolute_url() if obj else None

    def has_change_permission(self, request, obj=None):
        """A code itself never changes; whoever may edit texts of it may open it."""
        return may_edit_any(request.user)

    def has_delete_permission(self, request, obj=None):
        return False


def _codes_with_words(search_term: str, within: QuerySet[Code] | None) -> tuple[set[int], bool]:
    """The keys of codes whose official or plain-language text has the words, at most MOST_FOUND,
    and whether there may be more. Each kind of text is asked with the expression its index has.
    """
    words = SearchQuery(search_term, config="english", search_type="websearch")
    draft_words = SearchVector("title", "text", config="english")
    plain = PlainDescription.objects.order_by()
    kinds = [
        OfficialDescription.objects.order_by()
        .annotate(words=SearchVector("long", "short", "consumer", config="english"))
        .filter(words=words, release__state=Release.State.PUBLISHED),
        plain.annotate(words=PLAIN_WORDS).filter(words=words),
        plain.waiting().annotate(words=draft_words).filter(words=words),
    ]
    # A code is described once in each release.
    most_rows = 4 * MOST_FOUND
    found, is_cut = set(), False
    for texts in kinds:
        if within is not None:
            texts = texts.filter(code__in=within.order_by().values("pk"))
        keys = list(texts.values_list("code_id", flat=True)[:most_rows])
        is_cut = is_cut or len(keys) == most_rows
        found.update(keys)
    return set(islice(found, MOST_FOUND)), is_cut or len(found) > MOST_FOUND
