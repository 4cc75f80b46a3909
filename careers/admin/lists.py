"""The lists of the board."""

from django.contrib import admin

from careers.admin.of_board import BoardAdmin
from careers.models import Credential, Specialty


@admin.register(Credential)
class CredentialAdmin(BoardAdmin):
    found_by = ["abbreviation", "name"]
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
