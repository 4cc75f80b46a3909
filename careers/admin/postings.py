"""The moderation queue, reports, and postings of every state."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from careers.actions.postings import STEPS, StepError, handle_reports, save_posting, take_step
from careers.admin.of_board import BoardAdmin
from careers.forms.posting import PostingForm
from careers.models import Posting, PostingChange, PostingReport
from careers.moderation import near_copies

S = Posting.State
_BREAK = mark_safe("<br>")
DECISIONS = {"approve": S.APPROVED, "reject": S.REJECTED, "withdraw": S.WITHDRAWN}


class ModerationForm(PostingForm):
    """The posting as its employer writes it, and what is decided about it."""

    decision = forms.ChoiceField(
        required=False,
        choices=[
            ("", "Leave it as it is"),
            ("approve", "Approve"),
            ("reject", "Reject, with a reason"),
            ("withdraw", "Take off the board, with a reason"),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The employer reads it.",
    )

    def clean(self):
        data = super().clean()
        decision = data.get("decision")
        if decision and DECISIONS[decision] not in STEPS[S(self.instance.state)]:
            state = self.instance.get_state_display().lower()
            self.add_error("decision", f"The posting is {state}: that is not possible now.")
        if decision in ("reject", "withdraw") and not data.get("reason", "").strip():
            self.add_error("reason", "Say why: the employer reads it.")
        return data


class StateFilter(admin.SimpleListFilter):
    """The queue unless something else is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("all", "All"), ("reported", "Reported"), ("signals", "With signals"), *S.choices]

    def choices(self, changelist):
        value = self.value()
        yield {
            "selected": value is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": "Moderation queue",
        }
        for lookup, title in self.lookup_choices:
            yield {
                "selected": value == lookup,
                "query_string": changelist.get_query_string({self.parameter_name: lookup}),
                "display": title,
            }

    def queryset(self, request, queryset):
        value = self.value()
        if value is None:
            return queryset.filter(Q(state=S.SUBMITTED) | Q(open_reports__gt=0))
        if value == "all":
            return queryset
        if value == "reported":
            return queryset.filter(open_reports__gt=0)
        if value == "signals":
            return queryset.exclude(signals=[])
        return queryset.filter(state=value)


@admin.action(description="Approve the selected postings", permissions=["change"])
def approve(model_admin, request, queryset):
    """Approve those that wait; the others are named."""
    done = 0
    for posting in queryset.select_related("employer"):
        try:
            take_step(posting=posting, to=S.APPROVED, by=request.user)
        except StepError as error:
            messages.warning(request, str(error))
        else:
            done += 1
    messages.success(request, f"{done} approved.")


@admin.action(description="Reject the selected postings, with a reason", permissions=["change"])
def reject(model_admin, request, queryset):
    """Asks for one reason, which each employer reads."""
    reason = request.POST.get("reason", "").strip()
    if request.POST.get("confirmed") == "yes" and reason:
        done = 0
        for posting in queryset.select_related("employer"):
            try:
                take_step(posting=posting, to=S.REJECTED, by=request.user, reason=reason)
            except StepError as error:
                messages.warning(request, str(error))
            else:
                done += 1
        messages.success(request, f"{done} rejected.")
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Reject postings",
        "opts": model_admin.opts,
        "postings": queryset.select_related("employer"),
        "is_empty": request.POST.get("confirmed") == "yes",
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
    }
    return TemplateResponse(request, "admin/careers/reject_confirmation.html", context)


