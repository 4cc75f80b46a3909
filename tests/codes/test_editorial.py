"""Editors' texts: drafts, publishing, going back, and who did it."""

import logging
import threading
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, connections

from codes.actions.editorial import (
    MAX_TEXT_LENGTH,
    EditorialError,
    StaleTextError,
    publish,
    publish_all,
    revert,
    save_draft,
    unpublish,
    version_of,
)
from codes.models import EditorialText, PlainDescription, SectionText
from codes.queries.editorial import plain_text, published_sections
from tests.factories import make_code, make_plain_description, make_section_text, make_user

pytestmark = pytest.mark.django_db

State = EditorialText.State


def test_a_draft_is_not_shown_to_readers():
    code, editor = make_code(), make_user()
    text = save_draft(text=PlainDescription(code=code), markdown="New words.", by=editor)
    assert text.state == State.DRAFT
    assert plain_text(PlainDescription.objects.get(code=code)) is None


def test_publishing_shows_sanitized_html_with_who_and_when():
    code, editor = make_code(), make_user()
    text = save_draft(
        text=PlainDescription(code=code), markdown="**Bold** <script>x</script>", by=editor
    )
    publish(text=text, by=editor, reviewed_date=date(2026, 7, 1))
    stored = PlainDescription.objects.get(code=code)
    assert stored.state == State.PUBLISHED
    assert stored.published_html == "<p><strong>Bold</strong> &lt;script&gt;x&lt;/script&gt;</p>"
    assert stored.published_by == editor
    assert stored.published_at is not None
    assert plain_text(stored).reviewed_date == date(2026, 7, 1)


def test_a_new_draft_leaves_what_readers_see():
    code = make_code()
    text = make_plain_description(code, text="Old words.", title="Old")
    save_draft(text=text, markdown="New words.", title="New", by=make_user())
    stored = PlainDescription.objects.get(code=code)
    assert stored.state == State.CHANGED
    assert stored.published_html == "<p>Old words.</p>"
    assert stored.published_title == "Old"


def test_a_new_title_alone_is_a_change_to_publish():
    text = make_plain_description(make_code(), title="Old")
    save_draft(text=text, markdown=text.text, title="New", by=make_user())
    assert text.state == State.CHANGED
    publish(text=text, by=make_user())
    assert (text.state, text.published_title) == (State.PUBLISHED, "New")


def test_unpublishing_takes_the_text_from_readers_and_keeps_the_draft():
    code = make_code()
    text = make_section_text(code, text="Words.")
    unpublish(text=text, by=make_user())
    assert published_sections(code) == {}
    assert (text.state, text.text) == (State.DRAFT, "Words.")


def test_what_is_not_published_cannot_be_unpublished():
    text = make_plain_description(make_code(), is_published=False)
    with pytest.raises(EditorialError, match="is not published"):
        unpublish(text=text, by=make_user())


def test_an_empty_text_is_not_published():
    text = save_draft(text=PlainDescription(code=make_code()), markdown="  \n ", by=make_user())
    with pytest.raises(EditorialError, match="empty"):
        publish(text=text, by=make_user())


def test_the_reviewed_date_of_published_words_changes_only_with_those_words():
    text = make_plain_description(make_code(), text="Reviewed.")
    save_draft(text=text, markdown="Reviewed.", reviewed_date=date(2026, 1, 1), by=make_user())
    assert text.reviewed_date == date(2026, 1, 1)
    save_draft(text=text, markdown="Rewritten.", reviewed_date=date(2026, 6, 1), by=make_user())
    assert text.reviewed_date == date(2026, 1, 1)
    publish(text=text, reviewed_date=date(2026, 6, 1), by=make_user())
    assert text.reviewed_date == date(2026, 6, 1)


def test_history_tells_who_did_what_in_order():
    ann, ben = make_user(), make_user()
    text = save_draft(text=PlainDescription(code=make_code()), markdown="One.", by=ann)
    publish(text=text, by=ben)
    save_draft(text=text, markdown="Two.", by=ann)
    unpublish(text=text, by=ben)
    versions = [
        (version.history_user, version.history_change_reason, version.text)
        for version in text.history.order_by("history_id")
    ]
    assert versions == [
        (ann, "Draft saved", "One."),
        (ben, "Published", "One."),
        (ann, "Draft saved", "Two."),
        (ben, "Unpublished", "Two."),
    ]


