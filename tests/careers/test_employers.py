"""Employers: members, invitations, verification, logo, the dashboard's figures."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import OutgoingMail
from careers.domains import mail_domain
from careers.models import Employer, Invitation, Membership
from tests.careers.board_data import make_employer, make_member, make_posting
from tests.careers.test_resume_files import image
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def link_to(mails, address) -> str:
    body = next(mail.body for mail in reversed(mails) if mail.to == [address])
    return re.search(r"http://testserver(\S+/join/\S+)", body)[1]


def test_who_adds_an_employer_owns_it():
    user = make_user()
    data = {"name": "Harbor  Health", "website": "harbor.example.org", "about": "**Fine**"}
    answer = client_of(user).post("/careercenter/employers/new/", data)
    employer = Employer.objects.get()
    assert answer["Location"] == "/careercenter/employers/harbor-health/manage/"
    assert (employer.name, employer.website) == ("Harbor Health", "https://harbor.example.org")
    assert "<strong>Fine</strong>" in employer.about_html
    assert employer.memberships.get().role == "owner" and employer.memberships.get().user == user
    again = client_of(make_user()).post("/careercenter/employers/new/", {"name": "harbor health"})
    assert "is here already" in again.text and Employer.objects.count() == 1


def test_nobody_multiplies_a_plan_by_making_employers():
    user = make_user()
    for _ in range(3):
        make_employer(owner=user)
    answer = client_of(user).post("/careercenter/employers/new/", {"name": "One more"})
    assert "You own 3 employers already" in answer.text and Employer.objects.count() == 3


@pytest.mark.parametrize("name", ["New", "Join", "!!!", "Ü"])
def test_no_name_takes_an_address_of_the_site(name):
    employer = make_employer(name)
    assert Client().get(employer.get_absolute_url()).status_code == 200
    assert employer.slug not in ("new", "join", "")


def test_a_logo_is_shown_as_an_image_of_this_site(client):
    owner = make_user()
    employer = make_employer(owner=owner)
    url = f"{employer.get_absolute_url()}manage/profile/"
    bad = SimpleUploadedFile("logo.png", b"<svg onload='alert(1)'/>", "image/png")
    answer = client_of(owner).post(url, {"name": employer.name, "logo": bad})
    assert "not a PNG, JPEG or WebP" in answer.text
    good = SimpleUploadedFile("logo.exe", image("JPEG"), "text/html")
    assert client_of(owner).post(url, {"name": employer.name, "logo": good}).status_code == 302
    logo = client.get(f"{employer.get_absolute_url()}logo.png")
    assert logo["Content-Type"] == "image/png" and logo.content.startswith(b"\x89PNG")
    known = {"if-none-match": logo["ETag"]}
    assert client.get(f"{employer.get_absolute_url()}logo.png", headers=known).status_code == 304


@pytest.mark.parametrize("token", ["none", "a%00b"])
def test_a_link_that_nobody_sent_is_not_found(token):
    page = client_of(make_user()).get(f"/careercenter/employers/join/{token}/")
    assert page.status_code == 404


def test_a_colleague_joins_by_a_link_once(sent):
    owner, colleague = make_user(), make_user("colleague@example.org")
    employer = make_employer(owner=owner)
    members = f"{employer.get_absolute_url()}manage/members/"
    client_of(owner).post(members, {"email": colleague.email, "role": "recruiter"})
    link = link_to(sent(), colleague.email)

    assert Client().get(link)["Location"].startswith("/accounts/login/")
    client = client_of(colleague)
    assert "Join" in client.get(link).text
    assert not employer.memberships.filter(user=colleague).exists()  # opening it does nothing
    client.post(link)
    assert employer.memberships.get(user=colleague).role == "recruiter"
    assert client_of(make_user()).post(link).status_code == 404


def test_an_employer_keeps_an_owner():
    owner = make_user()
    employer = make_employer(owner=owner)
    own = employer.memberships.get()
    url = f"{employer.get_absolute_url()}manage/members/{own.pk}/"
    for data in ({"do": "remove"}, {"role": "recruiter"}):
        assert "last owner" in client_of(owner).post(url, data, follow=True).text
    recruiter = make_member(employer)
    other = employer.memberships.get(user=recruiter)
    assert client_of(recruiter).post(url, {"do": "remove"}).status_code == 404
    client_of(owner).post(url.replace(f"{own.pk}/", f"{other.pk}/"), {"role": "owner"})
    client_of(owner).post(url, {"do": "remove"})
    assert list(Membership.objects.values_list("user", "role")) == [(recruiter.pk, "owner")]


def test_a_mail_at_its_own_domain_verifies_an_employer(sent):
    owner = make_user()
    employer = make_employer(owner=owner, website="https://www.harbor.example.org/jobs")
    url = f"{employer.get_absolute_url()}manage/verify/"
    client = client_of(owner)
    assert "must end in" in client.post(url, {"mailbox": "me@evil.example"}).text
    client.post(url, {"mailbox": "me"})
    link = link_to(sent(), "me@harbor.example.org")
    assert not client_of(make_user()).post(link, follow=True).text.count("is verified")
    employer.refresh_from_db()
    assert not employer.is_verified


def test_only_a_member_s_click_verifies(sent):
    owner = make_user()
    employer = make_employer(owner=owner, website="https://harbor.example.org")
    client_of(owner).post(f"{employer.get_absolute_url()}manage/verify/", {"mailbox": "me"})
    client_of(owner).post(link_to(sent(), "me@harbor.example.org"))
    employer.refresh_from_db()
    assert employer.is_verified and employer.verified_domain == "harbor.example.org"
    profile = f"{employer.get_absolute_url()}manage/profile/"
    client_of(owner).post(profile, {"name": employer.name, "website": "https://other.example"})
    employer.refresh_from_db()
    assert not employer.is_verified
    assert Invitation.objects.get().used_at


def invite(employer, address: str) -> Invitation:
    owner = employer.members.get(employer_memberships__role="owner")
    url = f"{employer.get_absolute_url()}manage/members/"
    client_of(owner).post(url, {"email": address, "role": "recruiter"})
    return employer.invitations.get(email=address)


def mails_of(invitation) -> int:
    return OutgoingMail.objects.filter(about=invitation.mails_about).count()


def test_a_second_invitation_is_mailed_in_place_of_one_that_waits(sent):
    employer = make_employer()
    first = invite(employer, "new@example.org")
    second = invite(employer, "new@example.org")
    assert (mails_of(first), mails_of(second)) == (0, 1)
    assert [second.token in mail.body for mail in sent()] == [True]


@pytest.mark.parametrize("way", ["account", "people", "person", "employer", "employers"])
def test_whoever_is_deleted_invites_nobody_any_more(way, client, sent):
    employer, other = make_employer(), make_employer()
    invitation, stays = invite(employer, "new@example.org"), invite(other, "else@example.org")
    owner = employer.members.get()
    if way == "account":
        client.force_login(owner)
        client.post("/accounts/delete/", {"password": PASSWORD})
    else:
        client.force_login(make_user(is_staff=True, is_superuser=True))
        of, row = ("careers/employer", employer) if "employer" in way else ("accounts/user", owner)
        if way in ("person", "employer"):
            client.post(f"/admin/{of}/{row.pk}/delete/", {"post": "yes"})
        else:
            data = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
            client.post(f"/admin/{of}/", data)
    assert list(Invitation.objects.all()) == [stays]
    assert (mails_of(invitation), mails_of(stays)) == (0, 1)
    assert [mail.to for mail in sent()] == [["else@example.org"]]


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.harbor.org/jobs?x=1", "harbor.org"),
        ("https://jobs.harbor.org:8443", "jobs.harbor.org"),
        ("https://gmail.com", ""),
        ("https://me.wordpress.com", ""),
        ("https://localhost/", ""),
        ("https://10.0.0.1/", ""),
        ("", ""),
    ],
)
def test_the_domain_that_proves_something(website, domain):
    assert mail_domain(website) == domain


def test_the_dashboard_tells_views_saves_and_applications(client):
    owner = make_user()
    posting = make_posting("Counted", employer=make_employer(owner=owner))
    candidate = client_of(make_user())
    client.get(posting.get_absolute_url())
    candidate.get(posting.get_absolute_url())
    candidate.post(f"/careercenter/jobs/{posting.pk}/save/", {"saved": "yes"})
    candidate.post(f"/careercenter/jobs/{posting.pk}/apply/", {"name": "Ada", "letter": "Hello"})

    page = client_of(owner).get(f"{posting.employer.get_absolute_url()}manage/").text

    cells = dict(
        re.findall(
            r'data-label="(Views|Saves|Applications)" class="figure">\D*?(?:<a[^>]*>)?(\d+)', page
        )
    )
    assert cells == {"Views": "2", "Saves": "1", "Applications": "1"}
    assert "1 new" in page and "2 of 3 postings left at the same time" in page
