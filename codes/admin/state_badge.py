"""The badge that tells the state of a text, in lists and on the editing page."""

from django.utils.html import format_html

from codes.models import EditorialText

State = EditorialText.State
_TONES = {State.DRAFT: "is-warn", State.PUBLISHED: "is-good", State.CHANGED: "is-warn"}
_WORDS = {
    State.DRAFT: "Draft",
    State.PUBLISHED: "Published",
    State.CHANGED: "Published, changed since",
}


def state_badge(text: EditorialText | None) -> str:
    """HTML of the badge; a text that was never written, or was emptied again, is `Not written`."""
    if text is None or not text.pk or not (text.text or text.published_at):
        return format_html('<span class="badge">{}</span>', "Not written")
    return format_html('<span class="badge {}">{}</span>', _TONES[text.state], _WORDS[text.state])
