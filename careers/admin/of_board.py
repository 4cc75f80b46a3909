"""Pages of the administration that change what the board shows."""

from django.contrib import admin

from careers.actions.board import bump_board, index_anew


class BoardAdmin(admin.ModelAdmin):
    """Every change and deletion here gives the board another version.

    `found_by` are the fields whose words find an object's postings.
    """

    found_by = ["name"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and set(self.found_by) & set(form.changed_data):
            index_anew(obj.postings.all())
        bump_board()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        bump_board()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        bump_board()
