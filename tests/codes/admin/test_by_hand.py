"""Codes and official descriptions that an editor enters by hand."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.urls import reverse

from codes.actions.by_hand import RELEASE_NAME, ByHandError, describe_by_hand
from codes.models import Code, CodeSystem, OfficialDescription, Release, Source
from tests.factories import make_code, make_description, make_release, make_user

pytestmark = pytest.mark.django_db


def describe_url(code) -> str:
    return reverse("admin:codes_code_describe", args=[code.pk])


def entry(**changes) -> dict:
    return {"long": "Refilling of a pump", "short": "Refill", "valid_from": "2026-01-01", **changes}


def test_an_entry_becomes_a_release_of_its_own_and_is_shown_as_such(editors_client, client):
    code = make_code("96413", system=CodeSystem.CPT)
    answer = editors_client.post(describe_url(code), entry())
    assert answer["Location"] == reverse("admin:codes_code_change", args=[code.pk])
    release = Release.objects.get()
    assert (release.source, release.name) == (Source.ENTERED_BY_HAND, RELEASE_NAME)
    assert (release.state, release.row_count) == (Release.State.PUBLISHED, 1)
    assert release.valid_from == date(2026, 1, 1)
    page = client.get(code.get_absolute_url()).content.decode()
    assert "Refilling of a pump" in page
    assert "by hand" in page


def test_an_entry_is_logged_with_the_person(editors_client, editor, caplog):
    code = make_code("96413", system=CodeSystem.CPT)
    with caplog.at_level("INFO", logger="codes.actions.by_hand"):
        editors_client.post(describe_url(code), entry())
    log = LogEntry.objects.get(user=editor)
    assert log.change_message == "Official description entered by hand, valid from 1 Jan 2026"
    assert [record.by_id for record in caplog.records] == [editor.pk]


def test_a_code_that_a_release_describes_is_refused_with_a_sentence(editors_client):
    code = make_code("J9200")
    make_description(code, release=make_release(name="July 2026"))
    sentence = "HCPCS Level II, July 2026 describes HCPCS Level II J9200"
    for answer in (
        editors_client.get(describe_url(code)),
        editors_client.post(describe_url(code), entry()),
    ):
        assert sentence in answer.content.decode()
        assert answer.status_code == 409
    assert not Release.objects.filter(source=Source.ENTERED_BY_HAND).exists()


def test_a_release_that_arrives_while_one_types_is_not_overruled():
    code = make_code("J9200")
    make_description(code)
    with pytest.raises(ByHandError, match="is the publisher's"):
        describe_by_hand(code=code, long="Mine", valid_from=date(2026, 1, 1), by=make_user())


def test_a_withdrawn_release_does_not_stand_in_the_way(editors_client):
    code = make_code("J9200")
    make_description(code, release=make_release(state=Release.State.WITHDRAWN))
    assert editors_client.post(describe_url(code), entry()).status_code == 302


def test_an_entry_of_the_same_day_takes_the_place_of_the_earlier_one(editors_client, client):
    code = make_code("96413", system=CodeSystem.CPT)
    editors_client.post(describe_url(code), entry(long="With a mistkae"))
    editors_client.post(describe_url(code), entry(long="With no mistake"))
    page = client.get(code.get_absolute_url()).content.decode()
    assert "With no mistake" in page
    assert "mistkae" not in page
    states = Release.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["withdrawn", "published"]


def test_an_entry_of_a_later_day_leaves_the_earlier_one_to_its_dates(editors_client, client):
    code = make_code("96413", system=CodeSystem.CPT)
    editors_client.post(describe_url(code), entry(long="Old words", valid_from="2024-01-01"))
    editors_client.post(describe_url(code), entry(long="New words", valid_from="2026-01-01"))
    old = client.get(f"{code.get_absolute_url()}?date=2025-06-01").content.decode()
    new = client.get(f"{code.get_absolute_url()}?date=2026-06-01").content.decode()
    assert "Old words" in old.partition("plain-description")[0]
    assert "New words" in new.partition("plain-description")[0]


def test_an_entry_makes_the_demonstration_of_that_code_give_way(editors_client, client):
    call_command("load_demonstration", verbosity=0)
    code = Code.objects.get(system="cpt", value="96522")
    editors_client.post(describe_url(code), entry(long="Our own licensed words"))
    descriptions = OfficialDescription.objects.filter(code=code)
    assert [item.long for item in descriptions] == ["Our own licensed words"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"long": ""}, "This field is required."),
        ({"valid_from": "July"}, "Write the date as year-month-day"),
        ({"valid_from": ""}, "This field is required."),
        ({"short": "x" * 121}, "at most 120 characters"),
    ],
)
def test_a_bad_entry_is_told_and_stores_nothing(editors_client, changes, sentence):
    code = make_code()
    answer = editors_client.post(describe_url(code), entry(**changes))
    assert sentence in answer.content.decode()
    assert not Release.objects.exists()


def test_a_code_is_added_in_the_form_it_is_stored_in(editors_client, editor):
    url = reverse("admin:codes_code_add")
    editors_client.post(url, {"system": "icd-10-cm", "value": " z45.1 "})
    code = Code.objects.get()
    assert (code.system, code.value) == ("icd-10-cm", "Z451")
    assert LogEntry.objects.get(user=editor).change_message == "Code added by hand"
    assert not Release.objects.exists()


def test_a_code_is_added_together_with_its_description(editors_client):
    url = reverse("admin:codes_code_add")
    answer = editors_client.post(url, {"system": "cpt", "value": "96413", **entry()})
    code = Code.objects.get()
    assert answer["Location"] == reverse("admin:codes_code_change", args=[code.pk])
    assert OfficialDescription.objects.get(code=code).long == "Refilling of a pump"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            {"system": "cpt", "value": "Z45.1"},
            "“Z45.1” does not have the form of a CPT® code: five characters, e.g. 96522 or 0001F.",
        ),
        ({"system": "hcpcs", "value": "j9200"}, "HCPCS Level II J9200 is there already."),
        ({"system": "cpt", "value": ""}, "This field is required."),
        ({"system": "x", "value": "96522"}, "Select a valid choice."),
        ({"system": "cpt", "value": "<b>"}, "“&lt;b&gt;” does not have the form"),
        ({"system": "cpt", "value": "96413", "short": "Alone"}, "enter both"),
        (
            {"system": "cpt", "value": "96413", "long": "Words", "valid_from": ""},
            "Say from which day",
        ),
        ({"system": "cpt", "value": "96413", "valid_from": "x"}, "Write the date as"),
    ],
)
def test_a_code_that_cannot_be_added_gets_a_sentence(editors_client, data, sentence):
    make_code("J9200")
    answer = editors_client.post(reverse("admin:codes_code_add"), data)
    assert sentence in answer.content.decode()
    assert Code.objects.count() == 1


def test_the_form_takes_the_code_that_was_looked_for(editors_client):
    url = reverse("admin:codes_code_add")
    html = editors_client.get(url, {"system": "hcpcs", "value": "J9999"}).content.decode()
    assert 'value="J9999"' in html
    assert '<option value="hcpcs" selected>' in html
