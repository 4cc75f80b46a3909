"""The form of a posting, and those of what is said about one."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from careers.models import Posting, PostingReport
from careers.places import PlaceError, read_places
from careers.states import STATES

LONGEST = 90  # days that a posting may stay


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **attrs):
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class PostingForm(forms.ModelForm):
    """A job as its employer writes it."""

    places = forms.CharField(
        label="Places",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "Boise, ID 83702"}),
        help_text="One a line: city, state and, for searches by distance, ZIP code. Leave it empty "
        "for a job that is remote with no office.",
    )
    remote_states = forms.MultipleChoiceField(
        label="Remote from",
        required=False,
        choices=list(STATES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="For remote and hybrid jobs: the states where the person may live. None chosen "
        "means anywhere in the United States.",
    )
    code_systems = forms.MultipleChoiceField(
        label="Code systems",
        required=False,
        choices=Posting.CodeSystem.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Posting
        fields = [
            "title",
            "employment_type",
            "workplace",
            "places",
            "remote_states",
            "pay_min",
            "pay_max",
            "pay_unit",
            "description",
            "credentials",
            "specialty",
            "level",
            "code_systems",
            "software",
            "expectations",
            "apply_by",
            "apply_url",
            "apply_email",
            "live_from",
            "valid_through",
        ]
        labels = {
            "title": "Job title",
            "workplace": "Where the work is done",
            "pay_min": "Pay from, in dollars",
            "pay_max": "Pay to, in dollars",
            "pay_unit": "Pay per",
            "credentials": "Credentials asked for",
            "apply_by": "How to apply",
            "apply_url": "Web address to apply at",
            "apply_email": "E-mail address to apply to",
            "live_from": "First day on the board",
            "valid_through": "Last day on the board",
        }
        help_texts = {
            "title": "The job alone, without place, pay or capitals: Inpatient facility coder.",
            "description": "What the work is, for whom, and with what. Markdown: blank lines part "
            "paragraphs, “- ” begins a point of a list, “## ” a heading. No patient data.",
            "software": "E.g. Epic, 3M 360 Encompass, Optum EncoderPro.",
            "expectations": "E.g. 12 charts an hour, 95 % accuracy.",
            "live_from": "Empty: as soon as it is approved.",
            "valid_through": f"At most {LONGEST} days from today.",
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 14}),
            "credentials": forms.CheckboxSelectMultiple,
            "apply_by": forms.RadioSelect,
            "workplace": forms.RadioSelect,
            "live_from": DateInput(),
            "valid_through": DateInput(),
            "pay_min": forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01", "min": 0}),
            "pay_max": forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01", "min": 0}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["places"] = "\n".join(each.line for each in self.instance.locations.all())
        elif not self.initial.get("valid_through"):
            self.initial["valid_through"] = timezone.localdate() + timedelta(days=LONGEST // 2)
        self.fields["specialty"].empty_label = "Any"
        self.fields["level"].choices = [("", "Not said"), *Posting.Level.choices]

    def clean_title(self):
        return " ".join(self.cleaned_data["title"].split())

    def clean_places(self):
        try:
            return read_places(self.cleaned_data["places"])
        except PlaceError as error:
            raise forms.ValidationError(str(error)) from None

    def clean_valid_through(self):
        day, today = self.cleaned_data["valid_through"], timezone.localdate()
        if "valid_through" in self.changed_data or not self.instance.pk:
            if day < today:
                raise forms.ValidationError("The last day is past; choose today or a later one.")
            if day > today + timedelta(days=LONGEST):
                latest = today + timedelta(days=LONGEST)
                raise forms.ValidationError(
                    f"Choose {latest:%Y-%m-%d} or an earlier day; a job can be posted again."
                )
        return day

    def clean(self):
        data = super().clean()
        if data.get("workplace") != Posting.Workplace.REMOTE and data.get("places") == []:
            self.add_error("places", "Say where the work is done: city and state.")
        low, high = data.get("pay_min"), data.get("pay_max")
        if low is not None and high is not None and low > high:
            self.add_error("pay_max", "The pay to must not be less than the pay from.")
        needed = {
            Posting.ApplyBy.LINK: ("apply_url", "Write the address where candidates apply."),
            Posting.ApplyBy.EMAIL: ("apply_email", "Write the address candidates write to."),
        }
        name, words = needed.get(data.get("apply_by"), ("", ""))
        if name and not data.get(name) and name not in self.errors:
            self.add_error(name, words)
        if (url := data.get("apply_url")) and not url.startswith(("http://", "https://")):
            self.add_error("apply_url", "The address must begin with https://.")
        first, last = data.get("live_from"), data.get("valid_through")
        if first and last and first > last:
            self.add_error("live_from", "The first day must not come after the last.")
        return data

    @property
    def changed_labels(self) -> list[str]:
        """The fields that were changed, as the record names them."""
        return [self.fields[name].label.lower() for name in self.changed_data]

    def groups(self) -> list[tuple[str, list[list]]]:
        """The fields in the parts that the page shows, and in each those that share a row."""
        parts = [
            (
                "The job",
                [["title"], ["employment_type", "specialty", "level"], ["description"]],
            ),
            ("Where", [["workplace"], ["places"], ["remote_states"]]),
            ("Pay", [["pay_min", "pay_max", "pay_unit"]]),
            ("Asked for", [["credentials"], ["code_systems"], ["software", "expectations"]]),
            ("Applying", [["apply_by"], ["apply_url", "apply_email"]]),
            ("Days on the board", [["live_from", "valid_through"]]),
        ]
        return [
            (title, [[self[name] for name in names] for names in rows]) for title, rows in parts
        ]


class ReportForm(forms.ModelForm):
    class Meta:
        model = PostingReport
        fields = ["reason", "details"]
        labels = {"reason": "What is wrong?", "details": "More about it"}
        widgets = {"reason": forms.RadioSelect, "details": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = PostingReport.Reason.choices
