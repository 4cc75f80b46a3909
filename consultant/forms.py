"""What a member writes on the site: a case with its files, and words on an answer."""

import uuid
from datetime import date, timedelta

from django import forms
from django.utils import timezone

from consultant.actions.asking import MOST_CHARACTERS
from consultant.models import Message

FIRST_DATE = date(1990, 1, 1)
MOST_DAYS_AHEAD = 730


class CaseForm(forms.Form):
    """A case: its words, the date it is asked for.

    `key` makes sending the same twice (a double click, the way back in the browser) one question.
    """

    text = forms.CharField(
        label="Your question, codes or note",
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={
            "max_length": f"A case has at most {MOST_CHARACTERS:,} characters; "
            "this one has %(show_value)d.",
        },
    )
    date_of_service = forms.DateField(
        label="Date of service",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Empty: today.",
        error_messages={"invalid": "Write the date as 2026-07-01."},
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4

    def clean_text(self):
        return self.cleaned_data["text"].strip()

    def clean_key(self):
        """A form without a key, as of a script, is a question of its own."""
        return self.cleaned_data["key"] or uuid.uuid4()

    def clean_date_of_service(self):
        day = self.cleaned_data["date_of_service"]
        last = timezone.localdate() + timedelta(days=MOST_DAYS_AHEAD)
        if day and not FIRST_DATE <= day <= last:
            raise forms.ValidationError(
                f"The record holds dates from {FIRST_DATE.year} to {last.year}."
            )
        return day

    def clean(self):
        data = super().clean()
        if not self.errors and not data.get("text"):
            self.add_error("text", "Write a question, codes or a note.")
        return data

    @property
    def asked_with(self) -> list[str]:
        """What tells this question from another that was sent with the same key."""
        data = self.cleaned_data
        return [str(data["key"]), data["text"], str(data["date_of_service"])]


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(choices=Message.Verdict.choices)
    comment = forms.CharField(
        required=False, max_length=Message._meta.get_field("comment").max_length
    )
