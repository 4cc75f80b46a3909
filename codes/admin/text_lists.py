"""The lists of plain-language descriptions and of section texts, with their sheets."""

import zipfile

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm
from import_export.results import RowResult

from codes.admin.bulk_publish import publish_texts
from codes.admin.checked_sheets import CheckedSheetStorage
from codes.admin.code_filters import ReviewedBeforeFilter, StateFilter, SystemOfTextFilter
from codes.admin.sheets import (
    AS_DRAFTS,
    AS_PUBLISHED,
    AS_THE_SHEET_SAYS,
    COLUMNS,
    MAX_ROWS,
    PlainDescriptionResource,
)
from codes.admin.state_badge import state_badge
from codes.admin.texts import PLAIN
from codes.models import PlainDescription, SectionText, stored_value

MAX_SHEET_BYTES = 20 * 1024 * 1024
_BECOMES = [
    (AS_DRAFTS, "Drafts, which readers do not see yet"),
    (AS_PUBLISHED, "Published"),
    (AS_THE_SHEET_SAYS, "What the column “state” says of each"),
]


class TextAdmin(admin.ModelAdmin):
    """A list of editors' texts; each is edited on the page of its code."""

    show_facets = admin.ShowFacets.NEVER
    list_select_related = ["code", "published_by"]
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    search_fields = ["code__value"]
    search_help_text = "A code, with or without its dot, or words of the text."
    actions = [publish_texts]
    ordering = ["code__system", "code__value"]
    sortable_by = ["reviewed", "updated"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("published_html")

    def changelist_view(self, request, extra_context=None):
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**(extra_context or {}), **title})

    def get_search_results(self, request, queryset, search_term):
        value = stored_value(search_term)
        by_code = queryset.filter(code__value__startswith=value) if value else queryset
        if not value or by_code.exists():
            return by_code, False
        for word in search_term.split():
            queryset = queryset.filter(text__icontains=word)
        return queryset, False

    @admin.display(description="Code", ordering="code__value")
    def printed_code(self, text):
        return format_html(
            '<span class="code">{}</span> <span class="quiet">{}</span>',
            text.code.printed,
            text.code.system_title,
        )

    @admin.display(description="State")
    def state_shown(self, text):
        return state_badge(text)

    @admin.display(description="Reviewed", ordering="reviewed_date")
    def reviewed(self, text):
        day = text.reviewed_date
        return f"{day.day} {day:%b %Y}" if day else "–"

    @admin.display(description="Saved", ordering="updated_at")
    def updated(self, text):
        moment = timezone.localtime(text.updated_at)
        return f"{moment.day} {moment:%b %Y, %H:%M}"

    @admin.display(description="Published by")
    def publisher(self, text):
        return text.published_by or "–"

    def slug_of(self, text) -> str:
        raise NotImplementedError

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Texts are edited on the page of their code."""
        text = self.get_object(request, object_id)
        if not self.has_view_or_change_permission(request, text):
            raise PermissionDenied
        if text is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        page = reverse("admin:codes_code_change", args=[text.code_id])
        return HttpResponseRedirect(f"{page}#{self.slug_of(text)}")

    def has_add_permission(self, request):
        """A text begins on the page of its code."""
        return False

    def has_delete_permission(self, request, obj=None):
        """A text is emptied or unpublished, never deleted: its history would lose its subject."""
        return False


class SheetForm(ImportForm):
    """The sheet to import, and what its texts become."""

    becomes = forms.ChoiceField(label="Imported texts become", choices=_BECOMES, initial=AS_DRAFTS)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["import_file"].label = "Sheet"
        # Known from the file's name where it is not chosen.
        self.fields["format"].required = False
        self.fields["format"].choices = [
            ("", "By the name of the file"),
            ("0", "CSV"),
            ("1", "XLSX"),
        ]

    def clean(self):
        values = super().clean()
        sheet = values.get("import_file")
        if sheet and not values.get("format"):
            is_workbook = sheet.name.lower().endswith((".xlsx", ".xlsm"))
            values["format"] = "1" if is_workbook else "0"
        return values

    def clean_import_file(self):
        sheet = self.cleaned_data["import_file"]
        if sheet.size > MAX_SHEET_BYTES:
            raise forms.ValidationError(
                f"The file has {sheet.size // 2**20} MB; at most {MAX_SHEET_BYTES // 2**20} MB are "
                "read."
            )
        return sheet


class ConfirmSheetForm(ConfirmImportForm):
    """What the check of the sheet hands to its import."""

    format = forms.ChoiceField(choices=[("0", "CSV"), ("1", "XLSX")], widget=forms.HiddenInput())
    becomes = forms.ChoiceField(choices=_BECOMES, widget=forms.HiddenInput())


@admin.register(PlainDescription)
class PlainDescriptionAdmin(ImportExportMixin, TextAdmin):
    list_display = ["printed_code", "title", "state_shown", "reviewed", "publisher", "updated"]
    list_filter = [SystemOfTextFilter, StateFilter, ReviewedBeforeFilter]
    resource_classes = [PlainDescriptionResource]
    formats = [CSV, XLSX]
    import_form_class = SheetForm
    confirm_form_class = ConfirmSheetForm
    export_form_class = ExportForm
    import_template_name = "admin/codes/plaindescription/import.html"
    export_template_name = "admin/codes/plaindescription/export.html"
    tmp_storage_class = CheckedSheetStorage
    # Every row is logged by the action that stores it.
    skip_admin_log = True
    # With a byte order mark, so that spreadsheets read it as UTF-8.
    to_encoding = "utf-8-sig"

    def slug_of(self, text) -> str:
        return PLAIN

    def has_import_permission(self, request):
        return self.has_change_permission(request)

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def get_confirm_form_initial(self, request, import_form):
        initial = super().get_confirm_form_initial(request, import_form)
        if import_form:
            initial["becomes"] = import_form.cleaned_data["becomes"]
        return initial

    def get_import_resource_kwargs(self, request, **kwargs):
        form = kwargs.get("form")
        values = getattr(form, "cleaned_data", None) or {}
        return {"user": request.user, "becomes": values.get("becomes", AS_DRAFTS)}

    def get_import_context_data(self, **kwargs):
        return {"columns": COLUMNS, "max_rows": MAX_ROWS}

    def get_import_data_kwargs(self, **kwargs):
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def add_data_read_fail_error_to_form(self, form, e):
        form.add_error(
            "import_file",
            "The file cannot be read in the chosen format. Expected is a CSV file in UTF-8, or an "
            "XLSX workbook whose first sheet holds the texts.",
        )

    def process_import(self, request, **kwargs):
        """Import the sheet that was checked, if it is still there."""
        try:
            return super().process_import(request, **kwargs)
        except (FileNotFoundError, UnicodeError, zipfile.BadZipFile):
            messages.error(request, "The checked sheet is gone. Choose the file again.")
            return HttpResponseRedirect(reverse("admin:codes_plaindescription_import"))

    def process_result(self, result, request):
        """Say what was done; a sheet that no longer fits since the check changed nothing."""
        if result.has_errors() or result.has_validation_errors():
            messages.error(
                request,
                "Nothing was imported: the codes or texts changed since the sheet was checked. "
                "Check it again.",
            )
            return HttpResponseRedirect(reverse("admin:codes_plaindescription_import"))
        return super().process_result(result, request)

    def add_success_message(self, result, request):
        totals = result.totals
        messages.success(
            request,
            f"Imported: {totals[RowResult.IMPORT_TYPE_NEW]:,} new texts, "
            f"{totals[RowResult.IMPORT_TYPE_UPDATE]:,} changed, "
            f"{totals[RowResult.IMPORT_TYPE_SKIP]:,} left as they were.",
        )


@admin.register(SectionText)
class SectionTextAdmin(TextAdmin):
    list_display = ["printed_code", "section", "state_shown", "reviewed", "publisher", "updated"]
    list_filter = ["section", SystemOfTextFilter, StateFilter, ReviewedBeforeFilter]

    def slug_of(self, text) -> str:
        return text.section
