"""The administration's pages of people, their log-ins, plans and the outbox."""

import logging

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.actions import delete_account
from accounts.models import OutgoingMail, Plan, User
from accounts.outbox import try_mails_again

logger = logging.getLogger(__name__)


class NewUserForm(AdminUserCreationForm):
    """A person added by an administrator: an e-mail address and a password."""

    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class MemberAdmin(UserAdmin):
    """Members, editors and administrators. Only a superuser makes or changes superusers."""

    list_display = ["email", "full_name", "plan", "group_names", "is_staff", "is_active", "joined"]
    list_filter = ["plan", "groups", "is_staff", "is_superuser", "is_active"]
    list_select_related = ["plan"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]
    autocomplete_fields = []
    fieldsets = [
        (None, {"fields": ["email", "password", "first_name", "last_name"]}),
        ("Reading", {"fields": ["plan", "views_used"]}),
        (
            "Working here",
            {
                "fields": ["is_staff", "groups", "is_active", "is_superuser"],
                "description": "An editor or administrator is staff, and in the group of that "
                "name.",
            },
        ),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"classes": ["wide"], "fields": ["email", "usable_password", "password1", "password2"]},
        )
    ]
    add_form = NewUserForm
    filter_horizontal = []

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request, obj=None):
        fields = ["views_used", "last_login", "date_joined"]
        return fields if request.user.is_superuser else [*fields, "is_superuser"]

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and not _is_above(obj, request.user)

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and not _is_above(obj, request.user)

    def save_model(self, request, obj, form, change):
        """Store the person, and their address as one an administrator vouches for."""
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()
            EmailAddress.objects.create(user=obj, email=obj.email, verified=True, primary=True)
        if change and "plan" in form.changed_data:
            plan = obj.plan or "the free allowance"
            ids = {"user_id": obj.pk, "by_id": request.user.pk}
            logger.info("plan set to %s", plan, extra=ids)

    def delete_model(self, request, obj):
        """Delete the account with all that the apps keep for it, as its owner would."""
        delete_account(user=obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for person in queryset:
            delete_account(user=person)

    @admin.display(description="Name")
    def full_name(self, user):
        return user.get_full_name() or "–"

    @admin.display(description="Groups")
    def group_names(self, user):
        return ", ".join(group.name for group in user.groups.all()) or "–"

    @admin.display(description="Joined", ordering="date_joined")
    def joined(self, user):
        day = timezone.localdate(user.date_joined)
        return f"{day.day} {day:%b %Y}"

    @admin.display(description="Views used in this period")
    def views_used(self, user):
        period = getattr(user, "view_period", None)
        if period is None:
            return "None yet"
        day = timezone.localdate(period.started_at)
        return f"{period.used_count}, in the period begun on {day.day} {day:%b %Y}"


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):
    list_display = ["name", "allowance", "member_count"]
    search_fields = ["name"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(members_counted=Count("members"))

    @admin.display(description="Code page views per period")
    def allowance(self, plan):
        if plan.is_unlimited:
            return "Unlimited"
        return "The free allowance" if plan.views_per_period is None else plan.views_per_period

    @admin.display(description="Members", ordering="members_counted")
    def member_count(self, plan):
        return plan.members_counted


@admin.action(description="Try the selected mails again", permissions=["change"])
def try_again(model_admin, request, queryset):
    """Have those that wait or were given up sent within the minute."""
    count = try_mails_again(mails=queryset)
    messages.success(request, f"{count} tried again.")


class MailStateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"
    conditions = {
        "waiting": Q(sent_at=None, given_up_at=None),
        "given-up": Q(sent_at=None, given_up_at__isnull=False),
        "sent": Q(sent_at__isnull=False),
    }

    def lookups(self, request, model_admin):
        return [(name, name.replace("-", " ").capitalize()) for name in self.conditions]

    def queryset(self, request, queryset):
        return queryset.filter(self.conditions.get(self.value(), Q()))


@admin.register(OutgoingMail)
class OutgoingMailAdmin(admin.ModelAdmin):
    """Mails that wait, failed or were sent in the last month. Their words are nobody's to read."""

    list_display = ["number", "state", "topic", "created_at", "next_try", "failed_count"]
    list_filter = [MailStateFilter]
    fields = [
        "message_id", "state", "topic", "priority", "created_at", "next_try", "failed_count",
        "given_up_at", "sent_at",
    ]  # fmt: skip
    readonly_fields = fields
    ordering = ["-pk"]
    show_full_result_count = False
    actions = [try_again]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": "Outgoing mails"} | (extra_context or {}))

    def has_add_permission(self, request):
        return False

    @admin.display(description="Number", ordering="pk")
    def number(self, mail):
        return mail.pk

    @admin.display(description="State")
    def state(self, mail):
        return "Sent" if mail.sent_at else "Given up" if mail.given_up_at else "Waiting"

    @admin.display(description="About", ordering="about")
    def topic(self, mail):
        return mail.about or "–"

    @admin.display(description="Next try", ordering="try_at")
    def next_try(self, mail):
        return None if mail.sent_at or mail.given_up_at else mail.try_at


# What django-allauth registers shows the secrets of authenticators, and ends no session.
admin.site.unregister([Authenticator, UserSession])


class _LogInAdmin(admin.ModelAdmin):
    """What belongs to a member's log-in: looked at and deleted, never written."""

    list_select_related = ["user"]
    search_fields = ["user__email"]
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Authenticator)
class AuthenticatorAdmin(_LogInAdmin):
    """Second factors. Deleting one lets a member who lost it log in and set up another."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    fields = list_display
    ordering = ["-created_at"]


@admin.register(UserSession)
class UserSessionAdmin(_LogInAdmin):
    """Browsers that are logged in. Deleting one logs it out."""

    list_display = ["user", "created_at", "last_seen_at", "ip", "user_agent"]
    fields = list_display
    ordering = ["-last_seen_at"]

    def delete_model(self, request, obj):
        obj.end()

    def delete_queryset(self, request, queryset):
        for session in queryset:
            session.end()


def _is_above(person: User | None, user: User) -> bool:
    """Whether a person may be changed only by somebody with more rights than the user has."""
    return bool(person and person.is_superuser and not user.is_superuser)
