"""What an editor may begin with, on the administration's first page."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from codes.models import Code, PlainDescription, SectionText

register = template.Library()


@dataclass(frozen=True)
class Work:
    """A list of codes or texts that wait for an editor, and how many they are."""

    title: str
    count: int
    url: str


@register.simple_tag
def codes_to_work_on(user) -> list[Work]:
    """The lists this person may work on; [] for somebody who edits no texts."""
    work = []
    if user.has_perm("codes.change_plaindescription"):
        written = PlainDescription.objects.written()
        work += [
            Work(
                "codes without plain-language text",
                Code.objects.count() - written.count(),
                _list("code", plain="missing"),
            ),
            Work(
                "plain-language drafts waiting",
                PlainDescription.objects.drafts().count(),
                _list("plaindescription", state="draft"),
            ),
            Work(
                "plain-language texts changed since published",
                PlainDescription.objects.changed().count(),
                _list("plaindescription", state="changed"),
            ),
        ]
    if user.has_perm("codes.change_sectiontext"):
        work += [
            Work(
                "section drafts waiting",
                SectionText.objects.drafts().count(),
                _list("sectiontext", state="draft"),
            ),
            Work(
                "sections changed since published",
                SectionText.objects.changed().count(),
                _list("sectiontext", state="changed"),
            ),
        ]
    return work


def _list(model: str, **filters: str) -> str:
    return f"{reverse(f'admin:codes_{model}_changelist')}?{urlencode(filters)}"
