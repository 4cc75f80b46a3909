"""A posting's life: who takes which step, what is recorded, what the calendar does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail
from careers.actions.postings import (
    StepError,
    follow_the_calendar,
    post_again,
    submit,
    take_step,
)
from careers.models import Posting, PostingChange
from tests.careers.board_data import make_employer, make_member, make_posting, posting_data
from tests.factories import make_plan, make_user

pytestmark = pytest.mark.django_db
S = Posting.State


def test_an_employer_writes_a_posting_and_submits_it(client):
    owner = make_user()
    employer = make_employer(owner=owner)
    client.force_login(owner)

    answer = client.post(f"{employer.get_absolute_url()}manage/postings/new/", posting_data())

    posting = Posting.objects.get()
    assert answer.status_code == 302
    assert posting.state == S.SUBMITTED
    assert posting.description_html.startswith(
        "<p>You code <strong>outpatient</strong> visits.</p>"
    )
    place = posting.locations.get()
    assert (str(place), place.zip_code) == ("Boise, ID", "83702")
    assert place.latitude == pytest.approx(43.6, abs=0.2)
    assert [(str(c), c.by) for c in posting.changes.all()] == [
        ("Draft", owner),
        ("Waiting for approval", owner),
    ]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("places", "", "Say where the work is done"),
        ("places", "Boise", "is not a place"),
        ("places", "Boise, Idaho State", "is not a place"),
        ("pay_max", "20", "must not be less"),
        ("valid_through", "2020-01-01", "The last day is past"),
        ("valid_through", "2099-01-01", "or an earlier day"),
        ("title", "", "required"),
        ("apply_by", "link", "Write the address"),
        ("apply_url", "javascript:alert(1)", "Enter a valid URL"),
    ],
)
def test_what_is_wrong_with_a_posting_is_said(client, field, value, said):
    owner = make_user()
    employer = make_employer(owner=owner)
    client.force_login(owner)

    answer = client.post(
        f"{employer.get_absolute_url()}manage/postings/new/", posting_data(**{field: value})
    )

    assert answer.status_code == 200
    assert said in answer.text
    assert not Posting.objects.exists()


def test_every_change_is_recorded_with_who_and_when():
    admin, owner = make_user(), make_user()
    posting = make_posting(employer=make_employer(owner=owner), state=S.SUBMITTED)
    take_step(posting=posting, to=S.REJECTED, by=admin, reason="No pay is told.")
    submit(posting=posting, by=owner)
    take_step(posting=posting, to=S.APPROVED, by=admin)
    take_step(posting=posting, to=S.FILLED, by=owner)

    told = [(c.to_state, c.by, c.reason) for c in PostingChange.objects.filter(posting=posting)]
    assert told[2:] == [
        ("rejected", admin, "No pay is told."),
        ("submitted", owner, ""),
        ("approved", admin, ""),
        ("live", admin, ""),
        ("filled", owner, ""),
    ]
    assert all(c.at for c in posting.changes.all())


@pytest.mark.parametrize(
    ("state", "to"),
    [(S.DRAFT, S.LIVE), (S.LIVE, S.DRAFT), (S.FILLED, S.LIVE), (S.ARCHIVED, S.SUBMITTED)],
)
def test_no_step_is_skipped(state, to):
    posting = make_posting(state=state)
    with pytest.raises(StepError):
        take_step(posting=posting, to=to, by=None)
    assert Posting.objects.get().state == state


def test_a_rejection_needs_a_reason_that_its_employer_is_mailed():
    posting = make_posting(state=S.SUBMITTED)
    with pytest.raises(StepError, match="Say why"):
        take_step(posting=posting, to=S.REJECTED, by=None, reason="  ")

    take_step(posting=posting, to=S.REJECTED, by=None, reason="The pay is missing.")

    mail = OutgoingMail.objects.get()
    assert "was not approved" in mail.subject and "The pay is missing." in mail.text


def test_an_employer_does_not_approve_its_own_posting(client):
    owner = make_user()
    employer = make_employer(owner=owner)
    posting = make_posting(employer=employer, state=S.SUBMITTED)
    client.force_login(owner)

    for to in ("approved", "live", "nonsense"):
        client.post(f"{employer.get_absolute_url()}manage/postings/{posting.pk}/step/", {"to": to})

    assert Posting.objects.get().state == S.SUBMITTED


def test_the_calendar_brings_live_ends_and_archives():
    today, now = timezone.localdate(), timezone.now()
    begins = make_posting(state=S.SUBMITTED, live_from=today + timedelta(days=1))
    take_step(posting=begins, to=S.APPROVED, by=None)
    ended, old = make_posting(), make_posting(state=S.FILLED)
    stays = make_posting()
    Posting.objects.filter(pk=begins.pk).update(live_from=today)
    Posting.objects.filter(pk=ended.pk).update(valid_through=today - timedelta(days=1))
    Posting.objects.filter(pk=old.pk).update(closed_at=now - timedelta(days=181))
    assert begins.state == S.APPROVED

    follow_the_calendar()
    follow_the_calendar()

    states = dict(Posting.objects.values_list("pk", "state"))
    assert states == {
        begins.pk: S.LIVE,
        ended.pk: S.EXPIRED,
        old.pk: S.ARCHIVED,
        stays.pk: S.LIVE,
    }
    assert ended.changes.last().by is None
    assert OutgoingMail.objects.filter(subject__contains="has ended").count() == 1


def test_posting_again_makes_a_draft_with_all_of_it():
    posting = make_posting("Auditor", places="Omaha, NE 68102", credentials=("CPMA", "CPC"))
    take_step(posting=posting, to=S.FILLED, by=None)

    copy = post_again(posting=posting, by=posting.employer.members.get())

    assert copy.pk != posting.pk and copy.state == S.DRAFT and copy.title == "Auditor"
    assert [place.line for place in copy.locations.all()] == ["Omaha, NE 68102"]
    assert {str(each) for each in copy.credentials.all()} == {"CPC", "CPMA"}
    assert copy.valid_through > timezone.localdate()


def test_the_plan_of_an_owner_says_how_many_may_be_on_the_board(settings):
    settings.EMPLOYER_POSTINGS = 1
    owner = make_user()
    employer = make_employer(owner=owner)
    make_posting(employer=employer)
    second = make_posting(employer=employer, state=S.DRAFT)
    with pytest.raises(StepError, match="plan"):
        submit(posting=second, by=owner)
    assert Posting.objects.get(pk=second.pk).state == S.DRAFT

    owner.plan = make_plan(job_postings=2)
    owner.save()
    assert submit(posting=second, by=owner).state == S.SUBMITTED


def test_a_change_to_a_live_posting_stays_live_unless_it_looks_like_spam(client):
    owner = make_user()
    employer = make_employer(owner=owner)
    posting = make_posting(employer=employer)
    client.force_login(owner)
    page = f"{employer.get_absolute_url()}manage/postings/{posting.pk}/"

    client.post(page, posting_data(title="Coder, days"))
    assert Posting.objects.get().state == S.LIVE
    assert "job title" in PostingChange.objects.last().reason

    client.post(page, posting_data(description="Send a registration fee by wire transfer."))
    assert Posting.objects.get().state == S.SUBMITTED


def test_a_posting_past_its_last_day_takes_a_change_however_it_looks(client):
    owner = make_user()
    employer = make_employer(owner=owner)
    posting = make_posting(employer=employer)
    yesterday = timezone.localdate() - timedelta(days=1)
    Posting.objects.filter(pk=posting.pk).update(valid_through=yesterday)
    client.force_login(owner)
    page = f"{employer.get_absolute_url()}manage/postings/{posting.pk}/"

    sent = posting_data(description="Send a registration fee by wire transfer.")
    client.post(page, sent | {"valid_through": f"{yesterday}"})
    changed = Posting.objects.get()
    assert "registration fee" in changed.description and changed.state == S.LIVE
    follow_the_calendar()
    assert Posting.objects.get().state == S.EXPIRED


def test_a_recruiter_posts_but_changes_no_profile(client):
    employer = make_employer()
    client.force_login(make_member(employer))
    manage = f"{employer.get_absolute_url()}manage/"

    assert client.post(f"{manage}postings/new/", posting_data()).status_code == 302
    assert client.get(f"{manage}profile/").status_code == 404
    assert (
        client.post(f"{manage}members/", {"email": "a@example.org", "role": "owner"}).status_code
        == 404
    )
    assert client.get(f"{manage}verify/").status_code == 404
