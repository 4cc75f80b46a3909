"""Note coding over HTTP: what is shown, what is counted, and that nothing of a note stays."""

import logging
import re
from datetime import date
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.models import DailyUse
from codes.models import CodeSystem, Source
from search.index import current, kept
from search.models import Term
from tests.factories import make_code, make_description, make_release, make_user

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/case2code/note/"
NOTE = """CC:

Right ankle pain.

HPI:

Ms. Thompson, phone 555-123-4567, twisted her ankle yesterday. She denies chest pain.

PMH:

Hyperlipidemia.

FAMILY HISTORY

Her mother had diabetes.

ASSESSMENT

Right ankle sprain.
Possible gout.

PLAN

She will use crutches.
"""


@pytest.fixture(autouse=True)
def index(tmp_path, settings, monkeypatch):
    settings.SEARCH_DIR = tmp_path / "search"
    settings.SEARCH_MODEL_DIR = tmp_path / "no-model"
    settings.SEARCH_FOLLOW_SECONDS = 0.001
    monkeypatch.setattr(current, "start_maker", lambda: None)
    current.forget()
    release = make_release(source=Source.ICD_10_CM_ORDER, valid_from=date(2025, 10, 1))
    Term.objects.all().delete()
    for value, text in [
        ("E785", "Hyperlipidemia, unspecified"),
        ("R079", "Chest pain, unspecified"),
        ("M109", "Gout, unspecified"),
        ("E119", "Type 2 diabetes mellitus without complications"),
        ("S93", "Dislocation and sprain of joints at ankle level"),
        ("S934", "Sprain of ankle"),
        ("S93401", "Sprain of unspecified ligament of right ankle"),
        ("S93401A", "Sprain of unspecified ligament of right ankle, initial encounter"),
        ("S93401D", "Sprain of unspecified ligament of right ankle, subsequent encounter"),
        ("S93401S", "Sprain of unspecified ligament of right ankle, sequela"),
        ("S93402", "Sprain of unspecified ligament of left ankle"),
        ("S93402A", "Sprain of unspecified ligament of left ankle, initial encounter"),
        ("S93402D", "Sprain of unspecified ligament of left ankle, subsequent encounter"),
        ("S93402S", "Sprain of unspecified ligament of left ankle, sequela"),
    ]:
        is_billable = len(value) != 6 and value not in ("S93", "S934")
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        make_description(code, release=release, long=text, is_billable=is_billable)
    for value in ("E0110", "E0114"):
        make_description(value, long=f"Crutches underarm, {value}", is_billable=True)
    kept.make()
    yield
    current.forget()


def offered(html: str) -> list[str]:
    return re.findall(r'<li class="note-offer" data-code="([^"]+)"', html)


def ticked(html: str) -> list[str]:
    return re.findall(r'name="accept" value="([^"]+)" checked', html)


