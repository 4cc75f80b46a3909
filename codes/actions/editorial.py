"""What editors do with their texts: save a draft, publish, unpublish, revert.

Every action locks the text, writes its history with the person and the reason, an entry in the
administration's log, and one line in the log of the site. `by` is None only where no person
acts, as when the demonstration data is loaded.
"""

import logging
import re
from collections.abc import Iterable
from datetime import date

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from simple_history.utils import bulk_update_with_history

from accounts.models import User
from codes.markdown import to_html
from codes.models import Code, EditorialText, PlainDescription, SectionText

logger = logging.getLogger(__name__)

# Above any real text; a cell of a spreadsheet holds no more than 32,767.
MAX_TEXT_LENGTH = 30_000
# Neither PostgreSQL nor a workbook takes all of these, and none of them is text.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MAX_TITLE_LENGTH = PlainDescription._meta.get_field("title").max_length


class EditorialError(ValueError):
    """An action that cannot be done, with the sentence that tells the editor why."""


class StaleTextError(EditorialError):
    """Somebody else saved the text since the editor opened it; nothing was overwritten."""

    def __init__(self, text: EditorialText):
        last = text.history.first()
        who = str(last.history_user) if last and last.history_user else "Somebody"
        super().__init__(
            f"{who} saved the {subject_of(text)} while you were writing. Nothing was overwritten: "
            "compare the two texts below, and save again to replace theirs with yours."
        )
        self.text = text


def subject_of(text: EditorialText) -> str:
    """What a text is, inside a sentence: plain-language description, section Guidelines."""
    if isinstance(text, SectionText):
        return f"section {text.get_section_display()}"
    return "plain-language description"


def version_of(text: EditorialText) -> str:
    """A mark that changes whenever the text is saved; '' for one that was never saved."""
    return text.updated_at.isoformat() if text.pk else ""


@transaction.atomic
def save_draft(
    *,
    text: EditorialText,
    markdown: str,
    by: User | None,
    title: str | None = None,
    reviewed_date: date | None = None,
    seen_version: str | None = None,
    reason: str = "Draft saved",
) -> EditorialText:
    """Store the working copy. What readers see stays as it is.

    `text` may be new (`PlainDescription(code=code)`). `title` belongs to plain-language
    descriptions. A `reviewed_date` is stored at once where the published text is the one that
    was reviewed, or nothing is published yet; otherwise it is left to publishing. With
    `seen_version` (see `version_of`) a text that somebody else saved meanwhile raises
    StaleTextError. Saving what is stored already writes nothing.
    """
    _lock(text, seen_version)
    before = _working_copy(text)
    text.text = _checked_markdown(markdown)
    if title is not None and isinstance(text, PlainDescription):
        text.title = _checked_title(title)
    if reviewed_date and (not text.published_at or not text.is_changed):
        text.reviewed_date = reviewed_date
    if text.pk and _working_copy(text) == before:
        return text
    _save(text, by, reason)
    return text


@transaction.atomic
def publish(
    *,
    text: EditorialText,
    by: User | None,
    reviewed_date: date | None = None,
    seen_version: str | None = None,
    reason: str = "Published",
) -> EditorialText:
    """Show the working copy to readers. Without a `reviewed_date` the stored one stays.

    Raises EditorialError for an empty text, StaleTextError as `save_draft` does.
    """
    _lock(text, seen_version)
    _show(text, by, reviewed_date)
    _save(text, by, reason)
    return text


@transaction.atomic
def unpublish(
    *, text: EditorialText, by: User | None, seen_version: str | None = None
) -> EditorialText:
    """Take a text from the readers. The working copy stays, as a draft."""
    _lock(text, seen_version)
    if not text.published_at:
        raise EditorialError(f"The {subject_of(text)} of {text.code} is not published.")
    text.published_text = text.published_html = ""
    text.published_at = text.published_by = None
    if isinstance(text, PlainDescription):
        text.published_title = ""
    _save(text, by, "Unpublished")
    return text


@transaction.atomic
def revert(
    *,
    text: EditorialText,
    to_history_id: int,
    by: User | None,
    is_published: bool = False,
    seen_version: str | None = None,
) -> EditorialText:
    """Make an earlier version the working copy, and with `is_published` show it to readers.

    Raises EditorialError where the text has no such version.
    """
    _lock(text, seen_version)
    version = text.history.filter(history_id=to_history_id).first()
    if version is None:
        raise EditorialError(f"The {subject_of(text)} of {text.code} has no such version.")
    moment = timezone.localtime(version.history_date)
    reason = f"Reverted to the version of {moment.day} {moment:%b %Y, %H:%M}"
    text.text = version.text
    if isinstance(text, PlainDescription):
        text.title = version.title
    if is_published:
        _show(text, by, None)
        reason += " and published"
    _save(text, by, reason)
    return text


