"""The moderation queue: signals, copies, approval in bulk, rejection with a reason, reports."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from careers.models import Posting, PostingReport
from careers.moderation import fingerprint, near_copies, spam_signals
from tests.careers.board_data import make_employer, make_posting, posting_data
from tests.factories import make_user

pytestmark = pytest.mark.django_db
S = Posting.State
QUEUE = "/admin/careers/posting/"


@pytest.fixture
def admin():
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name="Administrator"))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"description": "Pay a registration fee of $50 first."}, "payments"),
        ({"description": "We send a cashier's check to deposit."}, "payments"),
        ({"description": "Send us your Social Security number."}, "identity"),
        ({"description": "Write to us on Telegram: @coder."}, "messaging"),
        ({"description": "Apply at https://bit.ly/xyz"}, "shortener"),
        ({"description": " ".join(f"https://a.example/{n}" for n in range(9))}, "9 links"),
        ({"apply_by": "email", "apply_email": "hr@gmail.com"}, "free mail"),
        ({"title": "URGENT CODER WANTED NOW"}, "capitals"),
        ({"title": "Coder 555-010-1234"}, "telephone"),
        ({"pay_min": 400, "pay_max": 500}, "pay is out of the ordinary"),
        ({"description": "Patient name: John, MRN: 12345"}, "patient data"),
    ],
)
def test_what_looks_like_spam_is_said(fields, said):
    posting = make_posting(state=S.SUBMITTED, **fields)
    assert any(said in sentence for sentence in posting.signals), posting.signals


def test_an_ordinary_posting_has_no_signals():
    posting = make_posting(
        pay_min=28, pay_max=36,
        description="You code cases of MRN reconciliation; a signing bonus is paid; see "
        "https://example.org/jobs for our benefits.",
    )  # fmt: skip
    assert spam_signals(posting) == []


LONG = (
    "You assign codes to inpatient stays, sequence diagnoses, and settle the group with the "
    "physicians by queries that lead nobody. You work days, at home, with two screens of ours. "
    "We pay for continuing education and for the fee of one credential a year. The team has nine "
    "coders and one auditor, and meets by video on Mondays to look at what was hard last week."
)


def test_a_near_copy_is_found_and_the_same_job_elsewhere_is_none():
    first = make_posting("Inpatient coder", description=LONG, places="Boise, ID")
    copy = make_posting(
        "Inpatient coder", description=LONG.replace("nine", "ten"), state=S.SUBMITTED,
        places="Boise, ID",
    )  # fmt: skip
    make_posting("Biller", description="Something else altogether, with other words.")
    elsewhere = make_posting(
        "Inpatient coder", employer=first.employer, description=LONG, places="Omaha, NE"
    )
    assert [each.pk for each in near_copies(copy)] == [first.pk, elsewhere.pk] or [
        each.pk for each in near_copies(copy)
    ] == [elsewhere.pk, first.pk]
    assert near_copies(elsewhere)[0].pk == copy.pk and first not in near_copies(elsewhere)
    assert any(f"posting {first.pk}" in sentence for sentence in spam_signals(copy))


def test_a_fingerprint_is_the_same_for_the_same_text():
    assert fingerprint("A", LONG) == fingerprint("a", LONG)
    assert -(1 << 63) <= fingerprint("", "") < 1 << 63


def test_the_queue_comes_first_and_holds_what_waits_or_was_reported(admin):
    make_posting("Waits", state=S.SUBMITTED)
    reported = make_posting("Reported")
    make_posting("Quiet")
    PostingReport.objects.create(posting=reported, reason="scam", network_hash="x")
    page = admin.get(QUEUE).text
    assert "Waits" in page and "Reported" in page and ">Quiet<" not in page
    assert page.index(">Waits<") < page.index(">Reported<")
    assert ">Quiet<" in admin.get(f"{QUEUE}?state=all").text


def test_many_are_approved_at_once(admin):
    keys = [make_posting(state=S.SUBMITTED).pk for _ in range(3)]
    live = make_posting()
    data = {"action": "approve", "_selected_action": [*keys, live.pk]}
    answer = admin.post(f"{QUEUE}?state=all", data, follow=True)
    assert "3 approved" in answer.text and "cannot become" in answer.text
    assert Posting.objects.filter(state=S.LIVE).count() == 4


def test_a_rejection_asks_for_its_reason(admin):
    posting = make_posting(state=S.SUBMITTED)
    data = {"action": "reject", "_selected_action": [posting.pk]}
    assert "Reason" in admin.post(QUEUE, data).text
    admin.post(QUEUE, data | {"confirmed": "yes", "reason": " "})
    assert Posting.objects.get().state == S.SUBMITTED
    admin.post(QUEUE, data | {"confirmed": "yes", "reason": "Name the pay."})
    assert Posting.objects.get().state == S.REJECTED
    assert posting.changes.last().reason == "Name the pay."


def test_an_administrator_edits_the_text_and_decides_in_one_page(admin):
    posting = make_posting(state=S.SUBMITTED, places="Boise, ID 83702")
    PostingReport.objects.create(posting=posting, reason="scam", network_hash="x", details="Hm")
    url = f"{QUEUE}{posting.pk}/change/"
    page = admin.get(url).text
    assert "Boise, ID 83702" in page and "Hm" in page
    data = posting_data(title="Better title", decision="reject", reason="")
    assert "Say why" in admin.post(url, data).text
    answer = admin.post(url, data | {"decision": "approve"})
    assert answer.status_code == 302
    posting.refresh_from_db()
    assert (posting.title, posting.state) == ("Better title", S.LIVE)
    assert PostingReport.objects.get().handled_at
    answer = admin.post(url, posting_data(decision="withdraw", reason="Reported."))
    posting.refresh_from_db()
    assert posting.state == S.WITHDRAWN


def test_an_administrator_verifies_and_edits_every_list(admin):
    employer = make_employer()
    admin.post("/admin/careers/employer/", {"action": "verify", "_selected_action": [employer.pk]})
    employer.refresh_from_db()
    assert employer.is_verified and employer.verified_by
    for page in ("credential", "specialty", "employer", "postingreport"):
        assert admin.get(f"/admin/careers/{page}/").status_code == 200
    for page in ("credential/add", "specialty/add", f"employer/{employer.pk}/change"):
        assert admin.get(f"/admin/careers/{page}/").status_code == 200


def test_what_an_administrator_deletes_or_blocks_is_off_the_board_at_once(admin, client):
    first, second, third = make_posting("First"), make_posting("Second"), make_posting("Third")
    assert "3 jobs" in client.get("/careercenter/").text
    admin.post(f"{QUEUE}{first.pk}/delete/", {"post": "yes"})
    assert "2 jobs" in client.get("/careercenter/").text
    url = "/admin/careers/employer/"
    data = {"action": "delete_selected", "_selected_action": [second.employer_id], "post": "yes"}
    admin.post(url, data)
    page = client.get("/careercenter/").text
    assert "1 job" in page and "Third" in page
    data = {
        "name": third.employer.name, "slug": third.employer.slug, "is_blocked": "on",
        "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert admin.post(f"{url}{third.employer_id}/change/", data).status_code == 302
    assert "Third" not in client.get("/careercenter/").text


def test_an_editor_of_texts_has_no_way_into_the_queue():
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name="Editor"))
    client = Client()
    client.force_login(user)
    assert client.get(QUEUE).status_code == 403
