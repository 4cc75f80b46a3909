"""What readers say of answers, for editors: beside the question, what was looked up, the sources.

Conversations themselves are not in the administration: they are their readers' own. Only a turn
on which its reader gave feedback is shown, and that alone.
"""

import json

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from assistant import actions
from assistant.drafts.admin_action import offer_drafts
from assistant.models import Feedback

_TONES = {
    Feedback.Verdict.HELPFUL: "is-good",
    Feedback.Verdict.NOT_HELPFUL: "is-warn",
    Feedback.Verdict.MISTAKE: "is-bad",
}


class HandledFilter(admin.SimpleListFilter):
    """To be dealt with: everything but praise, until an editor has marked it."""

    title = "handled"
    parameter_name = "handled"

    def lookups(self, request, model_admin):
        return [("no", "To deal with"), ("yes", "Handled")]

    def queryset(self, request, queryset):
        if self.value() == "no":
            helpful = Feedback.Verdict.HELPFUL
            return queryset.filter(handled_at__isnull=True).exclude(verdict=helpful)
        if self.value() == "yes":
            return queryset.filter(handled_at__isnull=False)
        return queryset


@admin.register(Feedback)
class FeedbackAdmin(admin.ModelAdmin):
    list_display = ["question", "verdict_shown", "comment_begun", "engine", "given", "handled"]
    list_display_links = ["question"]
    list_filter = [HandledFilter, "verdict", "turn__engine"]
    list_select_related = ["turn", "handled_by"]
    list_per_page = 50
    search_fields = ["comment", "turn__question", "turn__answer_text"]
    date_hierarchy = "given_at"
    actions = ["mark_as_handled"]
    fieldsets = [
        (None, {"fields": ["verdict_shown", "comment_whole", "given", "handled"]}),
        ("The turn", {"fields": ["question_whole", "subject", "date_of_service", "answer"]}),
        ("How it was answered", {"fields": ["engine", "engine_note", "steps", "tool_calls"]}),
        ("Sources", {"fields": ["citations"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """What a reader said is not changed; the list marks it as handled."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_readonly_fields(self, request, obj=None):
        return [name for _, options in self.fieldsets for name in options["fields"]]

    @admin.action(description="Mark the selected as handled", permissions=["change"])
    def mark_as_handled(self, request, queryset):
        waiting = list(queryset.filter(handled_at__isnull=True))
        for feedback in waiting:
            actions.mark_handled(feedback=feedback, by=request.user)
        messages.success(request, f"{len(waiting)} marked as handled.")

    @admin.display(description="Question", ordering="turn__question")
    def question(self, feedback):
        return str(feedback.turn)

    @admin.display(description="Question")
    def question_whole(self, feedback):
        return feedback.turn.question

    @admin.display(description="Verdict", ordering="verdict")
    def verdict_shown(self, feedback):
        tone = _TONES[Feedback.Verdict(feedback.verdict)]
        word = feedback.get_verdict_display()
        return format_html('<span class="badge {}">{}</span>', tone, word)

    @admin.display(description="Comment")
    def comment_begun(self, feedback):
        return f"{feedback.comment[:100]}…" if len(feedback.comment) > 100 else feedback.comment

    @admin.display(description="Comment")
    def comment_whole(self, feedback):
        return feedback.comment or "None"

    @admin.display(description="Answered by")
    def engine(self, feedback):
        turn = feedback.turn
        name = turn.get_engine_display() or "–"
        return f"{name} ({turn.model_name})" if turn.model_name else name

    @admin.display(description="Why not the model")
    def engine_note(self, feedback):
        return feedback.turn.engine_note or "–"

    @admin.display(description="Given", ordering="given_at")
    def given(self, feedback):
        return _moment(feedback.given_at)

    @admin.display(description="Handled", ordering="handled_at")
    def handled(self, feedback):
        if not feedback.handled_at:
            return "Not yet"
        return f"{_moment(feedback.handled_at)} by {feedback.handled_by or 'somebody'}"

    @admin.display(description="Asked on the page of")
    def subject(self, feedback):
        return feedback.turn.subject or "–"

    @admin.display(description="Date of service")
    def date_of_service(self, feedback):
        return date_format(feedback.turn.date_of_service, "j M Y")

    @admin.display(description="Answer")
    def answer(self, feedback):
        told = feedback.turn.told
        return told.to_html() if told else "None"

    @admin.display(description="Steps")
    def steps(self, feedback):
        return _list([(step,) for step in feedback.turn.steps], "{}")

    @admin.display(description="Tool calls")
    def tool_calls(self, feedback):
        shown = [
            (call.get("tool", ""), json.dumps(call.get("arguments", {}), ensure_ascii=False))
            for call in feedback.turn.tool_calls
        ]
        return _list(shown, "<code>{} {}</code>")

    @admin.display(description="Citations")
    def citations(self, feedback):
        shown = [
            (citation.get("url", ""), citation.get("title", ""))
            for citation in feedback.turn.citations
        ]
        return _list(shown, '<a href="{}">{}</a>')


def _list(rows: list[tuple], form: str) -> str:
    if not rows:
        return "None"
    return format_html("<ol>{}</ol>", format_html_join("", f"<li>{form}</li>", rows))


def _moment(moment) -> str:
    return date_format(timezone.localtime(moment), "j M Y, H:i")


offer_drafts(admin.site)
