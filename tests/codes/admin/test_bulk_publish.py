"""Publishing many texts from a list, after they were named and counted."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from codes.admin import bulk_publish
from codes.models import PlainDescription, SectionText
from tests.factories import make_code, make_plain_description, make_section_text

pytestmark = pytest.mark.django_db

TEXTS = "admin:codes_plaindescription_changelist"
CODES = "admin:codes_code_changelist"


def chosen(*objects, action="publish_texts", **more) -> dict:
    return {"action": action, "_selected_action": [each.pk for each in objects], **more}


def test_the_confirmation_names_how_many_and_publishes_nothing(editors_client):
    texts = [make_plain_description(make_code(), is_published=False) for _ in range(25)]
    published = make_plain_description(make_code())
    page = editors_client.post(reverse(TEXTS), chosen(*texts, published))
    html = page.content.decode()
    assert "Publish 25 texts" in html
    assert str(texts[0]) in html
    assert "and 5 more" in html
    assert PlainDescription.objects.published().count() == 1


def test_confirmed_texts_are_published_with_person_date_and_log(editors_client, editor):
    texts = [make_plain_description(make_code(), is_published=False) for _ in range(3)]
    data = chosen(*texts, confirmed="yes", reviewed_date="2026-07-01")
    answer = editors_client.post(reverse(TEXTS), data, follow=True)
    assert "3 texts published." in answer.content.decode()
    for text in PlainDescription.objects.all():
        assert (text.state, text.published_by) == ("published", editor)
        assert text.reviewed_date == date(2026, 7, 1)
        assert text.history.latest().history_user == editor
    assert LogEntry.objects.filter(user=editor).count() == 3


def test_only_chosen_texts_are_published(editors_client):
    mine = make_plain_description(make_code(), is_published=False)
    other = make_plain_description(make_code(), is_published=False)
    editors_client.post(reverse(TEXTS), chosen(mine, confirmed="yes"))
    assert list(PlainDescription.objects.drafts()) == [other]


def test_all_texts_of_a_filtered_list_are_published_at_once(editors_client):
    for _ in range(60):
        make_plain_description(make_code(), is_published=False)
    cpt = make_plain_description(make_code("96522", system="cpt"), is_published=False)
    first = PlainDescription.objects.first()
    url = f"{reverse(TEXTS)}?system=hcpcs"
    page = editors_client.post(url, chosen(first, select_across="1"))
    assert page.context["count"] == 60
    editors_client.post(url, chosen(first, select_across="1", confirmed="yes"))
    assert list(PlainDescription.objects.drafts()) == [cpt]


def test_the_texts_of_chosen_codes_are_published_sections_too(editors_client):
    code, other = make_code(), make_code()
    make_plain_description(code, is_published=False)
    make_section_text(code, "guidelines", is_published=False)
    make_section_text(other, "guidelines", is_published=False)
    data = chosen(code, action="publish_texts_of_codes")
    page = editors_client.post(reverse(CODES), data)
    assert "Publish 2 texts" in page.content.decode()
    editors_client.post(reverse(CODES), {**data, "confirmed": "yes"})
    assert PlainDescription.objects.get().published_at
    assert list(SectionText.objects.drafts().values_list("code_id", flat=True)) == [other.pk]


def test_nothing_to_publish_is_told(editors_client):
    text = make_plain_description(make_code())
    answer = editors_client.post(reverse(TEXTS), chosen(text), follow=True)
    assert "None of the selected texts waits to be published." in answer.content.decode()


def test_a_bad_date_asks_again(editors_client):
    text = make_plain_description(make_code(), is_published=False)
    data = chosen(text, confirmed="yes", reviewed_date="soon")
    page = editors_client.post(reverse(TEXTS), data)
    assert "Write the date as year-month-day" in page.content.decode()
    assert PlainDescription.objects.drafts().count() == 1


def test_too_many_at_once_are_refused(editors_client, monkeypatch):
    monkeypatch.setattr(bulk_publish, "MAX_TEXTS", 2)
    texts = [make_plain_description(make_code(), is_published=False) for _ in range(3)]
    answer = editors_client.post(reverse(TEXTS), chosen(*texts, confirmed="yes"), follow=True)
    assert "3 texts are too many to publish at once" in answer.content.decode()
    assert PlainDescription.objects.drafts().count() == 3
