"""The action of the lists that publishes many texts, after naming how many they are."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse

from codes.actions.editorial import publish_all
from codes.admin.texts import PLAIN, DateInput, may_edit
from codes.models import PlainDescription, SectionSlug, SectionText

# One request publishes at most so many; a filter divides a larger work.
MAX_TEXTS = 2000
NAMED = 20


class PublishForm(forms.Form):
    reviewed_date = forms.DateField(
        label="Reviewed on",
        required=False,
        widget=DateInput(),
        help_text="Empty: each text keeps its own date.",
        error_messages={"invalid": "Write the date as year-month-day, e.g. 2026-07-01."},
    )


@admin.action(description="Publish the selected texts", permissions=["change"])
def publish_texts(model_admin, request, queryset):
    """Publish the waiting texts among those selected."""
    return _publish(model_admin, request, [queryset.waiting()], "publish_texts")


@admin.action(description="Publish the texts of the selected codes", permissions=["change"])
def publish_texts_of_codes(model_admin, request, queryset):
    """Publish the waiting texts, of every kind, of the codes selected."""
    codes = queryset.order_by().values("pk")
    waiting = []
    if may_edit(request.user, PLAIN):
        waiting.append(PlainDescription.objects.filter(code__in=codes).waiting())
    if may_edit(request.user, SectionSlug.CLINICAL_USE):
        waiting.append(SectionText.objects.filter(code__in=codes).waiting())
    return _publish(model_admin, request, waiting, "publish_texts_of_codes")


def _publish(model_admin, request, waiting, action):
    kinds = [
        texts.select_related("code").order_by("code__system", "code__value") for texts in waiting
    ]
    count = sum(texts.count() for texts in kinds)
    if not count:
        messages.info(request, "None of the selected texts waits to be published.")
        return None
    if count > MAX_TEXTS:
        messages.error(
            request,
            f"{count:,} texts are too many to publish at once; narrow the list down to at most "
            f"{MAX_TEXTS:,}.",
        )
        return None
    is_confirmed = request.POST.get("confirmed") == "yes"
    form = PublishForm(request.POST if is_confirmed else None)
    if is_confirmed and form.is_valid():
        day = form.cleaned_data["reviewed_date"]
        done = sum(publish_all(texts=texts, by=request.user, reviewed_date=day) for texts in kinds)
        messages.success(request, f"{done:,} {_texts(done)} published.")
        return None
    named = [text for texts in kinds for text in texts[:NAMED]][:NAMED]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Publish {count:,} {_texts(count)}",
        "opts": model_admin.opts,
        "count": count,
        "named": named,
        "more_count": count - len(named),
        "form": form,
        "action": action,
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "select_across": request.POST.get("select_across", "0"),
    }
    return TemplateResponse(request, "admin/codes/publish_confirmation.html", context)


def _texts(count: int) -> str:
    return "text" if count == 1 else "texts"