@transaction.atomic
def publish_all(
    *, texts: Iterable[EditorialText], by: User, reviewed_date: date | None = None
) -> int:
    """Publish the working copies of many texts of one kind, all or none; returns how many.

    Those that are empty, or published as they stand, are left alone.
    """
    texts = list(texts)
    if not texts:
        return 0
    model = type(texts[0])
    locked = (
        model.objects.select_for_update(of=("self",))
        .filter(pk__in=[text.pk for text in texts])
        .select_related("code")
    )
    chosen = [text for text in locked if text.state != text.State.PUBLISHED and _has_words(text)]
    for text in chosen:
        _show(text, by, reviewed_date)
        text.updated_at = text.published_at
    fields = ["published_text", "published_html", "published_at", "published_by", "updated_at"]
    fields += ["reviewed_date", *(["published_title"] if model is PlainDescription else [])]
    bulk_update_with_history(
        chosen,
        model,
        fields,
        batch_size=200,
        default_user=by,
        default_change_reason="Published with others",
    )
    _log_entries(chosen, by, "Published with others")
    name = model._meta.verbose_name
    logger.info("Published %s texts (%s)", len(chosen), name, extra={"by_id": by.pk})
    return len(chosen)


def _lock(text: EditorialText, seen_version: str | None) -> None:
    """Lock the stored text and read it anew; a new one locks its code instead.

    Two editors who both begin a text cannot then both create it.
    """
    if not text.pk:
        Code.objects.select_for_update(no_key=True).get(pk=text.code_id)
        same = type(text).objects.filter(code_id=text.code_id)
        if isinstance(text, SectionText):
            same = same.filter(section=text.section)
        stored_id = same.values_list("pk", flat=True).first()
        if stored_id is not None:
            text.pk = stored_id
            text._state.adding = False
    if text.pk:
        code = text.code
        text.refresh_from_db(from_queryset=type(text).objects.select_for_update())
        text.code = code
    if seen_version is not None and seen_version != version_of(text):
        raise StaleTextError(text)


def _show(text: EditorialText, by: User | None, reviewed_date: date | None) -> None:
    if not _has_words(text):
        raise EditorialError(
            f"The {subject_of(text)} of {text.code} is empty. Write it before you publish it."
        )
    text.published_text = text.text
    text.published_html = to_html(text.text)
    text.published_at = timezone.now()
    text.published_by = by
    if isinstance(text, PlainDescription):
        text.published_title = text.title
    if reviewed_date:
        text.reviewed_date = reviewed_date


def _has_words(text: EditorialText) -> bool:
    return bool(text.text.strip() or getattr(text, "title", "").strip())


def _working_copy(text: EditorialText) -> tuple:
    return text.text, getattr(text, "title", ""), text.reviewed_date


def _checked_markdown(markdown: str) -> str:
    """The text as it is stored: lines end in a line feed, nothing trails."""
    checked = _CONTROL.sub("", markdown.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(checked) > MAX_TEXT_LENGTH:
        raise EditorialError(
            f"The text has {len(checked):,} characters; at most {MAX_TEXT_LENGTH:,} are kept."
        )
    return checked


def _checked_title(title: str) -> str:
    checked = " ".join(_CONTROL.sub("", title).split())
    if len(checked) > MAX_TITLE_LENGTH:
        raise EditorialError(
            f"The title has {len(checked)} characters; at most {MAX_TITLE_LENGTH} are kept."
        )
    return checked


def _save(text: EditorialText, by: User | None, reason: str) -> None:
    text._history_user = by
    text._change_reason = reason
    text.save()
    _log_entries([text], by, reason)
    by_id = by and by.pk
    logger.info("%s: %s of %s", reason, subject_of(text), text.code, extra={"by_id": by_id})


def _log_entries(texts: list[EditorialText], by: User | None, reason: str) -> None:
    """Entries of the administration's log, one for the code of each text."""
    if by is None:
        return
    codes = ContentType.objects.get_for_model(Code)
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=by.pk,
            content_type_id=codes.pk,
            object_id=str(text.code_id),
            object_repr=str(text.code),
            action_flag=CHANGE,
            change_message=f"{capfirst(subject_of(text))}: {reason[0].lower()}{reason[1:]}",
        )
        for text in texts
    )
