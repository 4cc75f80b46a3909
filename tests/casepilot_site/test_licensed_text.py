"""Wherever CPT text is shown, the American Medical Association's line is shown with it.

The text is invented: a walk over pages, downloads, mails and exports looks for it and the line.
"""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import OutgoingMail
from assistant import actions
from assistant.models import Conversation
from codes.models import CodeSystem, HcpcsRecord, SectionSlug, Source
from consultant.actions import consulting
from consultant.answering import answer_question
from consultant.models import Message
from tests.consultant.cases import make_question, make_reply
from tests.consultant.waiting_cases import make_case, make_consultant
from tests.factories import (
    make_code,
    make_description,
    make_plan,
    make_release,
    make_section_text,
    make_user,
)

pytestmark = pytest.mark.django_db

WORDS = "invented wording"
LINE = "American Medical Association. All rights reserved."
KEY = "00000000-0000-4000-8000-000000000001"


@pytest.fixture(autouse=True)
def licensed():
    """Two releases of CPT, which reword one code, and an ended HCPCS code that leads to it."""
    older, newer = (
        make_release(source=Source.CPT_DESCRIPTORS, name=f"CPT {year}", valid_from=date(year, 1, 1))
        for year in (2025, 2026)
    )
    for value in ("96521", "96522"):
        code = make_code(value, system=CodeSystem.CPT)
        make_section_text(code)
        for release, begun in ((older, "Old"), (newer, "New")):
            words = f"{begun} invented wording of {value}"
            make_description(code, release=release, long=words, short=words)
    july = make_release()
    ended = make_code("G2063")
    make_description(ended, release=july, termination_date=date(2020, 12, 31))
    HcpcsRecord.objects.create(release=july, code=ended, cross_reference_codes=["96522"])


@pytest.fixture
def member():
    return make_user(plan=make_plan(is_unlimited=True))


@pytest.fixture
def members_client(client, member):
    client.force_login(member)
    return client


def text_of(answer) -> str:
    return b"".join(answer).decode("utf-8-sig")


def is_shown_with_its_line(text: str) -> bool:
    assert WORDS in text
    return LINE in text


@pytest.mark.parametrize(
    "address",
    [
        "/codes/cpt/changes/",
        "/codes/cpt/changes/?format=csv",
        "/codes/cpt/96522/",
        "/codes/cpt/96522/?date=2025-06-01",
        f"/codes/cpt/96522/{SectionSlug.GUIDELINES}/",
        f"/codes/cpt/96522/{SectionSlug.HISTORY}/",
        "/codes/cpt/96523/",
        "/codes/cpt/96520/",
        "/codes/hcpcs/G2063/",
        f"/codes/hcpcs/G2063/{SectionSlug.CROSSWALKS}/",
        f"/codes/hcpcs/G2063/{SectionSlug.CROSSWALKS}/?format=csv",
        "/case2code/?q=invented",
        "/case2code/?q=96521-96522&format=csv",
        "/case2code/suggest/?q=invented",
    ],
)
def test_pages_and_downloads_of_codes(members_client, address):
    assert is_shown_with_its_line(text_of(members_client.get(address)))


def test_the_download_of_a_history_whose_words_changed(members_client):
    page = text_of(members_client.get("/codes/cpt/96522/history/?format=csv"))
    row = next(row for row in page.splitlines() if "revised" in row)
    assert ",Old,New," in row and LINE in row


@pytest.mark.parametrize("question", ["What is 96522?", "Is G2063 still valid?"])
def test_answers_and_what_is_made_of_them(members_client, member, question):
    members_client.post("/casepilot/", {"question": question, "key": KEY})
    conversation = Conversation.objects.get()
    turn = conversation.turns.get()
    actions.share(conversation=conversation)
    feedback = actions.give_feedback(turn=turn, verdict="mistake", comment="")
    url = conversation.get_absolute_url()

    for address in (url, f"{url}export/", f"{url}export/?format=json", f"{url}{turn.pk}/stream/"):
        assert is_shown_with_its_line(text_of(members_client.get(address))), address
    assert is_shown_with_its_line(Client().get(conversation.shared_url).text)
    assert is_shown_with_its_line(members_client.post("/accounts/export/").text)
    members_client.force_login(make_user(is_staff=True, is_superuser=True))
    page = reverse("admin:assistant_feedback_change", args=[feedback.pk])
    assert is_shown_with_its_line(members_client.get(page).text)


def test_a_case_as_its_member_and_its_consultant_see_it(members_client, member):
    case = make_case(user=member)
    question = make_question(case, text="What is 96522?", state=Message.State.WAITING)
    answer_question(question.pk)
    consultant = Client()
    consultant.force_login(make_consultant())
    page = reverse("admin:consultant_thread_change", args=[case.pk])

    assert is_shown_with_its_line(members_client.get(case.get_absolute_url()).text)
    assert is_shown_with_its_line(members_client.post("/accounts/export/").text)
    assert is_shown_with_its_line(consultant.get(page).text)
    assert is_shown_with_its_line(consultant.post(page, {"action": "draft"}).text)
    assert is_shown_with_its_line(OutgoingMail.objects.last().text)


def test_a_consultants_reply_that_repeats_the_text(members_client, member):
    case = make_case(user=member)
    consulting.reply(
        thread=case, author=make_consultant(), text="96522 reads: invented wording.", form_key=KEY
    )
    mail = OutgoingMail.objects.last()

    assert is_shown_with_its_line(mail.text) and is_shown_with_its_line(mail.html)
    assert is_shown_with_its_line(members_client.get(case.get_absolute_url()).text)
    assert is_shown_with_its_line(members_client.post("/accounts/export/").text)


def test_what_names_no_cpt_code_has_no_line(members_client, member):
    case = make_case(user=member)
    make_reply(case, text="Write to Boise, ID 83702, on 2026-01-01 about J9200.")
    assert LINE not in members_client.get(case.get_absolute_url()).text
    assert LINE not in members_client.get("/codes/hcpcs/").text
    assert LINE not in members_client.get("/codes/cpt/").text


def test_the_editors_list_and_the_page_of_a_code(client):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    code = make_code("96522", system=CodeSystem.CPT)
    for address in (
        reverse("admin:codes_code_changelist"),
        reverse("admin:codes_code_change", args=[code.pk]),
    ):
        assert is_shown_with_its_line(client.get(address).text)
