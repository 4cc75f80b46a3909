"""The log of the mails that arrived: never a word of what they say."""

from django.contrib import admin, messages
from django.template.defaultfilters import filesizeformat

from consultant.actions.incoming import read_again
from consultant.models import IncomingMail


@admin.action(description="Read the selected failed mails again", permissions=["change"])
def read_selected_again(model_admin, request, queryset):
    """Those that did not fail, or are kept no more, are left alone."""
    mails = list(queryset)
    done = sum(read_again(mail=mail, by=request.user) for mail in mails)
    if done:
        count = "1 mail is" if done == 1 else f"{done} mails are"
        messages.success(request, f"{count} being read again.")
    if left := len(mails) - done:
        count = "1 mail" if left == 1 else f"{left} mails"
        messages.warning(request, f"{count} left alone: not failed, or kept no more.")


@admin.register(IncomingMail)
class IncomingMailAdmin(admin.ModelAdmin):
    list_display = ["received_at", "way", "shown_size", "state", "outcome", "reason"]
    list_filter = ["state", "outcome", "way"]
    list_per_page = 100
    date_hierarchy = "received_at"
    show_full_result_count = False
    fields = [
        "way", "received_at", "shown_size", "state", "outcome", "reason", "read_at", "failed_count"
    ]  # fmt: skip
    readonly_fields = fields
    actions = [read_selected_again]

    def get_queryset(self, request):
        """Without what was written, which is not even fetched."""
        return super().get_queryset(request).defer("raw", "evidence")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        """A mail is not changed; the list has failed ones read again."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description="Size", ordering="size")
    def shown_size(self, mail):
        return filesizeformat(mail.size)
