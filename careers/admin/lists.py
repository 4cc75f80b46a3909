"""The lists of the board, and what is kept of its mails and people."""

from django.contrib import admin

from careers.admin.of_board import BoardAdmin
from careers.models import Credential, Mail, Specialty


@admin.register(Credential)
class CredentialAdmin(BoardAdmin):
    list_display = ["abbreviation", "name", "issuer", "position"]
    list_editable = ["position"]
    list_filter = ["issuer"]
    search_fields = ["abbreviation", "name"]
    prepopulated_fields = {"slug": ["abbreviation"]}


@admin.register(Specialty)
class SpecialtyAdmin(BoardAdmin):
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
