"""What members, strangers and consultants find in their mailboxes."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Group
from django.core import mail as django_mail
from django.utils import timezone

from accounts.daily_allowance import Allowance
from accounts.models import OutgoingMail
from accounts.outbox import send_waiting_mails
from assistant.answer import Paragraph
from assistant.facts import Citation
from consultant import mails
from consultant.actions.asking import ask
from consultant.letters.kinds import LOOP_HEADER
from consultant.mails.as_text import WIDTH
from consultant.mails.content import MOST_ROWS
from consultant.mails.envelope import MOST_REFERENCES, answer_subject
from consultant.models import Message, Thread
from tests.consultant.cases import (
    answered,
    make_answer,
    make_question,
    make_reply,
    make_thread,
    part,
    sentence,
    table,
)
from tests.factories import make_description, make_release, make_user

pytestmark = pytest.mark.django_db

DUE = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)  # 16:30 in New York
WITH_CONSULTANT = {
    "state": Thread.State.WITH_CONSULTANT,
    "escalation": Thread.Escalation.NOT_SURE,
    "escalated_at": DUE - timedelta(hours=24),
    "due_at": DUE,
}


class Page(HTMLParser):
    """What an HTML mail holds: its elements with their attributes, its links, its words."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if "style" not in self._open:
            self.words += data

    def of(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def links(self) -> list[str]:
        return [each["href"] for each in self.of("a")]


def sent(outgoing: OutgoingMail):
    """The mail as the outbox hands it over, read again from its bytes."""
    django_mail.outbox.clear()
    assert OutgoingMail.objects.get() == outgoing, "other mails wait too"
    send_waiting_mails()
    (message,) = django_mail.outbox
    return message_from_bytes(message.message().as_bytes(), policy=policy.default)


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


def html_of(message) -> Page:
    return Page(message.get_body(("html",)).get_content())


def test_an_answer_goes_to_its_member_as_text_and_html():
    answer = make_answer()
    message = sent(mails.write_answer(answer))
    assert message["To"] == answer.thread.user.email
    assert message.get_content_type() == "multipart/alternative"
    kinds = [each.get_content_type() for each in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    for words in (text_of(message), html_of(message).words):
        assert "Can 96522 go with 36561?" in words
        assert "No edit stands between 96522 and 36561." in words
        assert "Sources and releases used" in words
        assert "NCCI PTP edits, 2026 Q3" in words
        assert "Was this helpful?" in words
        assert "Ask a person" in words
        assert "Reply to this mail to ask further" in words
        assert "Not legal or coding advice" in words


def test_its_headers_keep_the_thread_together_and_tell_machines_what_it_is(settings):
    settings.CONSULTANT_ADDRESS = "consult@casepilot.example"
    thread = make_thread(subject="Pump refill", key="abcdefgh23456789")
    first = make_question(thread, message_id="<first@mail.example>")
    mails.write_answer(make_answer(first))
    OutgoingMail.objects.all().delete()
    second = make_question(thread, message_id="<second@mail.example>")
    outgoing = mails.write_answer(answer := make_answer(second))
    message = sent(outgoing)
    assert message["From"].addresses[0].addr_spec == "consult@casepilot.example"
    assert message["Reply-To"] == "consult+abcdefgh23456789@casepilot.example"
    assert message["Subject"] == "Re: Pump refill"
    assert message["In-Reply-To"] == "<second@mail.example>"
    references = message["References"].split()
    assert references[0] == "<first@mail.example>"
    assert references[1] == first.answer.message_id
    assert references[2:] == ["<second@mail.example>"]
    assert message["Auto-Submitted"] == "auto-replied"
    assert message[LOOP_HEADER] == "consult@casepilot.example"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    answer.refresh_from_db()
    assert answer.message_id == outgoing.message_id == message["Message-ID"]


def test_an_answer_refers_to_the_question_it_answers_though_another_came_since():
    thread = make_thread()
    first = make_question(thread, message_id="<first@mail.example>")
    make_question(thread, message_id="<second@mail.example>")
    message = sent(mails.write_answer(make_answer(first)))
    assert message["In-Reply-To"] == "<first@mail.example>"
    assert message["References"].split()[-1] == "<first@mail.example>"


def test_a_long_thread_is_referred_to_by_its_first_and_its_last_mails():
    thread = make_thread()
    for number in range(30):
        question = make_question(thread, message_id=f"<{number}@mail.example>")
    references = sent(mails.write_answer(make_answer(question)))["References"].split()
    assert len(references) == MOST_REFERENCES
    assert (references[0], references[1]) == ("<0@mail.example>", "<11@mail.example>")
    assert references[-1] == "<29@mail.example>"


@pytest.mark.parametrize("odd", ["", "no brackets", "<a b@c>", "<é@c>", f"<{'a' * 400}@c>"])
def test_what_is_no_message_id_is_referred_to_by_nobody(odd):
    message = sent(mails.write_answer(make_answer(make_question(message_id=odd))))
    assert message["In-Reply-To"] is None
    assert message["References"] is None


@pytest.mark.parametrize(
    ("subject", "answered_subject"),
    [
        ("Pump refill", "Re: Pump refill"),
        ("Re: Pump refill", "Re: Pump refill"),
        ("RE: AW: Re[2]: Fwd: Pump refill", "Re: Pump refill"),
        ("Regarding pumps", "Re: Regarding pumps"),
        ("Re:", "Re: your case"),
    ],
)
def test_a_subject_has_one_re(subject, answered_subject):
    assert answer_subject(subject) == answered_subject


def test_a_subject_of_several_lines_adds_no_header():
    thread = make_thread(subject="Pump\r\nBcc: everybody@example.org")
    message = sent(mails.write_answer(make_answer(make_question(thread))))
    assert message["Bcc"] is None
    assert message["Subject"] == "Re: Pump Bcc: everybody@example.org"


def test_everything_is_escaped():
    evil = '<script>alert(1)</script><img src="https://evil.example/x">'
    citation = Citation(evil, '/codes/"onclick="x', evil)
    answer = answered(
        Paragraph(evil, (citation,)), table(rows=((evil, "1"),), columns=(evil, "Fee"))
    )
    question = make_question(
        make_thread(subject=evil),
        text=evil,
        attachments=[{"name": evil, "text": "", "problem": evil}],
    )
    page = html_of(sent(mails.write_answer(make_answer(question, part(answer, asked=evil)))))
    names = {name for name, _ in page.elements}
    assert not names & {"script", "img", "link", "iframe", "form", "input", "object"}
    assert evil in page.words
    assert not [each for _, each in page.elements if any(key.startswith("on") for key in each)]


def test_nothing_is_fetched_and_every_link_leads_to_the_site(settings):
    message = sent(mails.write_answer(make_answer()))
    page = html_of(message)
    fetching = [name for name, each in page.elements if "src" in each or "background" in each]
    assert not fetching
    assert "url(" not in message.get_body(("html",)).get_content()
    assert page.links
    assert all(url.startswith(f"{settings.SITE_URL}/") for url in page.links)


def test_citations_are_numbered_links_to_their_places(settings):
    message = sent(mails.write_answer(make_answer()))
    ncci = f"{settings.SITE_URL}/codes/cpt/96522/ncci-edits/"
    assert html_of(message).links.count(ncci) == 3  # two in the text, one among the sources
    assert "No edit stands between 96522 and 36561. [1]" in text_of(message)
    assert f"[1] 96522, NCCI edits · NCCI PTP edits, 2026 Q3\n    {ncci}" in text_of(message)


def test_in_the_text_places_of_one_address_share_it():
    places = [Citation("Claim checker", "/claim-check/?line=96522", name) for name in ("A", "B")]
    answer = answered(Paragraph("No error.", tuple(places)))
    text = text_of(sent(mails.write_answer(make_answer(None, part(answer)))))
    url = "http://testserver/claim-check/?line=96522"
    assert f"[1] Claim checker · A\n[2] Claim checker · B\n    {url}\n" in text
    assert text.count(url) == 1


def test_links_change_nothing_by_being_followed():
    """Programs that look into mails follow links: they lead to the page, where buttons do it."""
    answer = make_answer()
    page = html_of(sent(mails.write_answer(answer)))
    own = [url for url in page.links if "/caseconsultant/" in url]
    at = f"http://testserver{answer.thread.get_absolute_url()}"
    assert {f"{at}#helpful-{answer.pk}", f"{at}#not-helpful-{answer.pk}"} <= set(own)
    assert f"{at}#ask-a-person" in own
    assert {url.partition("#")[0] for url in own} == {at}


def test_the_text_stays_within_its_columns_but_for_addresses():
    long = table(
        columns=("Code", "Description", "Status"),
        rows=(("96522", "Refilling and maintenance of an implantable pump " * 4, "Valid"),),
    )
    text = text_of(
        sent(mails.write_answer(make_answer(None, part(answered(sentence("word " * 90), long)))))
    )
    too_long = [line for line in text.splitlines() if len(line) > WIDTH and "http" not in line]
    assert not too_long
    assert "\nCode: 96522\nDescription: Refilling and" in text
    assert "\nStatus: Valid\n" in text


def test_a_narrow_table_is_aligned_and_its_amounts_stand_below_each_other():
    text = text_of(sent(mails.write_answer(make_answer())))
    assert "Code     Fee\n----  ------\nA      10.00\nB     200.50\n" in text


def test_a_long_table_ends_with_how_much_more_there_is():
    rows = [(f"C{n}", f"{n}.00") for n in range(MOST_ROWS + 2)]
    message = sent(mails.write_answer(make_answer(None, part(answered(table(rows=rows))))))
    for words in (text_of(message), html_of(message).words):
        assert f"C{MOST_ROWS - 1}" in words
        assert f"C{MOST_ROWS}" not in words
        assert "2 more rows on the page of your case." in words


def test_tables_of_data_have_headers_and_those_of_the_layout_say_so():
    page = html_of(sent(mails.write_answer(make_answer())))
    layout = [each for each in page.of("table") if each.get("role") == "presentation"]
    (data,) = [each for each in page.of("table") if each not in layout]
    assert data["summary"] == "Fees in 2026"
    assert [each["scope"] for each in page.of("th")] == ["col", "col"]
    assert any(each.get("width") == "600" for each in layout)


def test_several_questions_are_answered_one_by_one():
    parts = [
        part(asked="Can 96522 go with 36561?"),
        part(asked="96522\n36561-59", kind="codes"),
        part(asked="The pump was refilled.", kind="note"),
    ]
    text = text_of(sent(mails.write_answer(make_answer(None, *parts))))
    assert "1 of 3: your question" in text
    assert "2 of 3: your list of codes" in text
    assert "Your list of codes:\n> 96522\n> 36561-59\n" in text
    assert "3 of 3: your note" in text


def test_what_was_asked_is_shortened():
    asked = "word " * 3000
    text = text_of(sent(mails.write_answer(make_answer(None, part(asked=asked)))))
    assert len(text) < 4000
    assert "…" in text


def test_what_the_record_does_not_settle_is_promised_by_a_day_and_time():
    question = make_question(make_thread(**WITH_CONSULTANT))
    message = sent(mails.write_answer(make_answer(question, part(is_sure=False))))
    promise = "A consultant will look at it by Thu 26 Nov 2026, 16:30 EST."
    for words in (text_of(message), html_of(message).words):
        assert f"The record does not settle this. {promise}" in " ".join(words.split())
        assert "Ask a person" not in words


def test_who_asked_for_a_person_is_promised_one_beside_the_answer():
    question = make_question(make_thread(**WITH_CONSULTANT))
    text = text_of(sent(mails.write_answer(make_answer(question))))
    assert "A consultant will look at your case by Thu 26 Nov 2026, 16:30 EST." in text


def test_what_a_model_worded_says_so():
    parts = [part(), part(engine="model", model_name="m")]
    text = text_of(sent(mails.write_answer(make_answer(None, *parts))))
    assert " ".join(text.split()).count("Worded by a language model") == 1


def test_an_attachment_that_could_not_be_read_is_named():
    attachments = [
        {"name": "case.pdf", "text": "", "problem": "The PDF is locked with a password."},
        {"name": "note.txt", "text": "Refilled.", "problem": ""},
    ]
    text = text_of(sent(mails.write_answer(make_answer(make_question(attachments=attachments)))))
    assert "case.pdf: The PDF is locked with a password." in text
    assert "note.txt" not in text


def test_publishers_whose_text_is_shown_have_their_line():
    make_description("J0585", release=make_release(name="July 2026"))
    message = sent(mails.write_answer(make_answer()))
    for words in (text_of(message), html_of(message).words):
        assert "Published by the Centers for Medicare & Medicaid Services." in words
    assert "American Medical Association. All rights" not in text_of(message)


def test_a_question_of_the_site_is_answered_by_mail_without_a_mail_to_refer_to():
    question = make_question(via=Message.Via.WEB, message_id="")
    message = sent(mails.write_answer(make_answer(question)))
    assert message["In-Reply-To"] is None
    assert message["Subject"] == "Re: Pump refill"


def test_an_answer_goes_before_notices_and_is_dropped_with_its_thread():
    answer = make_answer()
    outgoing = mails.write_answer(answer)
    assert outgoing.priority == 0
    assert outgoing.about == f"consultant.thread:{answer.thread.pk}"


def test_a_consultants_reply_bears_the_name_and_no_address_of_theirs():
    author = make_user("jane@staff.example", first_name="Jane", last_name="Doe, CPC")
    question = make_question(text="Can it be billed?")
    reply = make_reply(question.thread, text="Yes.\n\nSee <the manual> & more.", author=author)
    message = sent(mails.write_reply(reply))
    assert message["From"].addresses[0].display_name == "Jane Doe, CPC, CaseConsultant"
    assert message["In-Reply-To"] == question.message_id
    assert "jane@staff.example" not in message.as_string()
    assert "Yes.\n\nSee <the manual> & more.\n\nJane Doe, CPC" in text_of(message)
    assert "You asked:\n> Can it be billed?" in text_of(message)
    assert "See <the manual> & more." in html_of(message).words
    reply.refresh_from_db()
    assert reply.message_id == message["Message-ID"]


def test_a_consultants_note_is_in_no_mail():
    question = make_question()
    Message.objects.create(thread=question.thread, kind=Message.Kind.NOTE, text="He is difficult.")
    reply = make_reply(question.thread)
    assert "difficult" not in sent(mails.write_reply(reply)).as_string()


def test_what_a_person_wrote_is_not_marked_as_written_by_a_machine():
    message = sent(mails.write_reply(make_reply(make_question().thread)))
    assert message.get_all("Auto-Submitted") == ["no"]
    assert message[LOOP_HEADER] and message["In-Reply-To"]


def test_that_a_person_will_answer_is_confirmed_with_the_time():
    thread = make_question(make_thread(**WITH_CONSULTANT)).thread
    message = sent(mails.write_escalated(thread))
    text = text_of(message)
    assert message["Auto-Submitted"] == "auto-replied"
    assert "answer by Thu 26 Nov 2026, 16:30 EST." in " ".join(text.split())


def test_a_stranger_is_invited_and_nothing_of_the_mail_comes_back():
    message = sent(mails.write_invitation("stranger@example.net", "<theirs@example.net>"))
    assert message["To"] == "stranger@example.net"
    assert message["In-Reply-To"] == "<theirs@example.net>"
    assert message["Auto-Submitted"] == "auto-replied"
    assert "/accounts/signup/" in text_of(message)
    assert message["Reply-To"] is None


@pytest.mark.parametrize(
    ("allowance", "words"),
    [
        (Allowance(10, 10), "Your 10 cases of today are used up"),
        (Allowance(1, 1), "Your 1 case of today is used up"),
        (Allowance(0), "Your plan has no cases by e-mail"),
    ],
)
def test_a_used_up_allowance_is_told_politely(allowance, words):
    user = make_user()
    text = text_of(sent(mails.write_used_up(user, allowance, "<theirs@example.net>")))
    assert words in text


def test_a_mail_that_cannot_be_read_is_told_with_the_reason():
    problem = "I found no question, no code and no note in it"
    message = sent(mails.write_unreadable(make_user(), problem, ""))
    assert "Your mail could not be answered. I found no question, no code" in text_of(message)
    assert message["In-Reply-To"] is None


def test_a_mail_in_a_members_name_that_is_not_verified_is_told_with_the_reason():
    reason = "The mail bears no signature of example.org."
    message = sent(mails.write_not_verified(make_user(), reason, "<theirs@example.net>"))
    assert f"What was found: {reason}" in text_of(message)
    assert "DKIM" in text_of(message)


def test_consultants_are_told_that_a_case_waits_and_nothing_of_it():
    group, _ = Group.objects.get_or_create(name="Consultants")
    consultant = make_user("consultant@staff.example", is_staff=True)
    consultant.groups.add(group)
    former = make_user("former@staff.example", is_staff=False)
    former.groups.add(group)
    make_user("editor@staff.example", is_staff=True)
    thread = make_question(make_thread(subject="Secret", **WITH_CONSULTANT), text="Secret").thread
    (outgoing,) = mails.tell_consultants(thread)
    message = sent(outgoing)
    assert message["To"] == "consultant@staff.example"
    assert "Secret" not in message.as_string()
    assert f"/admin/consultant/thread/{thread.pk}/change/" in text_of(message)
    assert "Thu 26 Nov 2026, 16:30 EST" in " ".join(text_of(message).split())


def test_nobody_is_told_where_there_are_no_consultants():
    assert mails.tell_consultants(make_thread(**WITH_CONSULTANT)) == []


def test_the_html_of_a_usual_answer_is_small_enough_for_mailboxes_to_show_it_whole():
    rows = [(f"C{n:04}", "A description of some length, as codes have. " * 3) for n in range(90)]
    parts = [part(answered(sentence(), table(rows=rows, columns=("Code", "Description"))))] * 4
    message = sent(mails.write_answer(make_answer(None, *parts)))
    assert len(message.get_body(("html",)).get_content()) < 100_000


def test_times_are_told_in_the_sites_zone(settings):
    settings.TIME_ZONE = "America/Chicago"
    with timezone.override("America/Chicago"):
        assert mails.answers.moment(DUE) == "Thu 26 Nov 2026, 15:30 CST"


def test_no_style_needs_more_than_desktop_outlook_knows():
    page = html_of(sent(mails.write_answer(make_answer())))
    styles = " ".join(each.get("style", "") for _, each in page.elements)
    used = set(re.findall(r"(?:^|;|\s)([a-z-]+):", styles))
    unknown = {"display", "position", "float", "flex", "grid", "box-shadow", "opacity", "gap"}
    assert used & unknown <= {"display"}  # of the preview, which Outlook hides by mso-hide


def asked(user, text, *, via=Message.Via.MAIL, **values) -> Message:
    return ask(user=user, text=text, via=via, question_key=text, **values)


def test_who_asks_for_a_person_by_mail_has_it_confirmed_once():
    user = make_user()
    thread = make_thread(user=user, state=Thread.State.ANSWERED)
    asked(user, "Ask a person", thread=thread, message_id="<wish@mail.example>")
    asked(user, "Please ask a person", thread=thread, message_id="<again@mail.example>")
    message = sent(OutgoingMail.objects.get())
    assert "A consultant will look at your case" in text_of(message)
    assert message["In-Reply-To"] == "<wish@mail.example>"


def test_who_asks_for_a_person_on_the_site_reads_it_there():
    user = make_user()
    thread = make_thread(user=user, state=Thread.State.ANSWERED)
    asked(user, "Ask a person", thread=thread, via=Message.Via.WEB)
    assert not OutgoingMail.objects.exists()
