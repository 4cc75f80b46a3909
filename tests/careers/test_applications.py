"""Applying, and what each side sees of it; messages; withdrawing; deleting everything."""

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.models import OutgoingMail
from careers.actions import candidates
from careers.actions.candidates import CandidateError
from careers.models import (
    Application,
    CandidateProfile,
    Credential,
    Employer,
    HeldCredential,
    Invitation,
    Message,
    Posting,
    Resume,
    SavedPosting,
    SavedSearch,
)
from careers.models.candidate import resume_path
from tests.careers.board_data import docx, make_employer, make_member, make_posting, pdf
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(content: bytes, name: str = "resume.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def apply(user, posting, **fields):
    url = f"/careercenter/jobs/{posting.pk}/apply/"
    data = {"name": "Ada Coder", "phone": "555 0100", "letter": "I code well."} | fields
    return client_of(user).post(url, data)


@pytest.fixture
def candidate(db):
    user = make_user("ada@example.org")
    HeldCredential.objects.create(
        user=user, credential=Credential.objects.get(abbreviation="CPC"), number="0123"
    )
    CandidateProfile.objects.create(user=user, name="Ada Coder", headline="Secret wish: $90,000")
    return user


@pytest.fixture
def posting(db):
    return make_posting("Outpatient coder")


@pytest.fixture
def application(candidate, posting):
    apply(candidate, posting, new_resume=upload(pdf()), with_credentials="on")
    return Application.objects.get()


# Applying


def test_a_candidate_applies_in_one_page_with_what_the_profile_knows(candidate, posting):
    page = client_of(candidate).get(f"/careercenter/jobs/{posting.pk}/apply/").text
    assert 'value="Ada Coder"' in page

    answer = apply(candidate, posting, new_resume=upload(docx(), "my.docx"), with_credentials="on")

    application = Application.objects.get()
    assert answer["Location"] == application.get_absolute_url()
    assert application.status == "sent" and application.letter == "I code well."
    assert application.credentials == ["CPC, number 0123"]
    assert (application.resume.kind, application.resume.name) == ("docx", "my.docx")
    assert [str(change) for change in application.changes.all()] == ["Sent"]


def test_who_is_not_logged_in_is_led_to_the_log_in(client, posting):
    answer = client.get(f"/careercenter/jobs/{posting.pk}/apply/")
    assert answer["Location"].startswith("/accounts/login/?next=/careercenter/jobs/")


def test_nobody_applies_twice(candidate, posting, application):
    answer = apply(candidate, posting)
    assert answer["Location"] == application.get_absolute_url()
    assert Application.objects.count() == 1


def test_an_empty_application_is_not_sent(candidate, posting):
    assert "both are empty" in apply(candidate, posting, letter=" ").text
    assert not Application.objects.exists()


def test_nobody_applies_for_what_is_closed_elsewhere_or_only_shown(candidate):
    for fields in (
        {"state": Posting.State.FILLED},
        {"state": Posting.State.DRAFT},
        {"apply_by": "link", "apply_url": "https://example.org/apply"},
    ):
        assert apply(candidate, make_posting(**fields)).status_code == 404
    shown = apply(candidate, make_posting(is_demonstration=True))
    assert "demonstration posting" in shown.text
    assert not Application.objects.exists()


def test_another_person_s_resume_is_not_sent(candidate, posting):
    other = make_user()
    apply(other, make_posting(), new_resume=upload(pdf()))
    answer = apply(candidate, posting, resume=Resume.objects.get(user=other).pk)
    assert answer.status_code == 302  # there was nothing to choose from
    assert Application.objects.get(candidate=candidate).resume is None


# Who reads what


def addresses(application):
    base = application.get_absolute_url()
    return [base, f"{base}resume/"]


def test_the_employer_reads_what_was_sent_and_nothing_else(application, candidate):
    member = client_of(make_member(application.posting.employer))

    page = member.get(application.get_absolute_url()).text

    assert "Ada Coder" in page and "I code well." in page and "CPC, number 0123" in page
    assert candidate.email not in page and "Secret wish" not in page
    assert Application.objects.get().status == "seen"
    file = member.get(f"{application.get_absolute_url()}resume/")
    assert b"".join(file.streaming_content).startswith(b"%PDF-")
    assert file["Content-Disposition"].startswith("attachment")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file["Content-Security-Policy"] and "no-store" in file["Cache-Control"]


def test_nobody_else_reads_an_application(client, application):
    other_employer, other_candidate = make_employer(), make_user()
    strangers = [client, client_of(make_member(other_employer)), client_of(other_candidate)]
    for url in addresses(application):
        for stranger in strangers:
            assert stranger.get(url).status_code in (302, 404), url
        assert strangers[0].get(url)["Location"].startswith("/accounts/login/")
    for action in ("status/", "withdraw/"):
        for stranger in strangers:
            answer = stranger.post(f"{application.get_absolute_url()}{action}", {"status": "hired"})
            assert answer.status_code in (302, 404)
        assert strangers[1].post(f"{application.get_absolute_url()}{action}").status_code == 404
    assert (
        client_of(other_candidate)
        .post(application.get_absolute_url(), {"body": "Hello"})
        .status_code
        == 404
    )
    assert Application.objects.get().status == "sent" and not Message.objects.exists()


def test_every_address_of_an_employer_is_closed_to_others(client, application):
    posting = application.posting
    manage = f"{posting.employer.get_absolute_url()}manage/"
    one = f"postings/{posting.pk}/"
    reads = ["", "profile/", "members/", "verify/", "postings/new/", one, f"{one}applications/"]
    reads += ["import/", "import/example.csv"]
    writes = [one, f"{one}step/", f"{one}again/", "members/1/", "import/feeds/1/", "import/"]
    writes += ["profile/", "members/"]
    other = client_of(make_member(make_employer(), "owner"))
    candidate = client_of(application.candidate)
    for path in reads:
        assert client.get(manage + path)["Location"].startswith("/accounts/login/"), path
        assert other.get(manage + path).status_code == 404, path
        assert candidate.get(manage + path).status_code == 404, path
    for path in writes:
        data = {"to": "withdrawn", "do": "remove", "title": "x"}
        assert client.post(manage + path, data)["Location"].startswith("/accounts/login/"), path
        assert other.post(manage + path, data).status_code == 404, path
        assert candidate.post(manage + path, data).status_code == 404, path
    assert Posting.objects.get().state == Posting.State.LIVE


def test_an_employer_s_member_reaches_no_posting_of_another_through_its_own_address(application):
    own = make_employer()
    member = client_of(make_member(own, "owner"))
    foreign = application.posting.pk
    manage = f"{own.get_absolute_url()}manage/postings/{foreign}/"
    assert member.get(manage).status_code == 404
    assert member.get(f"{manage}applications/").status_code == 404
    assert member.post(f"{manage}step/", {"to": "withdrawn"}).status_code == 404
    assert member.post(f"{manage}again/").status_code == 404


def test_every_address_of_a_candidate_is_closed_to_others(client, application, candidate):
    resume = Resume.objects.get()
    search = SavedSearch.objects.create(user=candidate, name="All", query="")
    other = client_of(make_user())
    for path in ("my/", "my/profile/", "my/delete/", f"my/resumes/{resume.key}/"):
        assert client.get(f"/careercenter/{path}")["Location"].startswith("/accounts/login/")
    assert other.get(f"/careercenter/my/resumes/{resume.key}/").status_code == 404
    assert other.post(f"/careercenter/my/resumes/{resume.key}/remove/").status_code == 404
    assert other.post(f"/careercenter/searches/{search.key}/", {"do": "delete"}).status_code == 404
    assert "Ada" not in other.get("/careercenter/my/").text
    employer = client_of(make_member(application.posting.employer))
    assert employer.get(f"/careercenter/my/resumes/{resume.key}/").status_code == 404
    assert Resume.objects.filter(is_removed=False).exists() and SavedSearch.objects.exists()


def test_a_resume_lies_under_no_address_and_no_name_that_tells(client, application):
    resume = Resume.objects.get()
    assert resume.file.name.startswith("careers/resumes/")
    assert len(resume.file.name.rpartition("/")[2]) == 32 and "resume.pdf" not in resume.file.name
    assert client.get(f"/media/{resume.file.name}").status_code == 404
    assert client.get(f"/{resume.file.name}").status_code == 404


def test_private_pages_are_kept_by_no_cache(application, candidate):
    for path in ("/careercenter/my/", application.get_absolute_url()):
        assert "no-store" in client_of(candidate).get(path)["Cache-Control"]


# Status and messages


def test_the_candidate_follows_the_status(application, candidate, sent):
    member = client_of(make_member(application.posting.employer))
    member.post(f"{application.get_absolute_url()}status/", {"status": "interview"})
    assert "Interview" in client_of(candidate).get("/careercenter/my/").text
    to_candidate = [mail for mail in sent() if mail.to == [candidate.email]]
    assert len(to_candidate) == 1 and "Interview" in to_candidate[0].body


@pytest.mark.parametrize("status", ["withdrawn", "sent", "nonsense", ""])
def test_an_employer_sets_only_statuses_of_its_own(application, status):
    member = client_of(make_member(application.posting.employer))
    url = f"{application.get_absolute_url()}status/"
    assert member.post(url, {"status": status}).status_code == 404
    candidate = client_of(application.candidate)
    assert candidate.post(url, {"status": "hired"}).status_code == 404


def test_messages_go_both_ways_and_mails_expose_no_address(application, candidate, sent):
    member_user = application.posting.employer.members.get()
    sent().clear()
    member, ada = client_of(member_user), client_of(candidate)

    member.post(application.get_absolute_url(), {"body": "When could you come? <b>Bold</b>"})
    assert "1 new message" in ada.get("/careercenter/my/").text
    page = ada.get(application.get_absolute_url()).text
    assert "When could you come? &lt;b&gt;Bold" in page and member_user.email not in page
    assert "new message" not in ada.get("/careercenter/my/").text
    ada.post(application.get_absolute_url(), {"body": "On Monday."})
    page = member.get(application.get_absolute_url()).text
    assert "On Monday." in page and candidate.email not in page

    mails = sent()
    assert [mail.to for mail in mails] == [[candidate.email], [member_user.email]]
    for mail, other in zip(mails, (member_user.email, candidate.email), strict=True):
        whole = mail.message().as_string()
        assert other not in whole and "When could" not in whole and "Monday" not in whole
        assert mail.from_email.endswith("no-reply@localhost>") or "no-reply@" in mail.from_email
        assert application.get_absolute_url() in mail.body


def test_withdrawing_takes_back_what_was_sent(application, candidate):
    member = client_of(make_member(application.posting.employer))
    file, storage = Resume.objects.get().file.name, storages["private"]
    client_of(candidate).post(f"{application.get_absolute_url()}withdraw/")

    page = member.get(application.get_absolute_url()).text
    assert "Withdrawn" in page and "I code well." not in page and "0123" not in page
    assert member.get(f"{application.get_absolute_url()}resume/").status_code == 404
    member.post(f"{application.get_absolute_url()}status/", {"status": "hired"})
    member.post(application.get_absolute_url(), {"body": "Come back"})
    assert Application.objects.get().status == "withdrawn" and not Message.objects.exists()
    assert storage.exists(file)  # it is still on the candidate's own list


# Deleting


def test_a_resume_that_was_sent_goes_when_the_last_application_goes(
    application, candidate, django_capture_on_commit_callbacks
):
    resume, storage = Resume.objects.get(), storages["private"]
    ada = client_of(candidate)
    with django_capture_on_commit_callbacks(execute=True):
        ada.post(f"/careercenter/my/resumes/{resume.key}/remove/")
    assert storage.exists(resume.file.name)
    assert f"{resume.key}" not in ada.get("/careercenter/my/profile/").text
    with django_capture_on_commit_callbacks(execute=True):
        ada.post(f"{application.get_absolute_url()}withdraw/")
    assert not storage.exists(resume.file.name) and not Resume.objects.exists()


def test_a_removed_resume_goes_with_the_posting_it_was_sent_to(
    application, candidate, django_capture_on_commit_callbacks
):
    resume, storage = Resume.objects.get(), storages["private"]
    client_of(candidate).post(f"/careercenter/my/resumes/{resume.key}/remove/")
    assert candidates.sweep_resumes() == 0 and storage.exists(resume.file.name)

    application.posting.delete()
    with django_capture_on_commit_callbacks(execute=True):
        assert candidates.sweep_resumes() == 1
    assert not storage.exists(resume.file.name) and not Resume.objects.exists()


def test_files_without_a_resume_go_after_a_day(application):
    storage, kept = storages["private"], Resume.objects.get().file.name
    lost = storage.save(resume_path(None, ""), ContentFile(b"%PDF-"))
    candidates.sweep_resumes()
    assert storage.exists(kept) and storage.exists(lost)  # an upload may be under way
    candidates.sweep_resumes(now=timezone.now() + timedelta(days=2))
    assert storage.exists(kept) and not storage.exists(lost)


def test_two_applications_at_once_are_one(application, candidate, posting):
    with pytest.raises(CandidateError, match="already"):
        candidates.apply(
            posting=posting, user=candidate, name="Ada", upload=(pdf(), "pdf", "again.pdf")
        )
    assert Resume.objects.count() == 1


def test_everything_is_deleted_at_once(application, candidate, django_capture_on_commit_callbacks):
    file, storage = Resume.objects.get().file.name, storages["private"]
    ada = client_of(candidate)
    ada.post(f"/careercenter/jobs/{application.posting.pk}/save/", {"saved": "yes"})
    ada.post("/careercenter/searches/", {"query": "q=a", "frequency": "daily"})
    ada.post(application.get_absolute_url(), {"body": "Hello"})
    ada.post("/careercenter/my/delete/")
    assert Application.objects.exists()  # without the tick nothing goes

    with django_capture_on_commit_callbacks(execute=True):
        ada.post("/careercenter/my/delete/", {"is_sure": "on"})

    for model in (Application, Message, Resume, HeldCredential, CandidateProfile, SavedPosting,
                  SavedSearch):  # fmt: skip
        assert not model.objects.exists(), model
    assert not storage.exists(file)


def test_the_account_s_export_and_deletion_include_the_board(
    client, application, candidate, django_capture_on_commit_callbacks
):
    file, storage = Resume.objects.get().file.name, storages["private"]
    ada = client_of(candidate)
    ada.post(application.get_absolute_url(), {"body": "Hello there"})

    told = json.loads(ada.post("/accounts/export/").content)
    sent = told["careercenter"]["applications"][0]
    assert sent["job"] == "Outpatient coder" and sent["letter"] == "I code well."
    assert sent["messages"][0]["body"] == "Hello there"
    assert told["careercenter"]["resumes"][0]["name"] == "resume.pdf"

    with django_capture_on_commit_callbacks(execute=True):
        ada.post("/accounts/delete/", {"password": PASSWORD})
    assert not Application.objects.exists() and not storage.exists(file)


def test_an_employer_s_member_exports_no_candidate_and_no_key(application, candidate):
    posting = application.posting
    owner = posting.employer.members.get()
    Posting.objects.update(created_by=owner)
    Employer.objects.update(website="https://harbor.example.org")
    manage = f"{posting.employer.get_absolute_url()}manage/"
    client_of(owner).post(f"{manage}verify/", {"mailbox": "somebody"})
    client_of(owner).post(f"{manage}members/", {"email": "new@example.org", "role": "owner"})

    told = client_of(owner).post("/accounts/export/").text

    assert "Outpatient coder" in told and "new@example.org" in told
    assert "I code well." not in told and "Ada Coder" not in told and candidate.email not in told
    for invitation in Invitation.objects.all():
        assert invitation.token not in told
    assert Invitation.objects.count() == 2


def test_an_employer_is_never_left_without_an_owner(django_capture_on_commit_callbacks):
    owner = make_user()
    employer = make_employer(owner=owner)
    posting = make_posting(employer=employer)
    recruiter = make_member(employer)

    client_of(owner).post("/accounts/delete/", {"password": PASSWORD})
    assert employer.memberships.get().user == recruiter
    assert employer.memberships.get().role == "owner"
    assert Posting.objects.get().state == Posting.State.LIVE

    client_of(recruiter).post("/accounts/delete/", {"password": PASSWORD})
    assert Posting.objects.get(pk=posting.pk).state == Posting.State.WITHDRAWN
    assert not OutgoingMail.objects.exists()


def test_saving_leads_back_only_to_this_site(candidate, posting):
    ada = client_of(candidate)
    url = f"/careercenter/jobs/{posting.pk}/save/"
    assert (
        ada.post(url, {"saved": "yes", "next": "/careercenter/?q=a"})["Location"]
        == "/careercenter/?q=a"
    )
    assert SavedPosting.objects.count() == 1
    for bad in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        answer = ada.post(url, {"saved": "no", "next": bad})
        assert answer["Location"] == posting.get_absolute_url()
    assert not SavedPosting.objects.exists()


def test_the_profile_keeps_credentials_with_number_and_expiry(candidate):
    ada = client_of(candidate)
    held = HeldCredential.objects.get()
    ccs = Credential.objects.get(abbreviation="CCS")
    data = {
        "name": "Ada", "wanted_types": ["FULL_TIME"], "specialties": [], "state": "ID",
        "credential-TOTAL_FORMS": "2", "credential-INITIAL_FORMS": "1",
        "credential-0-id": held.pk, "credential-0-credential": held.credential_id,
        "credential-0-DELETE": "on",
        "credential-1-credential": ccs.pk, "credential-1-number": "77",
        "credential-1-expires_on": "2027-06-30",
    }  # fmt: skip
    assert ada.post("/careercenter/my/profile/", data).status_code == 302
    held = HeldCredential.objects.get()
    assert (str(held.credential), held.number, f"{held.expires_on}") == ("CCS", "77", "2027-06-30")
    assert ada.get("/careercenter/my/profile/").status_code == 200


@pytest.mark.parametrize("count", ["1000", "9" * 40, "\0"])
def test_a_profile_with_more_rows_than_there_can_be_is_refused(candidate, count):
    data = {"name": "Ada", "credential-TOTAL_FORMS": count, "credential-INITIAL_FORMS": "1"}
    answer = client_of(candidate).post("/careercenter/my/profile/", data)
    assert answer.status_code == 200
    assert answer.text.count('name="credential-') < 5 * 25
    [error] = answer.context["credentials"].non_form_errors()
    assert escape(error) in answer.text