def fields(html: str) -> dict[str, str]:
    """The hidden fields of the review, as a browser without scripts sends them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in found}


def test_the_codes_come_with_their_words_and_what_is_denied_or_doubted_is_set_aside(client):
    answer = client.post(ADDRESS, {"note": NOTE})
    html = answer.text

    assert answer.status_code == 200
    assert offered(html)[:2] == ["icd-10-cm:S93.401A", "icd-10-cm:E78.5"]
    assert "hcpcs:E0110" in offered(html)
    assert ticked(html) == ["icd-10-cm:S93.401A"]
    assert "<mark>ankle sprain</mark>" in html.replace("Right ankle", "ankle")
    assert 'id="mark-1"' in html
    assert "Uncertain (“Possible”)" in html and "Denied (“denies”)" in html
    assert "icd-10-cm:M10.9" not in offered(html) and "icd-10-cm:R07.9" not in offered(html)
    assert "well supported" in html and "which make or model" in html
    assert "Not legal or coding advice" in html


def test_identifiers_are_masked_before_the_note_is_shown_back(client):
    html = client.post(ADDRESS, {"note": NOTE}).text

    assert "Thompson" not in html and "555-123-4567" not in html
    assert "Masked: " in html


def test_a_guest_has_one_note_a_day_and_changing_the_selection_costs_nothing(client):
    first = client.post(ADDRESS, {"note": NOTE})
    assert 'data-remaining="0"' in first.text

    again = client.post(ADDRESS, {**fields(first.text), "accept": ["icd-10-cm:E78.5"]})
    assert again.status_code == 200
    assert ticked(again.text) == ["icd-10-cm:E78.5"]
    assert DailyUse.objects.get().used_count == 1

    other = client.post(ADDRESS, {**fields(first.text), "note": "Gout. Ms. Thompson is back."})
    assert other.status_code == 429
    assert (
        "You have used your note for today." in other.text and "Register free account" in other.text
    )
    assert "Gout." in other.text and "Thompson" not in other.text
    assert DailyUse.objects.get().used_count == 1


def test_a_forged_token_is_counted_like_none(client):
    client.post(ADDRESS, {"note": NOTE})

    assert client.post(ADDRESS, {"note": NOTE, "token": "forged"}).status_code == 429


def test_a_token_of_yesterday_is_none(client, monkeypatch):
    sent = fields(client.post(ADDRESS, {"note": NOTE}).text)
    monkeypatch.setattr("search.notes.submitted._today", lambda: "2000-01-01")

    assert client.post(ADDRESS, sent).status_code == 429


def test_a_member_has_more_and_sees_them_on_the_profile(client, settings):
    settings.MEMBER_NOTES_PER_DAY = 10
    client.force_login(make_user())

    assert "<strong>9 of 10</strong>" in client.post(ADDRESS, {"note": NOTE}).text
    assert "9 of 10 left" in client.get("/accounts/").text


def test_the_accepted_codes_lead_to_a_claim_check_without_a_word_of_the_note(client):
    sent = fields(client.post(ADDRESS, {"note": NOTE}).text)
    accepted = ["icd-10-cm:S93.401A", "hcpcs:E0110"]

    answer = client.post(
        ADDRESS, {**sent, "accept": accepted, "as-hcpcs:E0110": "E0114", "action": "claim"}
    )

    assert answer.status_code == 302
    assert answer["Location"] == "/claim-check/?line=E0114&dx=S93.401A"


def test_the_accepted_codes_download_as_csv(client):
    sent = fields(client.post(ADDRESS, {"note": NOTE}).text)

    answer = client.post(ADDRESS, {**sent, "accept": ["icd-10-cm:E78.5"], "action": "csv"})

    rows = answer.getvalue().decode("utf-8-sig").splitlines()
    assert len(rows) == 2 and rows[1].startswith(
        'ICD-10-CM,E78.5,"Hyperlipidemia, unspecified",yes'
    )
    assert "no-store" in answer["Cache-Control"]


def test_licensed_text_bears_the_line_of_the_ama_on_the_page_and_in_the_download(client):
    release = make_release(source=Source.CPT_DESCRIPTORS, valid_from=date(2026, 1, 1))
    code = make_code("96522", system=CodeSystem.CPT)
    make_description(code, release=release, long="Invented refilling of implanted pump")
    kept.make()
    line = "© Copyright 2026 American Medical Association. All rights reserved."

    page = client.post(ADDRESS, {"note": f"{NOTE}\nInvented refilling of implanted pump."}).text
    sent = fields(page)
    accepted = ["cpt:96522", "icd-10-cm:E78.5"]
    answer = client.post(ADDRESS, {**sent, "accept": accepted, "action": "csv"})
    _, *rows = answer.getvalue().decode("utf-8-sig").splitlines()
    (pump,) = (row for row in rows if "Invented refilling" in row)
    (disease,) = (row for row in rows if "Hyperlipidemia" in row)

    assert "cpt:96522" in offered(page) and line in page
    assert line in pump and line not in disease
    assert line not in Client().post(ADDRESS, {"note": NOTE}).text


def test_a_note_without_a_code_offers_nothing_to_accept(client):
    page = client.post(ADDRESS, {"note": "She feels well today."}).text

    assert "supports no code" in page and "Another note" in page
    assert "Accepted" not in page and "Check accepted on a claim" not in page


def test_a_day_of_which_no_release_is_loaded_is_told(client):
    page = client.post(ADDRESS, {"note": NOTE, "date": "2001-01-01"}).text

    assert "no release for 1 Jan 2001 is loaded here" in page
    july = Client().post(ADDRESS, {"note": NOTE, "date": "2026-07-15"}).text
    assert "is loaded here" not in july


def test_nothing_accepted_is_said_and_a_code_not_offered_cannot_be_accepted(client):
    sent = fields(client.post(ADDRESS, {"note": NOTE}).text)

    answer = client.post(ADDRESS, {**sent, "accept": ["icd-10-cm:E11.9"], "action": "claim"})

    assert answer.status_code == 200
    assert "No complete code is accepted yet" in answer.text


def test_excludes1_conflicts_among_the_accepted_are_told(client, monkeypatch):
    sent = fields(client.post(ADDRESS, {"note": NOTE}).text)
    asked = []
    monkeypatch.setattr(
        "search.notes.review.excludes1_conflicts", lambda values, day: asked.append(values)
    )

    client.post(ADDRESS, {**sent, "accept": ["icd-10-cm:E78.5", "icd-10-cm:S93.401A"]})

    assert asked == [["S93401A", "E785"]]


def test_editing_the_note_costs_nothing(client):
    sent = fields(client.post(ADDRESS, {"note": NOTE}).text)

    answer = client.post(ADDRESS, {**sent, "action": "edit"})

    assert "Right ankle sprain." in answer.text and "<textarea" in answer.text
    assert DailyUse.objects.get().used_count == 1


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("", "There is no note yet"),
        (" \r\n ", "There is no note yet"),
        ("x" * 50_001, "50,001 characters; at most 50,000"),
        ("PK\0\3", "not text"),
    ],
)
def test_what_is_no_note_is_refused_in_a_sentence_and_not_counted(client, note, said):
    answer = client.post(ADDRESS, {"note": note})

    assert answer.status_code == 422 and said in answer.text
    assert not DailyUse.objects.exists()


def test_a_note_of_50_000_characters_is_read(client):
    assert client.post(ADDRESS, {"note": ("Hyperlipidemia. " * 4000)[:50_000]}).status_code == 200


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (NOTE.encode(), 200),
        (b"\xef\xbb\xbf" + NOTE.encode(), 200),
        (NOTE.encode("utf-16"), 200),
        (NOTE.replace("gout", "Sjögren’s").encode("cp1252"), 200),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", 422),
        (b"%PDF-1.7\n1 0 obj", 422),
        (b"{\\rtf1 " + NOTE.encode() + b"}", 422),
        (b"\x01\x02\x93", 422),
        (b"PK\x03\x04\x00\x00", 422),
        (b"x" * 50_001, 422),
        (b"x" * 1_000_001, 413),
    ],
)
def test_text_files_are_read_and_others_refused(client, content, status):
    file = SimpleUploadedFile("note.txt", content, content_type="text/plain")

    answer = client.post(ADDRESS, {"note": "", "file": file})

    assert answer.status_code == status
    assert bool(offered(answer.text)) is (status == 200)


def test_where_a_note_is_pasted_beside_a_file_the_page_says_which_was_read(client):
    file = SimpleUploadedFile("note.txt", NOTE.encode())

    answer = client.post(ADDRESS, {"note": "Possible gout.", "file": file}).text

    assert "icd-10-cm:E78.5" in offered(answer) and "The file was read." in answer


@pytest.mark.parametrize(
    "note",
    [
        "<script>alert(1)</script> Hyperlipidemia.",
        '"><img src=x onerror=alert(1)> Hyperlipidemia.',
        "\u202eكسر في الكاحل\u202c Hyperlipidemia.",
        "🦶🏽 hurts 😖. Hyperlipidemia.",
        "ﬁbrosis \ud7ff \u2028 Hyperlipidemia.",
    ],
)
def test_strange_text_is_read_and_shown_as_text(client, note):
    html = client.post(ADDRESS, {"note": note}).text

    assert offered(html) == ["icd-10-cm:E78.5"]
    assert "<script>alert" not in html and "<img src=x" not in html


def test_nothing_of_the_note_stays_in_the_database_the_session_or_the_log(client, caplog):
    caplog.set_level(logging.DEBUG)
    user = make_user()
    client.force_login(user)
    secret = "Zanzibarica"
    answer = client.post(ADDRESS, {"note": f"{NOTE}\n{secret} in the plan."})

    assert secret in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert not any(secret in record.getMessage() for record in caplog.records
                   if not record.name.startswith("django.db"))  # fmt: skip
    assert not any(secret in str(session.get_decoded()) for session in Session.objects.all())
    assert not any(secret in cookie.OutputString() for cookie in answer.cookies.values())
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS t WHERE t::text ILIKE %s',  # noqa: S608
                [f"%{secret}%"],
            )
            assert cursor.fetchone() == (0,), table


def test_no_statement_carries_the_note(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(40) as asked:
        client.post(ADDRESS, {"note": f"{NOTE}\nZanzibarica in the plan."})

    assert not any("Zanzibarica" in query["sql"] for query in asked.captured_queries)


def test_a_failure_gives_the_note_back_and_tells_nothing_of_it(client, monkeypatch, caplog):
    def fail(*args):
        raise RuntimeError("broken")

    monkeypatch.setattr("search.note_views.coded", fail)
    client.raise_request_exception = False

    answer = client.post(ADDRESS, {"note": NOTE})

    assert answer.status_code == 500
    assert DailyUse.objects.get().used_count == 0
    assert "ankle" not in answer.text and "ankle" not in caplog.text


def test_without_an_index_the_page_says_so_and_counts_nothing(client, tmp_path, settings):
    settings.SEARCH_DIR = tmp_path / "none"
    current.forget()

    answer = client.post(ADDRESS, {"note": NOTE})

    assert answer.status_code == 503 and "not ready" in answer.text
    assert answer["Retry-After"] == "30"
    assert "was not counted" in answer.text and "Assessment" in answer.text
    assert not DailyUse.objects.exists()


def test_a_note_from_another_site_is_refused():
    client = Client(enforce_csrf_checks=True)

    assert client.post(ADDRESS, {"note": NOTE}).status_code == 403
    assert not DailyUse.objects.exists()


def test_the_page_is_never_kept_and_takes_no_note_from_its_address(client):
    answer = client.get(ADDRESS, {"note": "Hyperlipidemia."})

    assert "no-store" in answer["Cache-Control"]
    assert not offered(answer.text) and "Hyperlipidemia" not in answer.text.split("<main")[1]
