"""The forms for a code that no release has, and for an official description entered by hand."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from codes.actions.by_hand import ByHandError, add_code, describe_by_hand, describing_release
from codes.admin.code_editor import find_code_or_404
from codes.admin.texts import DateInput
from codes.models import Code, CodeSystem, has_form_of, stored_value

_FORMS_IN_WORDS = {
    CodeSystem.CPT: "five characters, e.g. 96522 or 0001F",
    CodeSystem.HCPCS: "a letter and four digits, e.g. J9200",
    CodeSystem.ICD_10_CM: "three to seven characters, e.g. Z45.1",
    CodeSystem.ICD_10_PCS: "seven characters, or the three of a table, e.g. 3E03305",
}


class DescriptionForm(forms.Form):
    """An official description as it stands in the publisher's book."""

    long = forms.CharField(
        label="Official description",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The publisher's full wording. CPT® descriptors belong to the American Medical "
        "Association: enter one only where your license covers it.",
    )
    short = forms.CharField(label="Short description", max_length=120, required=False)
    valid_from = forms.DateField(
        label="Valid from",
        widget=DateInput(),
        help_text="The publisher's date: the first date of service it holds for.",
        error_messages={"invalid": "Write the date as year-month-day, e.g. 2026-07-01."},
    )


class CodeForm(forms.Form):
    """A code that is not there yet, with its official description where it is at hand."""

    system = forms.ChoiceField(label="Code system", choices=CodeSystem.choices)
    value = forms.CharField(
        label="Code", max_length=20, help_text="As printed; in any case, with or without the dot."
    )

    def clean(self):
        values = super().clean()
        system, value = values.get("system"), values.get("value")
        if system and value:
            stored = stored_value(value)
            if not has_form_of(system, stored):
                title = CodeSystem(system).label
                expected = _FORMS_IN_WORDS[CodeSystem(system)]
                self.add_error(
                    "value", f"“{value}” does not have the form of a {title} code: {expected}."
                )
            elif Code.objects.filter(system=system, value=stored).exists():
                self.add_error("value", f"{Code(system=system, value=stored)} is there already.")
        return values


class OptionalDescriptionForm(DescriptionForm):
    """The same, which may be left empty."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["long"].required = self.fields["valid_from"].required = False

    def clean(self):
        values = super().clean()
        if values.get("short") and not values.get("long"):
            self.add_error("long", "A short description stands beside the full one: enter both.")
        if values.get("long") and not values.get("valid_from") and "valid_from" not in self.errors:
            self.add_error("valid_from", "Say from which day the description is valid.")
        return values


def add(request, model_admin: admin.ModelAdmin) -> HttpResponse:
    """Add a code by hand, and where it is filled in its official description."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    may_describe = request.user.has_perm("codes.enter_by_hand")
    data = request.POST if request.method == "POST" else None
    initial = {key: request.GET.get(key, "") for key in ("system", "value")}
    code_form = CodeForm(data, initial=initial)
    description_form = None
    if may_describe:
        description_form = OptionalDescriptionForm(
            data, initial={"valid_from": timezone.localdate()}
        )
    forms_shown = [form for form in (code_form, description_form) if form]
    if data and all([form.is_valid() for form in forms_shown]):  # noqa: C419, every form is asked
        try:
            with transaction.atomic():
                values = code_form.cleaned_data
                code = add_code(system=values["system"], value=values["value"], by=request.user)
                if may_describe and description_form.cleaned_data["long"]:
                    describe_by_hand(code=code, by=request.user, **description_form.cleaned_data)
        except ByHandError as error:
            code_form.add_error("value", str(error))
        else:
            messages.success(request, f"{code} was added.")
            return HttpResponseRedirect(reverse("admin:codes_code_change", args=[code.pk]))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Add a code",
        "opts": model_admin.opts,
        "code_form": code_form,
        "description_form": description_form,
    }
    return TemplateResponse(request, "admin/codes/code/add_code.html", context)


def describe(request, model_admin: admin.ModelAdmin, code_id) -> HttpResponse:
    """Enter the official description of a code that no loaded release describes."""
    if not request.user.has_perm("codes.enter_by_hand"):
        raise PermissionDenied
    code = find_code_or_404(code_id)
    release = describing_release(code)
    form = DescriptionForm(
        request.POST if request.method == "POST" else None,
        initial={"valid_from": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            describe_by_hand(code=code, by=request.user, **form.cleaned_data)
        except ByHandError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The official description of {code} was entered.")
            return HttpResponseRedirect(reverse("admin:codes_code_change", args=[code.pk]))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Official description, entered by hand",
        "subtitle": str(code),
        "opts": model_admin.opts,
        "code": code,
        "form": form,
        "release": release,
    }
    return TemplateResponse(
        request, "admin/codes/code/describe.html", context, status=409 if release else 200
    )
