"""Pages of the administration that change what the board shows."""

from django.contrib import admin

from careers.actions.board import bump_board


class BoardAdmin(admin.ModelAdmin):
    """Every change and deletion here gives the board another version."""

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        bump_board()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        bump_board()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        bump_board()
