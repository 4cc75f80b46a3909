"""An answer that is sent away from the site carries the lines of those whose words it rests on."""

from datetime import date

import pytest

from assistant.actions import share
from assistant.cases import answer_case
from assistant.models import Conversation
from assistant.publishers import publisher_lines
from assistant.reading import Reader
from assistant.stored_answer import as_values, from_values
from codes.models import CodeSystem, Source
from tests.factories import make_code, make_description, make_release, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 8, 3)
HCPCS = "Published by the Centers for Medicare & Medicaid Services."
HCPCS_ESCAPED = HCPCS.replace("&", "&amp;")
DIAGNOSES = (
    "Published by the National Center for Health Statistics and CMS. Based on ICD-10, © World "
    "Health Organization."
)


@pytest.fixture
def codes():
    july = make_release(name="July 2026", valid_from=date(2026, 7, 1))
    for value in ("A4206", "E0100"):
        make_description(value, release=july, long=f"Supply {value}", is_billable=True)
    order = make_release(
        source=Source.ICD_10_CM_ORDER, name="FY 2026", valid_from=date(2025, 10, 1)
    )
    for value in ("I10", "N189"):
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        make_description(code, release=order, long=f"Disorder {value}", is_billable=True)


def lines_of(text: str) -> list[str]:
    found = answer_case(text, Reader.of_member(make_user()), date_of_service=DAY)
    # As a mail has them: of the stored answers.
    return publisher_lines(from_values(as_values(item.answer)) for item in found)


def test_a_claim_check_has_the_line_of_the_publisher_of_its_codes(codes):
    assert lines_of("A4206\nE0100") == [HCPCS]


def test_a_claim_check_with_diagnoses_has_theirs_too(codes):
    assert sorted(lines_of("A4206\nE0100\nI10\nN18.9")) == [HCPCS, DIAGNOSES]


def test_a_question_of_a_code_has_the_line_of_its_system_alone(codes):
    assert lines_of("What is A4206?") == [HCPCS]


def test_what_rests_on_no_release_has_no_line(codes):
    assert lines_of("Write me a poem about coding, please?") == []


def test_the_page_of_the_claim_check_has_the_same_lines(codes, client):
    page = client.get("/claim-check/?date=2026-08-03&line=A4206&dx=I10").text

    assert "Published by the Centers for Medicare &amp; Medicaid Services." in page
    assert DIAGNOSES in page


def test_an_answer_on_the_site_has_them_on_every_page_it_is_on(codes, client):
    user = make_user()
    client.force_login(user)
    key = "00000000-0000-4000-8000-000000000001"
    asked = client.post("/casepilot/", {"question": "What is A4206?", "key": key})
    conversation = Conversation.objects.get(user=user)
    share(conversation=conversation)
    stream = f"{conversation.get_absolute_url()}{conversation.turns.get().pk}/stream/"

    pages = [asked["Location"], conversation.get_absolute_url(), conversation.shared_url]
    exported = client.get(f"{conversation.get_absolute_url()}export/").text
    streamed = b"".join(client.get(stream).streaming_content).decode()

    assert all(HCPCS_ESCAPED in client.get(page).text for page in pages)
    assert HCPCS in exported and "Published by the Centers" in streamed
