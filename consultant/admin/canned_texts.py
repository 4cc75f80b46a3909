"""Texts that consultants use again and again."""

from django.contrib import admin
from django.utils.text import Truncator

from consultant.models import CannedText


@admin.register(CannedText)
class CannedTextAdmin(admin.ModelAdmin):
    list_display = ["title", "beginning"]
    search_fields = ["title", "text"]

    @admin.display(description="Text")
    def beginning(self, canned):
        return Truncator(" ".join(canned.text.split())).chars(100)
