"""The history of a text: versions, differences, and the way back."""

import pytest
from django.urls import reverse

from codes.actions.editorial import publish, save_draft
from codes.models import PlainDescription
from tests.factories import make_code, make_plain_description, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def text(db):
    """A text of three versions: written by Ann, published by Ben, changed by Ann."""
    ann, ben = make_user("ann@example.org"), make_user("ben@example.org")
    text = save_draft(
        text=PlainDescription(code=make_code("J9200")), markdown="The pump is filled.", by=ann
    )
    publish(text=text, by=ben)
    return save_draft(text=text, markdown="The port is filled.", by=ann)


def history_url(text, **query) -> str:
    return reverse("admin:codes_code_text_history", args=[text.code_id, "plain-description"])


def revert_url(text) -> str:
    return reverse("admin:codes_code_text_revert", args=[text.code_id, "plain-description"])


def pieces(page) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text.strip()) for piece in page.context["differences"]]


def test_the_newest_version_is_compared_with_the_one_before(editors_client, text):
    page = editors_client.get(history_url(text))
    assert pieces(page) == [
        ("same", "The"),
        ("removed", "pump"),
        ("added", "port"),
        ("same", "is filled."),
    ]
    html = page.content.decode()
    assert "<del>pump </del><ins>port </ins>" in html
    for part in ("ann@example.org", "ben@example.org", "Draft saved", "Published"):
        assert part in html


def test_any_two_versions_are_compared_the_older_one_first(editors_client, text):
    newest, _, first = text.history.values_list("history_id", flat=True)
    for older, newer in ((first, newest), (newest, first)):
        page = editors_client.get(history_url(text), {"from": older, "to": newer})
        assert ("removed", "pump") in pieces(page)
        assert ("added", "port") in pieces(page)


def test_the_first_version_stands_without_marks(editors_client, text):
    first = text.history.earliest()
    page = editors_client.get(history_url(text), {"to": first.history_id})
    assert pieces(page) == [("same", "The pump is filled.")]


def test_a_changed_title_is_a_difference_too(editors_client, text):
    save_draft(text=text, markdown=text.text, title="Filling", by=make_user())
    assert ("added", "Filling") in pieces(editors_client.get(history_url(text)))


def test_words_of_a_version_are_escaped(editors_client, text):
    save_draft(text=text, markdown="<img src=x onerror=alert(1)>", by=make_user())
    assert "<img src=x" not in editors_client.get(history_url(text)).content.decode()


@pytest.mark.parametrize("wild", ["x", "0", "99999999999999999999", "-1", ""])
def test_versions_that_are_none_fall_back_to_the_newest(editors_client, text, wild):
    page = editors_client.get(history_url(text), {"from": wild, "to": wild})
    assert page.status_code == 200
    assert ("added", "port") in pieces(page)


def test_reverting_takes_one_click_and_makes_a_draft(editors_client, editor, text):
    first = text.history.earliest()
    answer = editors_client.post(revert_url(text), {"version": first.history_id})
    assert answer["Location"] == history_url(text)
    text.refresh_from_db()
    assert text.text == "The pump is filled."
    assert text.history.latest().history_user == editor
    page = editors_client.get(history_url(text)).content.decode()
    assert "Reverted to the version of" in page


def test_reverting_and_publishing_shows_it_to_readers(editors_client, client, text):
    publish(text=text, by=make_user())
    first = text.history.earliest()
    editors_client.post(revert_url(text), {"version": first.history_id, "publish": "yes"})
    reader = client.get(text.code.get_absolute_url()).content.decode()
    assert "The pump is filled." in reader
    assert "The port is filled." not in reader


@pytest.mark.parametrize("wild", ["", "x", "0", "99999999999999999999"])
def test_reverting_to_no_version_is_refused_with_a_sentence(editors_client, text, wild):
    answer = editors_client.post(revert_url(text), {"version": wild}, follow=True)
    assert "has no such version." in answer.content.decode()
    text.refresh_from_db()
    assert text.text == "The port is filled."


def test_reverting_needs_a_post(editors_client, text):
    assert editors_client.get(revert_url(text)).status_code == 405


def test_a_text_that_was_never_written_has_an_empty_history(editors_client):
    code = make_code()
    url = reverse("admin:codes_code_text_history", args=[code.pk, "guidelines"])
    assert "Nothing has been written yet." in editors_client.get(url).content.decode()
    revert = reverse("admin:codes_code_text_revert", args=[code.pk, "guidelines"])
    answer = editors_client.post(revert, {"version": "1"}, follow=True)
    assert "has no such version." in answer.content.decode()


def test_an_unknown_text_is_not_found(editors_client):
    code = make_code()
    url = reverse("admin:codes_code_text_history", args=[code.pk, "poetry"])
    assert editors_client.get(url).status_code == 404


def test_a_long_history_is_divided_into_pages(editors_client):
    text = make_plain_description(make_code())
    for number in range(60):
        save_draft(text=text, markdown=f"Version {number}.", by=None)
    page = editors_client.get(history_url(text))
    assert len(page.context["page"]) == 50
    older = editors_client.get(history_url(text), {"page": 2})
    assert len(older.context["page"]) == 12
