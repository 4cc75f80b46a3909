"""Employers in the administration: verifying, blocking, their members."""

from django.contrib import admin, messages

from accounts.markdown import to_html
from careers.actions.employers import delete_employers, verify_employers
from careers.admin.of_board import BoardAdmin
from careers.models import Employer, Membership


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    raw_id_fields = ["user"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "employer")


@admin.action(description="Verify the selected employers", permissions=["change"])
def verify(model_admin, request, queryset):
    count = verify_employers(employers=queryset, by=request.user)
    messages.success(request, f"{count} verified.")


@admin.register(Employer)
class EmployerAdmin(BoardAdmin):
    list_display = ["name", "is_verified", "is_blocked", "website", "created_at"]
    list_filter = [("verified_at", admin.EmptyFieldListFilter), "is_blocked", "is_demonstration"]
    search_fields = ["name", "website"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["verified_at", "verified_by", "verified_domain", "created_at"]
    inlines = [MembershipInline]
    actions = [verify]

    @admin.display(description="Verified", boolean=True)
    def is_verified(self, employer):
        return employer.is_verified

    def save_model(self, request, obj, form, change):
        obj.about_html = to_html(obj.about)
        super().save_model(request, obj, form, change)

    def delete_model(self, request, obj):
        delete_employers(employers=Employer.objects.filter(pk=obj.pk))

    def delete_queryset(self, request, queryset):
        delete_employers(employers=queryset)