def test_every_change_is_in_the_log_of_the_administration_and_of_the_site(caplog):
    code, editor = make_code("J9200"), make_user("ann@example.org")
    with caplog.at_level(logging.INFO, logger="codes.actions.editorial"):
        text = save_draft(
            text=SectionText(code=code, section="guidelines"), markdown="x", by=editor
        )
        publish(text=text, by=editor)
    entries = LogEntry.objects.order_by("pk")
    assert [entry.change_message for entry in entries] == [
        "Section Guidelines: draft saved",
        "Section Guidelines: published",
    ]
    assert {(entry.user, entry.object_repr) for entry in entries} == {
        (editor, "HCPCS Level II J9200")
    }
    assert [record.getMessage() for record in caplog.records] == [
        "Draft saved: section Guidelines of HCPCS Level II J9200",
        "Published: section Guidelines of HCPCS Level II J9200",
    ]
    assert {record.by_id for record in caplog.records} == {editor.pk}


def test_saving_what_is_stored_already_writes_no_history():
    text = make_plain_description(make_code(), text="Same.")
    before = text.history.count()
    save_draft(text=text, markdown="Same.\r\n", by=make_user())
    assert text.history.count() == before


def test_lines_are_stored_with_line_feeds_and_without_control_characters():
    text = save_draft(text=PlainDescription(code=make_code()), markdown="a\r\nb\rc\x00 ", by=None)
    assert text.text == "a\nb\nc"


def test_a_text_that_is_far_too_long_is_refused():
    with pytest.raises(EditorialError, match="at most"):
        save_draft(
            text=PlainDescription(code=make_code()), markdown="x" * (MAX_TEXT_LENGTH + 1), by=None
        )
    assert not PlainDescription.objects.exists()


def test_reverting_makes_a_draft_and_leaves_readers_alone():
    text = make_plain_description(make_code(), text="First.", title="One")
    first = text.history.latest()
    save_draft(text=text, markdown="Second.", title="Two", by=make_user())
    publish(text=text, by=make_user())
    editor = make_user()
    revert(text=text, to_history_id=first.history_id, by=editor)
    assert (text.text, text.title, text.state) == ("First.", "One", State.CHANGED)
    assert text.published_html == "<p>Second.</p>"
    newest = text.history.latest()
    assert newest.history_user == editor
    assert newest.history_change_reason.startswith("Reverted to the version of ")


def test_reverting_and_publishing_shows_the_earlier_words_at_once():
    text = make_plain_description(make_code(), text="First.")
    first = text.history.latest()
    save_draft(text=text, markdown="Second.", by=make_user())
    publish(text=text, by=make_user())
    revert(text=text, to_history_id=first.history_id, by=make_user(), is_published=True)
    assert (text.published_html, text.state) == ("<p>First.</p>", State.PUBLISHED)


def test_a_text_does_not_revert_to_a_version_of_another_text():
    other = make_plain_description(make_code()).history.latest()
    text = make_plain_description(make_code(), text="Mine.")
    with pytest.raises(EditorialError, match="no such version"):
        revert(text=text, to_history_id=other.history_id, by=make_user())


def test_an_editor_does_not_overwrite_what_another_saved_meanwhile():
    text = make_plain_description(make_code(), text="Start.")
    seen = version_of(text)
    mine, theirs = (PlainDescription.objects.get(pk=text.pk) for _ in range(2))
    ann = make_user("ann@example.org")
    save_draft(text=theirs, markdown="Theirs.", by=ann, seen_version=seen)
    with pytest.raises(StaleTextError, match=r"ann@example\.org saved the plain-language"):
        save_draft(text=mine, markdown="Mine.", by=make_user(), seen_version=seen)
    with pytest.raises(StaleTextError):
        publish(text=mine, by=make_user(), seen_version=seen)
    with pytest.raises(StaleTextError):
        unpublish(text=mine, by=make_user(), seen_version=seen)
    assert PlainDescription.objects.get(pk=text.pk).text == "Theirs."


