"""The forms of candidates: profile, application, messages."""

from django import forms
from django.conf import settings
from django.forms import inlineformset_factory

from accounts.models import User
from careers.forms.posting import DateInput
from careers.models import (
    Application,
    CandidateProfile,
    Credential,
    HeldCredential,
    Message,
    Posting,
    Resume,
    Specialty,
)
from careers.resume_files import ResumeError, clean_name, kind_of_resume
from careers.states import STATES

MOST_CREDENTIALS = 20
RESUME_TYPES = ".pdf,.docx,application/pdf"


class ResumeField(forms.FileField):
    """A résumé, checked by its content; its value is (content, kind, name)."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": RESUME_TYPES}))
        super().__init__(**kwargs)
        self.help_text = f"PDF or Word (.docx), at most {settings.RESUME_MAX_MB} MB."

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if not file:
            return None
        if file.size > settings.RESUME_MAX_MB * 1024 * 1024:
            raise forms.ValidationError(
                f"The file is larger than {settings.RESUME_MAX_MB} MB. Save it smaller."
            )
        content = file.read()
        try:
            kind = kind_of_resume(content)
        except ResumeError as error:
            raise forms.ValidationError(str(error)) from None
        return content, kind, clean_name(file.name, kind)


class ProfileForm(forms.ModelForm):
    state = forms.ChoiceField(required=False, choices=[("", "–"), *STATES.items()])
    wanted_types = forms.MultipleChoiceField(
        label="Employment wanted",
        required=False,
        choices=Posting.Type.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    wanted_workplaces = forms.MultipleChoiceField(
        label="Workplace wanted",
        required=False,
        choices=Posting.Workplace.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    specialties = forms.ModelMultipleChoiceField(
        required=False, queryset=Specialty.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    resume = ResumeField(label="Add a résumé", required=False)

    class Meta:
        model = CandidateProfile
        fields = [
            "name",
            "headline",
            "phone",
            "city",
            "state",
            "level",
            "specialties",
            "wanted_types",
            "wanted_workplaces",
            "wanted_yearly_pay",
            "resume",
        ]
        labels = {
            "level": "Experience",
            "wanted_yearly_pay": "Pay wanted, in dollars a year",
            "headline": "In one line",
        }
        help_texts = {"headline": "E.g. Inpatient coder, level I trauma center, six years."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [("", "Not said"), *Posting.Level.choices]

    def rows(self) -> list[list]:
        """The fields but the résumé, those of one line together."""
        lines = [
            ["name", "phone"],
            ["headline"],
            ["city", "state", "level"],
            ["specialties"],
            ["wanted_types"],
            ["wanted_workplaces", "wanted_yearly_pay"],
        ]
        return [[self[name] for name in line] for line in lines]


class HeldCredentialForm(forms.ModelForm):
    credential = forms.ModelChoiceField(
        queryset=Credential.objects.all(), empty_label="–", required=False
    )

    class Meta:
        model = HeldCredential
        fields = ["credential", "number", "expires_on"]
        labels = {"number": "Number", "expires_on": "Expires"}
        widgets = {"expires_on": DateInput()}

    def clean(self):
        data = super().clean()
        if (data.get("number") or data.get("expires_on")) and not data.get("credential"):
            self.add_error("credential", "Choose the credential this number belongs to.")
        return data

    def has_changed(self):
        names = ("credential", "number", "expires_on")
        return super().has_changed() and bool(
            self.instance.pk or any(self.data.get(f"{self.prefix}-{name}") for name in names)
        )


# A form that asks for more rows than its page has is not read: Django would draw a thousand.
CredentialFormSet = inlineformset_factory(
    User,
    HeldCredential,
    form=HeldCredentialForm,
    extra=2,
    max_num=MOST_CREDENTIALS,
    absolute_max=MOST_CREDENTIALS,
    can_delete=True,
)


class ApplyForm(forms.Form):
    """An application on one page. What the profile knows stands there already."""

    name = forms.CharField(label="Your name", max_length=100)
    phone = forms.CharField(label="Telephone", max_length=30, required=False)
    letter = forms.CharField(
        label="Why this job",
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="No patient data, please.",
    )
    resume = forms.ModelChoiceField(
        label="Résumé", queryset=Resume.objects.none(), required=False, empty_label="None of these"
    )
    new_resume = ResumeField(label="Or upload one", required=False)
    with_credentials = forms.BooleanField(
        label="Send the credentials of my profile", required=False, initial=True
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        listed = Resume.objects.filter(user=user, is_removed=False)
        self.fields["resume"].queryset = listed
        if not listed:
            del self.fields["resume"]
            self.fields["new_resume"].label = "Résumé"
        if not user.held_credentials.exists():
            del self.fields["with_credentials"]

    def clean(self):
        data = super().clean()
        is_empty = not (
            data.get("resume") or data.get("new_resume") or data.get("letter", "").strip()
        )
        if is_empty and not self.errors:
            raise forms.ValidationError("Send a résumé or a few words: both are empty.")
        return data


class MessageForm(forms.ModelForm):
    class Meta:
        model = Message
        fields = ["body"]
        labels = {"body": "Write a message"}
        widgets = {"body": forms.Textarea(attrs={"rows": 4})}


class StatusForm(forms.Form):
    status = forms.ChoiceField(
        choices=[
            choice
            for choice in Application.Status.choices
            if choice[0] not in ("sent", "withdrawn")
        ]
    )


class DeleteForm(forms.Form):
    is_sure = forms.BooleanField(
        label="Delete my profile, résumés, saved jobs, saved searches, applications and messages"
    )
