"""What a consultant fills in on the page of a case: one form, so that nothing written is lost."""

import uuid

from django import forms

from accounts.models import User
from consultant.actions.consulting import MAX_NOTE_LENGTH, MAX_REPLY_LENGTH, Seen
from consultant.models import CannedText, Thread
from consultant.queries.inbox import consultants, name_of


class ConsultantChoice(forms.ModelChoiceField):
    """One of those who may work on cases, by name; empty: nobody."""

    def label_from_instance(self, obj: User) -> str:
        return name_of(obj)


class CaseForm(forms.Form):
    """The reply, the note and whose the case is.

    `seen` is the case as it was shown, `form_key` makes what is sent twice one. `is_draft`: a draft
    by the assistant is in the box, which may not be sent before somebody says it was read.
    """

    reply = forms.CharField(
        label="Reply to the member",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "maxlength": MAX_REPLY_LENGTH}),
    )
    note = forms.CharField(
        label="Internal note",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_NOTE_LENGTH}),
    )
    canned = forms.ModelChoiceField(
        CannedText.objects.all(), label="Text", required=False, empty_label="Choose a text"
    )
    assigned_to = ConsultantChoice(
        User.objects.none(), label="Assigned to", required=False, empty_label="Nobody"
    )
    is_draft = forms.BooleanField(required=False, widget=forms.HiddenInput)
    is_read = forms.BooleanField(
        label="I have read the draft and checked every sentence", required=False
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assigned_to"].queryset = consultants()

    @classmethod
    def fresh(cls, thread: Thread, **texts) -> "CaseForm":
        """The form of the case as it is now, with what was written and not sent yet."""
        return cls(
            initial={
                "assigned_to": thread.assigned_to_id,
                "seen": Seen.of(thread).token,
                "form_key": uuid.uuid4(),
            }
            | texts
        )

    @property
    def texts(self) -> dict:
        """What was written and not sent, for another form."""
        kept = ("reply", "note", "canned", "is_draft", "is_read")
        texts = {name: self.cleaned_data.get(name) for name in kept}
        # Of an emptied box nothing is left of the draft.
        return texts | {"is_draft": bool(texts["is_draft"] and (texts["reply"] or "").strip())}
