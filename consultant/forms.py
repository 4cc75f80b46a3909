"""What a member writes on the site: a case with its files, and words on an answer."""

import hashlib
import uuid
from datetime import date, timedelta

from django import forms
from django.utils import timezone

from consultant.actions.asking import MOST_CHARACTERS
from consultant.letters.attachments import WRITE, read_attachment
from consultant.models import Message

MOST_FILES = 5
MOST_NAME = 150  # characters of a file's name
FIRST_DATE = date(1990, 1, 1)
MOST_DAYS_AHEAD = 730
FILE_TYPES = ".pdf,.docx,.txt,application/pdf,text/plain"


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, read by their content: dicts of `name`, `text`, `problem` and `sha256`."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = [file for file in data or [] if file]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(
                f"These are {len(files)} files; at most {MOST_FILES} are read at a time."
            )
        return [_read(super(FilesField, self).clean(file, initial)) for file in files]


def _read(file) -> dict:
    content = file.read()
    name = "".join(each for each in file.name if each.isprintable())[-MOST_NAME:] or "file"
    read = read_attachment(name, content)
    problem = read.problem.replace(WRITE, "Write its words into the text field.")
    if not read.text:
        raise forms.ValidationError(f"{name}: {problem}")
    return {
        "name": name,
        "text": read.text,
        "problem": problem,  # such as that only its beginning was read
        "sha256": hashlib.sha256(content).hexdigest(),
    }


class CaseForm(forms.Form):
    """A case: its words, the date it is asked for, its files.

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
    files = FilesField(
        label="Files",
        required=False,
        widget=FilesInput(attrs={"accept": FILE_TYPES}),
        help_text=f"Up to {MOST_FILES}: PDF, Word (.docx) or plain text.",
        error_messages={"empty": "One of the files is empty."},
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
        if not self.errors and not data.get("text") and not data.get("files"):
            self.add_error("text", "Write a question, codes or a note, or attach one.")
        return data

    @property
    def asked_with(self) -> list[str]:
        """What tells this question from another that was sent with the same key."""
        data = self.cleaned_data
        return [
            str(data["key"]),
            data["text"],
            str(data["date_of_service"]),
            *(file["sha256"] for file in data["files"]),
        ]


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(choices=Message.Verdict.choices)
    comment = forms.CharField(
        required=False, max_length=Message._meta.get_field("comment").max_length
    )
