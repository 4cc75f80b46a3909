"""The administration's pages of the search: terms and synonyms. The index follows in seconds."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from search.models import Synonym, Term


@admin.register(Term)
class TermAdmin(SimpleHistoryAdmin):
    """Abbreviations, lay words and brand names."""

    list_display = ["term", "meaning", "kind", "updated_at"]
    list_filter = ["kind"]
    search_fields = ["term", "meanings"]
    list_per_page = 100

    @admin.display(description="Meanings")
    def meaning(self, term):
        return " | ".join(term.meaning_list)


@admin.register(Synonym)
class SynonymAdmin(SimpleHistoryAdmin):
    """Other names of codes."""

    list_display = ["text", "code", "updated_at"]
    search_fields = ["text", "code__value"]
    autocomplete_fields = ["code"]
    list_select_related = ["code"]
