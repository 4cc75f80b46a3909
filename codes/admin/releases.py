"""Releases, licenses and uploads of official files: for administrators only."""

import zipfile
from datetime import datetime, timedelta
from pathlib import PurePath

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from codes.actions.releases import (
    AMA_LICENSE,
    ReleaseError,
    publish_release,
    upload_file,
    withdraw_release,
)
from codes.importers.rows import FileProblem
from codes.models import ImportUpload, LicenseAcceptance, RejectedRow, Release

_RELEASE_TONES = {
    Release.State.PUBLISHED: "is-good",
    Release.State.WITHDRAWN: "is-warn",
    Release.State.FAILED: "is-bad",
}
_UPLOAD_TONES = {ImportUpload.State.DONE: "is-good", ImportUpload.State.FAILED: "is-bad"}
_WORKER_IS_LATE = timedelta(seconds=30)
_ZIPS, _TEXTS = {".zip", ".xlsx"}, {".txt", ".csv"}


def _badge(words: str, tone: str) -> str:
    return format_html('<span class="badge {}">{}</span>', tone, words)


def _moment(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "j M Y, H:i") if moment else "–"


def _number(count: int | None) -> str:
    return format_html('<span class="figure">{}</span>', "–" if count is None else f"{count:,}")


class _ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class RejectedRowInline(admin.TabularInline):
    """What was not taken of the file. At most one row in a hundred, else the file is refused."""

    model = RejectedRow
    template = "admin/codes/release/rejected_rows.html"
    fields = readonly_fields = ["line_number", "reason"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(Release)
class ReleaseAdmin(_ReadOnlyAdmin):
    list_display = [
        "name",
        "source",
        "valid_since",
        "state_badge",
        "rows",
        "rejected",
        "new",
        "revised",
        "ended",
        "imported_on",
    ]
    list_filter = ["source", "state"]
    fields = [
        "source",
        "name",
        "valid_since",
        "state_badge",
        "rows",
        "rejected",
        "new",
        "revised",
        "ended",
        "imported_on",
        "file_name",
        "sha256",
        "replaced_by",
    ]
    inlines = [RejectedRowInline]
    change_form_template = "admin/codes/release/change_form.html"

    @admin.display(description="State", ordering="state")
    def state_badge(self, release: Release) -> str:
        words = release.get_state_display()
        if release.is_demonstration:
            words = f"{words}, demonstration"
        return _badge(words, _RELEASE_TONES.get(release.state, ""))

    @admin.display(description="Valid from", ordering="valid_from")
    def valid_since(self, release: Release) -> str:
        return date_format(release.valid_from, "j M Y")

    @admin.display(description="Imported", ordering="imported_at")
    def imported_on(self, release: Release) -> str:
        return _moment(release.imported_at)

    @admin.display(ordering="row_count")
    def rows(self, release: Release) -> str:
        return _number(release.row_count)

    @admin.display(ordering="rejected_count")
    def rejected(self, release: Release) -> str:
        return _number(release.rejected_count)

    @admin.display(description="New", ordering="new_count")
    def new(self, release: Release) -> str:
        return _number(release.new_count)

    @admin.display(ordering="revised_count")
    def revised(self, release: Release) -> str:
        return _number(release.revised_count)

    @admin.display(ordering="ended_count")
    def ended(self, release: Release) -> str:
        return _number(release.ended_count)

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "title": "Releases"})

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.confirm_view)
        return [
            path(
                "<int:release_id>/withdraw/", view, {"verb": "withdraw"}, "codes_release_withdraw"
            ),
            path("<int:release_id>/publish/", view, {"verb": "publish"}, "codes_release_publish"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        context = {
            **(extra_context or {}),
            "title": "Release",
            "may_act": request.user.has_perm("codes.change_release"),
        }
        return super().change_view(request, object_id, form_url, context)

    def confirm_view(self, request: HttpRequest, release_id: int, verb: str) -> HttpResponse:
        if not request.user.has_perm("codes.change_release"):
            raise PermissionDenied
        release = Release.objects.filter(id=release_id).first()
        if release is None:
            raise Http404
        page = reverse("admin:codes_release_change", args=[release.id])
        if request.method == "POST":
            action = withdraw_release if verb == "withdraw" else publish_release
            done = "Withdrawn" if verb == "withdraw" else "Published again"
            try:
                action(release=release, by=f"user {request.user.pk}")
            except (ReleaseError, FileProblem) as problem:
                messages.error(request, str(problem))
            else:
                self.log_change(request, release, f"{done}.")
                messages.success(request, f"{release}: {done.lower()}.")
            return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{'Withdraw' if verb == 'withdraw' else 'Publish'} {release}",
            "opts": self.opts,
            "release": release,
            "verb": verb,
            "page": page,
        }
        return TemplateResponse(request, "admin/codes/release/confirmation.html", context)


@admin.register(LicenseAcceptance)
class LicenseAcceptanceAdmin(_ReadOnlyAdmin):
    list_display = ["license", "accepted_by", "user", "accepted_on"]
    fields = ["license", "accepted_by", "user", "accepted_on"]

    @admin.display(description="Accepted", ordering="accepted_at")
    def accepted_on(self, acceptance: LicenseAcceptance) -> str:
        return _moment(acceptance.accepted_at)


class UploadForm(forms.ModelForm):
    """An official file, with what it does not tell itself."""

    class Meta:
        model = ImportUpload
        fields = ["file", "release", "valid_from", "accept_ama_license", "replace", "allow_fall"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].label = "Official file"
        self.fields["file"].help_text = (
            f"As its publisher ships it: .zip, .xlsx, .txt or .csv, up to "
            f"{settings.IMPORT_UPLOAD_MAX_MB} MB. Put the files of one CPT® edition into a zip."
        )
        self.fields["valid_from"].error_messages["invalid"] = (
            "Write the date as year-month-day, e.g. 2026-07-01."
        )

    def clean_file(self):
        file = self.cleaned_data["file"]
        name = PurePath(file.name).name
        suffix = PurePath(name).suffix.lower()
        largest = settings.IMPORT_UPLOAD_MAX_MB
        if file.size > largest * 2**20:
            raise forms.ValidationError(
                f"{name} has {file.size // 2**20:,} MB; at most {largest} MB are taken. An "
                "operator can import it on the server with import_files."
            )
        if suffix not in _ZIPS | _TEXTS:
            raise forms.ValidationError(f"{name}: expected a .zip, .xlsx, .txt or .csv file.")
        head = file.read(64 * 1024)
        file.seek(0)
        is_zip = zipfile.is_zipfile(file)
        file.seek(0)
        if suffix in _ZIPS and not is_zip:
            raise forms.ValidationError(
                f"{name} is not what its name says: it is not a whole zip or spreadsheet. Was the "
                "download cut off?"
            )
        if suffix in _TEXTS and (is_zip or b"\0" in head or not head.strip()):
            raise forms.ValidationError(f"{name} is not what its name says: it holds no text.")
        return file


@admin.register(ImportUpload)
class ImportUploadAdmin(admin.ModelAdmin):
    """The add page uploads a file; the page of an upload tells how far its import is."""

    form = UploadForm
    add_form_template = "admin/codes/importupload/add_form.html"
    list_display = ["file_name", "state_badge", "uploaded_by", "uploaded_on", "finished_on"]
    list_filter = ["state"]

    @admin.display(description="State", ordering="state")
    def state_badge(self, upload: ImportUpload) -> str:
        return _badge(upload.get_state_display(), _UPLOAD_TONES.get(upload.state, ""))

    @admin.display(description="Uploaded", ordering="uploaded_at")
    def uploaded_on(self, upload: ImportUpload) -> str:
        return _moment(upload.uploaded_at)

    @admin.display(description="Finished", ordering="finished_at")
    def finished_on(self, upload: ImportUpload) -> str:
        return _moment(upload.finished_at)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportUpload]:
        return super().get_queryset(request).select_related("uploaded_by").defer("report")

    def get_fields(self, request: HttpRequest, obj=None) -> list[str]:
        fields = list(UploadForm.Meta.fields)
        if LicenseAcceptance.objects.filter(license=AMA_LICENSE).exists():
            fields.remove("accept_ama_license")  # recorded already
        return fields

    def save_model(self, request, obj: ImportUpload, form: UploadForm, change: bool) -> None:
        upload_file(upload=obj, file=form.cleaned_data["file"], user=request.user)

    def add_view(self, request, form_url="", extra_context=None) -> HttpResponse:
        context = {**(extra_context or {}), "title": "Upload an official file"}
        return super().add_view(request, form_url, context)

    def response_add(self, request, obj: ImportUpload, post_url_continue=None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:codes_importupload_change", args=[obj.id]))

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        upload = self.get_object(request, object_id)
        if upload is None:
            raise Http404
        if not self.has_view_permission(request, upload):
            raise PermissionDenied
        waited = timezone.now() - upload.uploaded_at
        context = {
            **self.admin_site.each_context(request),
            "title": f"Import of {upload.file_name}",
            "opts": self.opts,
            "upload": upload,
            "recognized": [row for row in upload.report if row["source"] or row["note"]],
            "unrecognized": [row for row in upload.report if not row["source"] and not row["note"]],
            "is_worker_late": upload.state == ImportUpload.State.QUEUED
            and waited > _WORKER_IS_LATE,
        }
        return TemplateResponse(request, "admin/codes/importupload/progress.html", context)
