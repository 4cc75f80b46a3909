"""What consultants and members write of patients: shown before it is sent, masked when stored."""

import pytest
from django.urls import reverse

from consultant.actions import consulting, threads
from consultant.actions.consulting import LooksLikeAPatient
from consultant.drafts import draft_reply
from consultant.models import CannedText, Message
from tests.consultant.cases import make_answer, make_question
from tests.consultant.waiting_cases import mailed, make_case, replies
from tests.factories import make_user

pytestmark = pytest.mark.django_db
QUOTED = "Mrs. Smith (MRN 4471902) had 96522 once. Mrs. Smith may have it again."
MASKED = "Mrs. [name] (MRN [number]) had 96522 once. Mrs. [name] may have it again."


@pytest.fixture
def case(db):
    member = make_user("sue@example.com", first_name="Sue", last_name="Coder")
    found = make_case(user=member)
    make_question(found)
    return found


def do(client, case, action: str, **texts):
    path = reverse("admin:consultant_thread_change", args=[case.pk])
    form = client.get(path).context["form"]
    kept = {name: form[name].value() or "" for name in ("seen", "form_key")}
    return client.post(path, {**kept, "action": action, **texts}, follow=True)


def test_a_reply_with_what_looks_like_a_patient_s_is_shown_before_it_is_sent(client, anna, case):
    answer = do(client, case, "send", reply=QUOTED, note="To do")

    assert answer.status_code == 400
    page = " ".join(answer.text.split())
    assert "This looks like patient data. Nothing was sent." in page
    assert "Name: “Mrs. Smith”, masked as “Mrs. [name]”" in page
    assert "Number: “MRN 4471902”, masked as “MRN [number]”" in page
    assert QUOTED in page and "To do" in page
    assert not replies() and not mailed()


def test_it_can_be_masked_and_sent(client, anna, case):
    answer = do(client, case, "send-masked", reply=QUOTED)

    assert "Masked in it: MRN [number], Mrs. [name]." in answer.text
    (reply,) = replies()
    assert reply.text == MASKED
    (mail,) = mailed()
    assert "Smith" not in mail.text + mail.html and "4471902" not in mail.text + mail.html


def test_it_can_be_sent_as_written_where_it_is_no_patient_s(client, anna, case):
    do(client, case, "send-as-written", reply="Dr. Miller of the MAC: 555-123-4567.")

    assert replies()[0].text == "Dr. Miller of the MAC: 555-123-4567."


def test_a_preview_shows_it_too(client, anna, case):
    page = do(client, case, "preview", reply=QUOTED)
    assert page.status_code == 200
    assert "Mask it and send" in page.text


@pytest.mark.parametrize(
    "text",
    [
        "Dear Mrs. Coder,\n\none unit.\n\nAnna Meyer, CPC\nanna@example.org",
        "Dear Ms. Sue Coder, write to sue@example.com or consult@example.com.",
        "See [96522](/codes/cpt/96522/) and https://www.cms.gov/files/ncci-2026.zip.",
        "One unit on 3 Aug 2026 in 40202, as of 2026-07-01; $1,087.86.",
        "Call us at 555-000-1111.",
    ],
)
def test_who_writes_and_what_stands_in_the_record_is_no_patient(anna, case, settings, text):
    settings.CONSULTANT_ADDRESS = "consult@example.com"
    CannedText.objects.create(title="Phone", text="You reach us at 555-000-1111.")
    assert consulting.reply(thread=case, author=anna, text=text).text == text


def test_a_draft_by_the_assistant_is_nobody_s(anna, case):
    make_answer(case.messages.get())
    draft = draft_reply(case)
    assert "http" in draft
    assert consulting.reply(thread=case, author=anna, text=draft).text == draft


def test_an_unread_draft_is_not_sent_masked_either(client, anna, case):
    answer = do(client, case, "send-masked", reply=QUOTED, is_draft="True")
    assert answer.status_code == 400
    assert not replies()


def test_a_note_is_shown_masked_or_kept_alike(client, anna, case):
    with pytest.raises(LooksLikeAPatient):
        consulting.add_note(thread=case, author=anna, text=QUOTED)
    page = do(client, case, "note", note=QUOTED, reply="Not sent yet")
    assert "Nothing was kept" in page.text and "Not sent yet" in page.text
    assert "Mask it and send" not in page.text

    do(client, case, "note-masked", note=QUOTED)
    do(client, case, "note-as-written", note="Dr. Miller knows.")

    notes = Message.objects.filter(kind=Message.Kind.NOTE).order_by("pk")
    assert [note.text for note in notes] == [MASKED, "Dr. Miller knows."]


def test_a_member_s_words_on_an_answer_are_masked(case):
    answer = make_answer(case.messages.get())
    threads.give_verdict(message=answer, verdict="helpful", comment="Mrs. Smith thanks you.")
    answer.refresh_from_db()
    assert answer.comment == "Mrs. [name] thanks you."
