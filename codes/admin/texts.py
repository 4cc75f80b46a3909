"""The ten texts of a code as the editing page has them: which there are, and the form of each."""

import hashlib
from datetime import date

from django import forms

from accounts.models import User
from codes.actions.editorial import MAX_TEXT_LENGTH, MAX_TITLE_LENGTH, version_of
from codes.markdown import to_html
from codes.models import Code, EditorialText, PlainDescription, SectionSlug, SectionText

PLAIN = "plain-description"


def text_title(slug: str) -> str:
    return "Plain-language description" if slug == PLAIN else SectionSlug(slug).label


def texts_of(code: Code) -> dict[str, EditorialText]:
    """The texts of a code by slug in reading order; an unsaved one where nothing is written."""
    sections = {text.section: text for text in SectionText.objects.filter(code=code)}
    plain = PlainDescription.objects.filter(code=code).first()
    texts = {PLAIN: plain or PlainDescription(code=code)}
    for slug in SectionSlug.values:
        texts[slug] = sections.get(slug) or SectionText(code=code, section=slug)
    for text in texts.values():
        text.code = code
    return texts


def text_of(code: Code, slug: str) -> EditorialText | None:
    """One text of a code, unsaved where nothing is written; None for an unknown slug."""
    if slug == PLAIN:
        text = PlainDescription.objects.filter(code=code).first() or PlainDescription(code=code)
    elif slug in SectionSlug.values:
        stored = SectionText.objects.filter(code=code, section=slug).first()
        text = stored or SectionText(code=code, section=slug)
    else:
        return None
    text.code = code
    return text


def may_edit(user: User, slug: str) -> bool:
    model = "plaindescription" if slug == PLAIN else "sectiontext"
    return user.has_perm(f"codes.change_{model}")


def may_edit_any(user: User) -> bool:
    return may_edit(user, PLAIN) or may_edit(user, SectionSlug.CLINICAL_USE)


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class TextForm(forms.Form):
    """One text on the editing page.

    `version` is the stored text the editor started from, `seen` a digest of what the form showed
    then: together they tell whether the editor, somebody else, or both changed it.
    """

    title = forms.CharField(
        required=False,
        max_length=MAX_TITLE_LENGTH,
        help_text="A few plain words for lists and page titles, where no official text is loaded.",
    )
    text = forms.CharField(
        required=False,
        max_length=MAX_TEXT_LENGTH,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true"}),
    )
    reviewed_date = forms.DateField(
        label="Reviewed on",
        required=False,
        widget=DateInput(),
        error_messages={"invalid": "Write the date as year-month-day, e.g. 2026-07-01."},
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput())
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args, slug: str, stored: EditorialText, is_editable: bool = True, **kwargs):
        initial = {
            "title": getattr(stored, "title", ""),
            "text": stored.text,
            "reviewed_date": stored.reviewed_date,
            "version": version_of(stored),
        }
        initial["seen"] = _digest(initial["text"], initial["title"], initial["reviewed_date"])
        super().__init__(*args, prefix=slug, initial=initial, auto_id="%s", **kwargs)
        self.slug = slug
        self.stored = stored
        self.is_editable = is_editable
        if slug != PLAIN:
            del self.fields["title"]
        self.fields["text"].label = text_title(slug)
        self.fields["text"].widget.attrs["aria-label"] = f"{text_title(slug)}, Markdown"
        for name in ("title", "text", "reviewed_date"):
            if not is_editable and name in self.fields:
                self.fields[name].disabled = True

    @property
    def is_touched(self) -> bool:
        """Whether the editor changed anything; asked of a valid form."""
        values = self.cleaned_data
        now = _digest(values["text"], values.get("title", ""), values["reviewed_date"])
        return self.is_editable and values["seen"] != now

    @property
    def preview(self) -> str:
        """The HTML of the text as it stands in the form."""
        return to_html(str(self["text"].value() or ""))

    def with_newest_version(self) -> "TextForm":
        """The same typed words over the newest stored text, so that saving again replaces it."""
        data = self.data.copy()
        data[self.add_prefix("version")] = version_of(self.stored)
        # Differs from every digest: what was typed stays a change.
        data[self.add_prefix("seen")] = "typed"
        return TextForm(data, slug=self.slug, stored=self.stored, is_editable=self.is_editable)


def _digest(text: str, title: str, reviewed_date: date | None) -> str:
    # Browsers send line ends as CR LF, the database keeps LF.
    plain = "\n".join([text.replace("\r\n", "\n").strip(), title.strip(), str(reviewed_date or "")])
    return hashlib.sha256(plain.encode()).hexdigest()[:32]
