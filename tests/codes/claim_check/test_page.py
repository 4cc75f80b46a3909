"""The claim checker's page: the form, the link, the findings in its markup, and who may check."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from codes.models import CodeSystem, Release
from tests.codes.claim_check.rules_data import make_fee, make_mues, make_pairs
from tests.factories import make_code, make_plan, make_user

pytestmark = pytest.mark.django_db

LINK = "/claim-check/?date=2026-08-01&setting=practitioner&line=96522&line=36561"


@pytest.fixture(autouse=True)
def _rules(db):
    make_pairs(("36561", "96522", 1))
    make_mues(("96522", 1, 3))
    make_fee("96522", "125.24")
    make_fee("36561", "962.62")


@pytest.fixture
def member(client):
    client.force_login(make_user())
    return client


def findings(text: str) -> list[tuple[str, str, str]]:
    return re.findall(r'data-finding="([^"]*)" data-severity="([^"]*)" data-codes="([^"]*)"', text)


def test_a_link_checks_a_claim_and_shows_what_it_finds(client):
    answer = client.get(LINK)
    assert ("ptp-conflict", "error", "36561 96522") in findings(answer.text)
    assert "NCCI PTP edits, practitioner services, 2026 Q3" in answer.text
    assert "1,087.86" in answer.text
    assert answer["Cache-Control"] == "private, no-store"


def test_each_line_is_told_with_the_worst_found_on_it(member):
    make_fee("99999", "10.00", status="C")
    text = member.get(f"{LINK}&line=36561-59~2026-08-02&line=99999").text
    lines = re.search(r'<ol class="claim-said".*?</ol>', text, re.DOTALL)[0]
    labels = re.findall(r'class="code">([^<]*)<.*?<span class="badge is-\w+">([^<]*)<', lines)
    assert labels == [
        ("96522", "Error"), ("36561", "Error"), ("36561-59", "Nothing found"), ("99999", "Note"),
    ]  # fmt: skip


def test_an_estimate_speaks_of_errors_only_where_there_are_some(client):
    sentence = "the errors above are not taken into account"
    assert sentence in client.get(LINK).text
    assert sentence not in client.get(LINK.removesuffix("&line=36561")).text


def test_severity_is_said_in_words(client):
    text = client.get(LINK).text
    assert re.search(r'<span class="badge is-bad">Error</span>\s*<div><p>Medicare pays', text)


def test_the_empty_page_asks_for_no_patient_data_and_checks_nothing(client):
    text = client.get("/claim-check/").text
    assert "no name, date of birth, number or anything else of a patient" in text
    assert not findings(text)


def test_the_form_leads_to_the_link(client):
    form = {
        "how": "form", "date": "2026-08-01", "setting": "practitioner", "pos": "", "state": "ky",
        "zip": "", "dx": "Z45.1", "code": ["96522", "36561"], "modifiers": ["", "59"],
        "units": ["", "2"], "line_pos": ["", "22"], "line_dx": ["", "1"],
        "line_date": ["", "2026-08-02"],
    }  # fmt: skip
    answer = client.post("/claim-check/", form)
    assert answer.status_code == 302
    assert answer["Location"] == (
        "/claim-check/?date=2026-08-01&setting=practitioner&line=96522"
        "&line=36561-59x2~pos22~dx1~2026-08-02&dx=Z45.1&state=KY"
    )
    text = client.get(answer["Location"]).text
    assert 'value="36561"' in text
    assert 'value="2026-08-02"' in text


def test_pasted_text_and_a_file_lead_to_the_same_link(client):
    claim = {"date": "2026-08-01", "setting": "practitioner"}
    text = {"how": "text", "text": "96522\n36561\n", **claim}
    assert client.post("/claim-check/", text)["Location"] == LINK
    file = SimpleUploadedFile("claim.csv", b"code\n96522\n36561\n")
    answer = client.post("/claim-check/", {"how": "file", "file": file, **claim})
    assert answer["Location"] == LINK


def test_the_place_of_service_stays_when_text_is_pasted(client):
    text = client.get(f"{LINK}&pos=22").text
    assert text.count('name="pos" value="22"') == 3


def test_several_dates_are_told_line_by_line_and_added_up(member):
    text = member.get(f"{LINK}&line=96522-76~2026-08-03&line=96522-77~2027-02-01").text
    assert '<span class="code">96522-76</span> <span class="quiet">3 Aug 2026</span>' in text
    assert "All dates together <strong>1,338.34</strong>" in text
    assert "All dates together" not in member.get(LINK).text


def test_a_release_that_ends_before_several_dates_is_told_once(member):
    text = member.get(f"{LINK}&line=96522-76~2026-10-03&line=96522-77~2026-11-01").text
    assert text.count("NCCI PTP edits, practitioner services, 2026 Q3: published") == 1
    assert "no release for 3 Oct 2026 is loaded here. Nor for 1 Nov 2026." in text


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"how": "form"}, "Enter at least one code."),
        ({"how": "file"}, "Choose a CSV file."),
        ({"how": "text", "text": "96522 <b>"}, "“&lt;b&gt;” is not understood"),
        ({"how": "form", "code": [""], "units": ["2"]}, "Line 1 has no code."),
        ({"how": "form", "code": ["96522"], "line_dx": ["Z45.1"]}, "points to diagnoses by their"),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_entered(client, form, problem):
    usual = {"modifiers": [""], "units": [""], "line_pos": [""], "line_dx": [""], "line_date": [""]}
    answer = client.post("/claim-check/", {**usual, **form})
    assert answer.status_code == 200
    assert problem in answer.text
    assert "error-summary" in answer.text


def test_more_lines_keep_what_was_entered(member):
    form = {
        "how": "form", "more": "1", "date": "2026-08-01", "code": ["96522"], "modifiers": ["59"],
        "units": [""], "line_pos": [""], "line_dx": [""], "line_date": [""],
    }  # fmt: skip
    text = member.post("/claim-check/", form).text
    assert text.count('name="code"') == 6
    assert 'value="59"' in text


def test_a_form_from_elsewhere_is_refused():
    client = Client(enforce_csrf_checks=True)
    assert client.post("/claim-check/", {"how": "text", "text": "96522"}).status_code == 403


def lines(count: int) -> str:
    return "/claim-check/?" + "&".join(["line=96522-76"] * count)


def test_guests_check_two_codes_and_get_nothing_on_more(client):
    assert findings(client.get(lines(2)).text)
    text = client.get(lines(3)).text
    assert not findings(text)
    assert 'id="over-allowance"' in text
    assert "125.24" not in text
    text = client.get("/claim-check/?line=96522&dx=Z45.1&dx=Z45&dx=E11.9").text
    assert not findings(text)
    assert client.get(f"{lines(3)}&format=csv")["Content-Type"].startswith("text/html")


def test_members_check_fifty_codes_unless_their_plan_says_otherwise(client):
    user = make_user()
    client.force_login(user)
    assert findings(client.get(lines(50)).text)
    assert not findings(client.get(lines(51)).text)
    user.plan = make_plan(claim_check_codes=3)
    user.save()
    assert findings(client.get(lines(3)).text)
    text = client.get(lines(4)).text
    assert not findings(text)
    assert "Your plan checks 3 codes" in text


def test_nothing_is_stored(client):
    with CaptureQueriesContext(connection) as queries:
        client.get(LINK)
    assert not [
        query["sql"]
        for query in queries
        if not query["sql"].lstrip().startswith(("SELECT", "WITH"))
    ]


def test_a_check_of_fifty_lines_asks_as_often_as_one_of_two(member):
    codes = [f"1{number:04}" for number in range(50)]
    for code in codes:
        make_code(code, system=CodeSystem.CPT)

    def count(*values):
        with CaptureQueriesContext(connection) as queries:
            member.get("/claim-check/?" + "&".join(f"line={value}" for value in values))
        return len(queries)

    assert count(*codes) == count(*codes[:2])


def test_a_check_downloads_as_csv(client):
    answer = client.get(f"{LINK}&format=csv")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert rows[0] == ["severity", "finding", "codes", "lines", "sentence", "detail", "release"]
    assert ["error", "ptp-conflict", "36561 96522", "1 2"] in [row[:4] for row in rows]
    assert ["estimate", "96522", "1", "125.24"] in [row[1:5] for row in rows]


def test_odd_addresses_are_told_and_never_fail(client):
    for query in ("line=%3Cscript%3E", "line=96522&dx=%00", "date=9999-99-99&line=96522", "line="):
        answer = client.get(f"/claim-check/?{query}")
        assert answer.status_code == 200
        assert "<script>" not in answer.text.replace('<script src="', "")


def test_the_menu_leads_to_the_page(client):
    assert 'href="/claim-check/"' in client.get("/").text


def test_with_nothing_loaded_a_check_says_so(client):
    Release.objects.all().delete()
    found = {kind for kind, _, _ in findings(client.get(LINK).text)}
    assert found == {"not-loaded"}
