"""The consultants' inbox: the cases that wait for a person, the soonest due first."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from consultant.actions import consulting, threads
from consultant.admin.case_filters import ClockFilter, ReasonFilter, StateFilter, WhoseFilter
from consultant.admin.case_form import ConsultantChoice
from consultant.admin.case_page import show_case
from consultant.clock import clock_of
from consultant.models import Thread
from consultant.queries.inbox import (
    URGENCY,
    by_urgency,
    cases_for,
    consultants,
    name_of,
    with_counts,
    with_more,
)


class CaseActionForm(ActionForm):
    """The action, and to whom the selected cases are assigned by it."""

    assign_to = ConsultantChoice(
        None, label="To:", required=False, empty_label="nobody",
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assign_to"].queryset = consultants()


@admin.action(description="Assign the selected cases", permissions=["change"])
def assign_cases(model_admin, request, queryset):
    """To whom the list's second field says."""
    field = forms.ModelChoiceField(consultants(), required=False)
    try:
        to = field.clean(request.POST.get("assign_to", ""))
    except forms.ValidationError:
        messages.error(request, "Choose a consultant who may work on cases.")
        return
    cases = list(queryset)
    for thread in cases:
        consulting.assign(thread=thread, to=to, by=request.user)
    whose = f"assigned to {name_of(to)}" if to else "taken from whoever had them"
    messages.success(request, f"{_counted(len(cases))} {whose}.")


@admin.action(description="Close the selected cases", permissions=["change"])
def close_cases(model_admin, request, queryset):
    """Those that are closed already are left alone."""
    done = sum(consulting.close(thread=thread, by=request.user) for thread in queryset)
    messages.success(request, f"{_counted(done)} closed.")


def _counted(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"


@admin.register(Thread)
class ThreadAdmin(admin.ModelAdmin):
    list_display = ["case", "due", "why", "since", "member", "whose", "message_count"]
    list_display_links = ["case"]
    list_filter = [WhoseFilter, ClockFilter, StateFilter, ReasonFilter]
    list_select_related = ["user", "assigned_to"]
    list_per_page = 50
    search_fields = [
        "subject",
        "user__email",
        "user__first_name",
        "user__last_name",
        "messages__text",
    ]
    search_help_text = "Words of the subject or of a message, or the member’s name or address."
    show_full_result_count = False
    sortable_by = []
    actions = [assign_cases, close_cases]
    action_form = CaseActionForm

    def get_queryset(self, request):
        return by_urgency(with_more(with_counts(cases_for(request.user))))

    def get_ordering(self, request):
        """By urgency alone, which the queryset brings."""
        return URGENCY

    def changelist_view(self, request, extra_context=None):
        context = {"title": "Cases", "reply_hours": settings.CONSULTANT_REPLY_HOURS}
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return show_case(request, self, object_id)

    def has_add_permission(self, request):
        return False

    def delete_model(self, request, obj):
        threads.delete(thread=obj)

    def delete_queryset(self, request, queryset):
        for thread in queryset:
            threads.delete(thread=thread)

    def log_deletions(self, request, queryset):
        """Nothing: the log of the administration would keep the subject of what is deleted."""

    @admin.display(description="Case")
    def case(self, thread):
        return thread.subject

    @admin.display(description="Member")
    def member(self, thread):
        return thread.user.get_full_name() or thread.user.email

    @admin.display(description="Why it is here")
    def why(self, thread):
        return thread.get_escalation_display() or "–"

    @admin.display(description="Since")
    def since(self, thread):
        since = _moment(thread.escalated_at)
        if thread.more_at is None:
            return since
        return format_html(
            '{}<br><span class="badge is-warn">Wrote again {}</span>',
            since,
            _in_short(thread.more_at),
        )

    @admin.display(description="Clock")
    def due(self, thread):
        if thread.due_at is None:
            return format_html('<span class="badge">{}</span>', thread.get_state_display())
        clock = clock_of(thread.due_at)
        return format_html(
            '<span class="badge {}" title="{}">{}</span>',
            clock.tone,
            _moment(thread.due_at),
            clock.words,
        )

    @admin.display(description="Assigned to")
    def whose(self, thread):
        return name_of(thread.assigned_to) or "Nobody"

    @admin.display(description="Messages")
    def message_count(self, thread):
        return thread.messages_counted


def _moment(at) -> str:
    """In few words: the year only where it is another."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    form = "j M, H:i" if local.year == timezone.localdate().year else "j M Y, H:i"
    return date_format(local, form)


def _in_short(at) -> str:
    """The time of a moment of today, the day of another."""
    local = timezone.localtime(at)
    return date_format(local, "H:i" if local.date() == timezone.localdate() else "j M")
