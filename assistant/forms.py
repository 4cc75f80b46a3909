"""The question's form, as it is sent from any page."""

import uuid
from datetime import date

from django import forms

from assistant.models.turn import MAX_QUESTION_LENGTH


class AskForm(forms.Form):
    """A question, where it belongs and the key that makes sending it twice the same as once.

    `conversation` is the one it goes on with; `subject` the code (`system:code`) whose page it
    is asked from; `stream` says that the page will ask for the answer itself.
    """

    question = forms.CharField(
        max_length=MAX_QUESTION_LENGTH,
        error_messages={
            "required": "Write a question.",
            "max_length": f"A question has at most {MAX_QUESTION_LENGTH:,} characters.",
        },
    )
    key = forms.UUIDField(required=False)
    conversation = forms.UUIDField(required=False)
    subject = forms.CharField(max_length=24, required=False)
    date = forms.DateField(required=False)
    stream = forms.BooleanField(required=False)

    def clean_key(self):
        """A form without a key, as of a script, is a question of its own."""
        return self.cleaned_data["key"] or uuid.uuid4()


def date_sent(data) -> date | None:
    """The date of service in what was sent, where it is one."""
    try:
        return AskForm.base_fields["date"].clean(data.get("date", ""))
    except forms.ValidationError:
        return None