def test_two_who_begin_the_same_text_do_not_both_win():
    code = make_code()
    save_draft(text=PlainDescription(code=code), markdown="Theirs.", by=None, seen_version="")
    with pytest.raises(StaleTextError):
        save_draft(text=PlainDescription(code=code), markdown="Mine.", by=None, seen_version="")
    assert PlainDescription.objects.get(code=code).text == "Theirs."


@pytest.mark.django_db(transaction=True)
def test_of_many_who_save_at_the_same_moment_one_wins_and_the_others_are_told():
    text = make_plain_description(make_code(), text="Start.")
    seen, results, gate = version_of(text), [], threading.Barrier(6)

    def save(number):
        mine = PlainDescription.objects.get(pk=text.pk)
        gate.wait()
        try:
            save_draft(text=mine, markdown=f"Words {number}.", by=None, seen_version=seen)
            results.append(f"Words {number}.")
        except StaleTextError:
            results.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("told") == 5
    assert PlainDescription.objects.get(pk=text.pk).text in results


@pytest.mark.django_db(transaction=True)
def test_of_many_who_begin_a_text_at_the_same_moment_one_wins():
    code, results, gate = make_code(), [], threading.Barrier(6)

    def save(number):
        gate.wait()
        try:
            save_draft(
                text=PlainDescription(code=code), markdown=f"{number}", by=None, seen_version=""
            )
            results.append("saved")
        except StaleTextError:
            results.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["saved", *["told"] * 5]
    assert PlainDescription.objects.count() == 1


def test_publishing_many_writes_history_and_log_for_each():
    editor = make_user()
    texts = [make_plain_description(make_code(), is_published=False) for _ in range(3)]
    done = publish_all(texts=texts, by=editor, reviewed_date=date(2026, 7, 1))
    assert done == 3
    for text in PlainDescription.objects.all():
        assert (text.state, text.published_html) == (State.PUBLISHED, "<p>Plain words.</p>")
        assert (text.published_by, text.reviewed_date) == (editor, date(2026, 7, 1))
        newest = text.history.latest()
        assert (newest.history_user, newest.published_text) == (editor, "Plain words.")
        assert version_of(text) == newest.updated_at.isoformat()
    assert LogEntry.objects.filter(user=editor).count() == 3


def test_publishing_many_leaves_empty_and_published_texts_alone():
    published = make_section_text(make_code())
    empty = save_draft(
        text=SectionText(code=make_code(), section="guidelines"), markdown="", by=None
    )
    draft = make_section_text(make_code(), is_published=False)
    done = publish_all(texts=[published, empty, draft], by=make_user())
    assert done == 1
    assert published.history.count() == SectionText.objects.get(pk=published.pk).history.count()
    assert not SectionText.objects.get(pk=empty.pk).published_at


def test_the_conditions_of_the_database_agree_with_the_states():
    make_plain_description(make_code(), is_published=False)
    make_plain_description(make_code())
    for markdown, title in (("Changed.", ""), ("Plain words.", "A title")):
        text = make_plain_description(make_code())
        save_draft(text=text, markdown=markdown, title=title, by=None)
    counts = {
        state: {text.pk for text in PlainDescription.objects.in_state(state)} for state in State
    }
    assert counts == {
        state: {text.pk for text in PlainDescription.objects.all() if text.state == state}
        for state in State
    }
    assert PlainDescription.objects.waiting().count() == 3


def test_a_failure_while_publishing_leaves_nothing_half_done(monkeypatch):
    text = make_plain_description(make_code(), is_published=False)

    def fail(*args, **kwargs):
        raise RuntimeError("The log is full.")

    monkeypatch.setattr("codes.actions.editorial._log_entries", fail)
    with pytest.raises(RuntimeError):
        publish(text=text, by=make_user())
    stored = PlainDescription.objects.get(pk=text.pk)
    assert stored.state == State.DRAFT
    assert stored.history.count() == 1
    assert not connection.needs_rollback
