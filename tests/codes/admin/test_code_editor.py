"""The editing page of a code."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from codes.actions.editorial import save_draft
from codes.models import CodeSystem, PlainDescription, SectionText, Source
from tests.factories import (
    make_code,
    make_description,
    make_plain_description,
    make_release,
    make_section_text,
    make_user,
)

pytestmark = pytest.mark.django_db


def url_of(code) -> str:
    return reverse("admin:codes_code_change", args=[code.pk])


def filled_in(page, **changes) -> dict:
    """What the browser sends for the shown page, with some fields changed.

    Fields are named with underscores: `guidelines__text` is the text of the section Guidelines.
    """
    data = {}
    for panel in page.context["panels"]:
        for field in panel.form:
            data[field.html_name] = field.value() or ""
    for name, value in changes.items():
        slug, _, field = name.rpartition("__")
        data[f"{slug.replace('_', '-')}-{field}"] = value
    return data


def test_the_page_shows_every_text_and_the_official_ones_newest_first(editors_client):
    code = make_code("J9200")
    make_description(
        code, release=make_release(name="2025", valid_from=date(2025, 1, 1)), long="Older words"
    )
    make_description(
        code, release=make_release(name="2026", valid_from=date(2026, 1, 1)), long="Newer words"
    )
    make_plain_description(code, text="Plain words of ours.")
    make_section_text(code, "guidelines", text="Guideline words.")
    html = editors_client.get(url_of(code)).content.decode()
    assert html.index("Newer words") < html.index("Older words")
    assert "Plain words of ours." in html
    assert "Guideline words." in html
    assert html.count("<textarea") == 10
    assert 'href="/codes/hcpcs/J9200/"' in html


def test_saving_a_draft_stores_it_and_returns_to_its_place(editors_client, editor):
    code = make_code()
    page = editors_client.get(url_of(code))
    data = filled_in(page, plain_description__text="New.", plain_description__title="A title")
    answer = editors_client.post(url_of(code), {**data, "action": "save:plain-description"})
    assert answer["Location"] == f"{url_of(code)}#plain-description"
    text = PlainDescription.objects.get(code=code)
    assert (text.text, text.title, text.state) == ("New.", "A title", "draft")
    assert text.history.latest().history_user == editor


def test_only_texts_that_were_changed_are_stored(editors_client):
    code = make_code()
    text = make_plain_description(code, text="Line one.\n\nLine two.")
    data = filled_in(editors_client.get(url_of(code)))
    # A browser sends lines with CR LF.
    data["plain-description-text"] = "Line one.\r\n\r\nLine two."
    editors_client.post(url_of(code), {**data, "action": "save"})
    assert text.history.count() == 2
    assert not SectionText.objects.exists()


def test_publishing_one_text_keeps_the_others_as_drafts(editors_client, editor):
    code = make_code()
    data = filled_in(
        editors_client.get(url_of(code)),
        guidelines__text="Guidelines.",
        guidelines__reviewed_date="2026-07-01",
        modifiers__text="Half a thought",
    )
    editors_client.post(url_of(code), {**data, "action": "publish:guidelines"})
    guidelines = SectionText.objects.get(code=code, section="guidelines")
    modifiers = SectionText.objects.get(code=code, section="modifiers")
    assert (guidelines.state, guidelines.published_by) == ("published", editor)
    assert guidelines.reviewed_date == date(2026, 7, 1)
    assert (modifiers.state, modifiers.text) == ("draft", "Half a thought")
    assert "Guidelines." in editors_client.get(code.get_absolute_url()).content.decode()


def test_unpublishing_takes_the_text_from_the_site(editors_client, client):
    code = make_code()
    make_plain_description(code, text="For a while.")
    data = filled_in(editors_client.get(url_of(code)))
    editors_client.post(url_of(code), {**data, "action": "unpublish:plain-description"})
    assert PlainDescription.objects.get(code=code).state == "draft"
    assert "For a while." not in client.get(code.get_absolute_url()).content.decode()


def test_the_page_tells_who_published_and_who_saved_last(editors_client):
    code = make_code()
    ann = make_user("ann@example.org")
    text = make_plain_description(code)
    save_draft(text=text, markdown="Changed.", by=ann)
    html = editors_client.get(url_of(code)).content.decode()
    assert "Published, changed since" in html
    assert "by ann@example.org" in html


def test_what_another_editor_saved_meanwhile_is_not_overwritten(editors_client):
    code = make_code()
    text = make_plain_description(code, text="Start of it.")
    page = editors_client.get(url_of(code))
    save_draft(text=text, markdown="Their words.", by=make_user("ann@example.org"))
    data = filled_in(page, plain_description__text="My words.", guidelines__text="Other text.")
    answer = editors_client.post(url_of(code), {**data, "action": "publish:plain-description"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "ann@example.org saved the plain-language description while you were writing." in html
    assert "My words." in html
    assert "Their " in html
    text.refresh_from_db()
    assert (text.text, text.published_text) == ("Their words.", "Start of it.")
    # What nobody else touched is stored.
    assert SectionText.objects.get(code=code).text == "Other text."

    again = filled_in(answer)
    editors_client.post(url_of(code), {**again, "action": "save:plain-description"})
    text.refresh_from_db()
    assert text.text == "My words."
    assert text.history.filter(text="Their words.").exists()


def test_a_second_conflict_is_told_as_well(editors_client):
    code = make_code()
    text = make_plain_description(code)
    page = editors_client.get(url_of(code))
    save_draft(text=text, markdown="Theirs.", by=make_user())
    answer = editors_client.post(url_of(code), filled_in(page, plain_description__text="Mine."))
    save_draft(text=text, markdown="Theirs again.", by=make_user())
    answer = editors_client.post(url_of(code), filled_in(answer))
    assert answer.status_code == 409
    text.refresh_from_db()
    assert text.text == "Theirs again."


def test_what_another_editor_saved_and_i_left_alone_is_no_conflict(editors_client):
    code = make_code()
    text = make_plain_description(code)
    page = editors_client.get(url_of(code))
    save_draft(text=text, markdown="Their words.", by=make_user())
    data = filled_in(page, guidelines__text="Mine.")
    assert editors_client.post(url_of(code), {**data, "action": "save"}).status_code == 302
    text.refresh_from_db()
    assert text.text == "Their words."


def test_publishing_words_one_has_not_seen_is_refused(editors_client):
    code = make_code()
    text = make_plain_description(code, text="Seen.", is_published=False)
    page = editors_client.get(url_of(code))
    save_draft(text=text, markdown="Not seen.", by=make_user())
    data = filled_in(page)
    answer = editors_client.post(url_of(code), {**data, "action": "publish:plain-description"})
    assert answer.status_code == 409
    text.refresh_from_db()
    assert text.published_at is None


def test_an_empty_text_is_not_published_and_the_reason_is_told(editors_client):
    code = make_code()
    data = filled_in(editors_client.get(url_of(code)))
    answer = editors_client.post(url_of(code), {**data, "action": "publish:guidelines"})
    assert "is empty. Write it before you publish it." in answer.content.decode()
    assert not SectionText.objects.exists()


def test_a_bad_date_keeps_everything_that_was_typed(editors_client):
    code = make_code()
    data = filled_in(
        editors_client.get(url_of(code)),
        plain_description__text="Typed.",
        plain_description__reviewed_date="tomorrow",
        guidelines__text="Typed too.",
    )
    html = editors_client.post(url_of(code), {**data, "action": "save"}).content.decode()
    assert "Write the date as year-month-day" in html
    assert "Typed." in html
    assert "Typed too." in html
    assert not PlainDescription.objects.exists()
    assert not SectionText.objects.exists()


def test_the_reviewed_date_of_changed_words_waits_for_publishing(editors_client):
    code = make_code()
    make_plain_description(code)
    data = filled_in(
        editors_client.get(url_of(code)),
        plain_description__text="Rewritten.",
        plain_description__reviewed_date="2026-07-01",
    )
    answer = editors_client.post(url_of(code), {**data, "action": "save"}, follow=True)
    assert "is set when you publish" in answer.content.decode()
    assert PlainDescription.objects.get(code=code).reviewed_date is None


def test_the_preview_without_javascript_stores_nothing(editors_client):
    code = make_code()
    data = filled_in(editors_client.get(url_of(code)), guidelines__text="**Bold** words")
    page = editors_client.post(url_of(code), {**data, "action": "preview:guidelines"})
    html = page.content.decode()
    assert "<strong>Bold</strong> words" in html
    assert "**Bold** words</textarea>" in html
    assert not SectionText.objects.exists()
    # What was typed is still to be saved from there.
    editors_client.post(url_of(code), {**filled_in(page), "action": "save"})
    assert SectionText.objects.get().text == "**Bold** words"


def test_the_live_preview_returns_sanitized_html(editors_client):
    attack = (
        "**b** <script>alert(1)</script> [x](javascript:alert(1)) ![y](data:image/png;base64,A)"
    )
    answer = editors_client.post(reverse("admin:codes_code_preview"), {"text": attack})
    assert answer.content.decode() == (
        "<p><strong>b</strong> &lt;script&gt;alert(1)&lt;/script&gt; x y</p>"
    )


def test_the_live_preview_wants_a_token_and_a_post(editor):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    url = reverse("admin:codes_code_preview")
    assert strict.post(url, {"text": "x"}).status_code == 403
    assert strict.get(url).status_code == 405


def test_a_preview_of_far_too_much_is_refused(editors_client):
    url = reverse("admin:codes_code_preview")
    answer = editors_client.post(url, {"text": "x" * 100_000})
    assert answer.status_code == 400
    assert "Too long for a preview" in answer.content.decode()


def test_stored_words_are_escaped_everywhere_on_the_page(editors_client):
    code = make_code()
    evil = '</textarea><script>alert("x")</script>'
    make_description(code, long=evil, short=evil)
    make_plain_description(code, text=evil, title=evil)
    html = editors_client.get(url_of(code)).content.decode()
    listing = editors_client.get(reverse("admin:codes_code_changelist")).content.decode()
    texts = editors_client.get(reverse("admin:codes_plaindescription_changelist")).content.decode()
    assert "<script>alert(" not in html + listing + texts


def test_an_unknown_code_and_a_wild_number_are_not_found(editors_client):
    for number in ("999999999", "99999999999999999999", "x"):
        url = reverse("admin:codes_code_change", args=[number])
        assert editors_client.get(url).status_code == 404


def test_the_page_asks_the_database_a_few_times_only(editors_client, django_assert_max_num_queries):
    code = make_code()
    for year in range(2020, 2027):
        make_description(code, release=make_release(name=f"{year}", valid_from=date(year, 1, 1)))
    make_plain_description(code)
    for slug in ("guidelines", "modifiers", "history"):
        make_section_text(code, slug)
    with django_assert_max_num_queries(14):
        editors_client.get(url_of(code))


def test_the_log_of_a_code_tells_what_was_done_by_whom(editors_client, editor):
    code = make_code()
    data = filled_in(editors_client.get(url_of(code)), guidelines__text="x")
    editors_client.post(url_of(code), {**data, "action": "publish:guidelines"})
    log = editors_client.get(reverse("admin:codes_code_history", args=[code.pk])).content.decode()
    assert "Section Guidelines: published" in log
    assert editor.email in log


def test_a_code_that_is_described_offers_no_entry_by_hand(editors_client):
    described = make_code("J9200")
    make_description(described)
    other = make_code("96413", system=CodeSystem.CPT)
    make_description(other, release=make_release(source=Source.ENTERED_BY_HAND))
    assert "by hand</a>" not in editors_client.get(url_of(described)).content.decode()
    assert "Correct the entry by hand" in editors_client.get(url_of(other)).content.decode()
    assert "Enter it by hand" in editors_client.get(url_of(make_code())).content.decode()
