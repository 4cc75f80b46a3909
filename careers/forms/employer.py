"""The forms of an employer: profile, logo, members, verification."""

from urllib.parse import urlsplit

from django import forms
from django.core.validators import validate_email

from careers.images import ImageError, read_logo
from careers.models import Employer, Membership


class EmployerForm(forms.ModelForm):
    logo = forms.FileField(
        required=False,
        help_text="PNG, JPEG or WebP, at most 2 MB. It is shown at most 160 pixels wide.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    class Meta:
        model = Employer
        fields = ["name", "website", "headquarters", "about"]
        labels = {
            "name": "Name of the organization",
            "website": "Website",
            "headquarters": "Headquarters",
            "about": "About",
        }
        help_texts = {
            "website": "With it the employer can be verified by a mail at its domain.",
            "headquarters": "City and state.",
            "about": "What candidates should know. Markdown.",
        }
        widgets = {"about": forms.Textarea(attrs={"rows": 6})}

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        others = Employer.objects.filter(name__iexact=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(
                "An employer of this name is here already. Ask its owner to invite you."
            )
        return name

    def clean_website(self):
        website = self.cleaned_data["website"]
        if website and urlsplit(website).scheme not in ("http", "https"):
            raise forms.ValidationError("The address must begin with https://.")
        return website

    def clean_logo(self):
        file = self.cleaned_data["logo"]
        if not file:
            return None
        try:
            return read_logo(file.read())
        except ImageError as error:
            raise forms.ValidationError(str(error)) from None


class InvitationForm(forms.Form):
    email = forms.EmailField(label="E-mail address", help_text="A link to join is sent to it.")
    role = forms.ChoiceField(
        choices=Membership.Role.choices,
        initial=Membership.Role.RECRUITER,
        help_text="Recruiters post jobs and read applications; owners also change the profile and "
        "the members.",
    )


class VerificationForm(forms.Form):
    """An address at the employer's domain, to which a link is sent."""

    mailbox = forms.CharField(label="Your e-mail address there", max_length=64)

    def __init__(self, *args, domain: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.domain = domain
        self.fields["mailbox"].help_text = f"The part before @{domain}."

    def clean_mailbox(self):
        mailbox = self.cleaned_data["mailbox"].strip().removesuffix(f"@{self.domain}")
        address = f"{mailbox}@{self.domain}"
        if "@" in mailbox:
            raise forms.ValidationError(f"The address must end in @{self.domain}.")
        validate_email(address)
        return address