@admin.register(Posting)
class PostingAdmin(BoardAdmin):
    form = ModerationForm
    list_display = ["title", "employer_name", "waiting", "signal_list", "reports", "changed_at"]
    list_filter = [StateFilter, "workplace", "is_demonstration"]
    search_fields = ["title", "employer__name"]
    list_select_related = ["employer"]
    list_per_page = 50
    actions = [approve, reject]
    readonly_fields = ["employer", "state", "signal_list", "copies", "report_list", "history"]
    fieldsets = [
        (
            "Moderation",
            {
                "fields": [
                    "state", "employer", "signal_list", "copies", "report_list", "decision",
                    "reason", "history",
                ],
            },
        ),
        (
            "The posting",
            {
                "fields": [
                    "title", "description", "employment_type", "workplace", "places",
                    "remote_states", ("pay_min", "pay_max", "pay_unit"), "credentials",
                    "specialty", "level", "code_systems", "software", "expectations", "apply_by",
                    "apply_url", "apply_email", "live_from", "valid_through",
                ],
            },
        ),
    ]  # fmt: skip

    def get_queryset(self, request):
        order = Case(
            When(state=S.SUBMITTED, then=Value(0)), default=Value(1), output_field=IntegerField()
        )
        unhandled = Count("reports", filter=Q(reports__handled_at=None))
        rows = super().get_queryset(request).defer("description", "description_html", "search")
        return rows.annotate(open_reports=unhandled, queue=order).order_by("queue", "changed_at")

    def has_add_permission(self, request):
        return False

    def changelist_view(self, request, extra_context=None):
        title = "Postings" if request.GET.get("state") else "Moderation queue"
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    def save_model(self, request, obj, form, change):
        """Store the posting and carry the decision out; what was reported of it is then handled."""
        data = form.cleaned_data
        content = [name for name in form.changed_data if name not in ("decision", "reason")]
        if content:
            save_posting(
                posting=obj,
                locations=data["places"],
                credentials=list(data["credentials"]),
                by=request.user,
                changed=[form.fields[name].label.lower() for name in content],
            )
        if decision := data["decision"]:
            to = DECISIONS[decision]
            try:
                take_step(posting=obj, to=to, by=request.user, reason=data["reason"])
            except StepError as error:
                messages.error(request, str(error))
                return
            handle_reports(reports=obj.reports.all(), by=request.user)

    def save_related(self, request, form, formsets, change):
        """Nothing: the action stored the credentials and places."""

    @admin.display(description="Employer", ordering="employer__name")
    def employer_name(self, posting):
        mark = " (verified)" if posting.employer.is_verified else ""
        return f"{posting.employer.name}{mark}"

    @admin.display(description="State", ordering="state")
    def waiting(self, posting):
        return posting.get_state_display()

    @admin.display(description="Signals")
    def signal_list(self, posting):
        return _lines(posting.signals)

    @admin.display(description="Reports", ordering="open_reports")
    def reports(self, posting):
        return posting.open_reports or "–"

    @admin.display(description="Reports")
    def report_list(self, posting):
        rows = posting.reports.all()[:20]
        return _lines(
            f"{each.at:%Y-%m-%d}: {each.get_reason_display()}. {each.details[:300]}"
            + (" (handled)" if each.handled_at else "")
            for each in rows
        )

    @admin.display(description="Nearly the same")
    def copies(self, posting):
        found = near_copies(posting)
        return format_html_join(
            _BREAK,
            '<a href="../../{}/change/">{}</a> of {}, {}',
            ((o.pk, o.title, o.employer.name, o.get_state_display().lower()) for o in found),
        ) or "None"  # fmt: skip

    @admin.display(description="History")
    def history(self, posting):
        rows = PostingChange.objects.filter(posting=posting).select_related("by")
        return _lines(
            f"{timezone.localtime(each.at):%Y-%m-%d %H:%M}, {each.by or 'by schedule'}: {each}"
            + (f". {each.reason}" if each.reason else "")
            for each in rows
        )


@admin.action(description="Mark the selected reports as handled", permissions=["change"])
def handle(model_admin, request, queryset):
    count = handle_reports(reports=queryset, by=request.user)
    messages.success(request, f"{count} handled.")


@admin.register(PostingReport)
class PostingReportAdmin(admin.ModelAdmin):
    list_display = ["posting", "reason", "at", "handled_at", "handled_by"]
    list_filter = [("handled_at", admin.EmptyFieldListFilter), "reason"]
    list_select_related = ["posting", "handled_by"]
    fields = ["posting", "reason", "details", "at", "handled_at", "handled_by"]
    readonly_fields = fields
    actions = [handle]

    def has_add_permission(self, request):
        return False


def _lines(sentences) -> str:
    return format_html_join(_BREAK, "{}", ((each,) for each in sentences)) or "–"
