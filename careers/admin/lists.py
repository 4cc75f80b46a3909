"""The lists of the board, and what is kept of its mails and people."""

from django.contrib import admin

from careers.actions.board import bump_board
from careers.models import Credential, Mail, Specialty


class ListAdmin(admin.ModelAdmin):
    """A list whose names the board shows."""

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        bump_board()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        bump_board()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        bump_board()


@admin.register(Credential)
class CredentialAdmin(ListAdmin):
    list_display = ["abbreviation", "name", "issuer", "position"]
    list_editable = ["position"]
    list_filter = ["issuer"]
    search_fields = ["abbreviation", "name"]
    prepopulated_fields = {"slug": ["abbreviation"]}


@admin.register(Specialty)
class SpecialtyAdmin(ListAdmin):
    list_display = ["name"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin):
    """Mails that wait, failed or were sent in the last month. Their words are nobody's to read."""

    list_display = ["pk", "created_at", "try_at", "failed_count", "sent_at"]
    list_filter = [("sent_at", admin.EmptyFieldListFilter)]
    fields = ["created_at", "try_at", "failed_count", "sent_at"]
    readonly_fields = ["created_at", "sent_at"]

    def has_add_permission(self, request):
        return False
