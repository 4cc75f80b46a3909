"""The way of a job: an employer posts, it is approved, a candidate finds it and applies."""

import importlib
import re

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.outbox import send_waiting_mails
from careers.models import Application, Credential, Posting
from tests.browser.test_accessibility import axe, findings, findings_here, page  # noqa: F401
from tests.careers.board_data import make_employer, make_posting, pdf
from tests.factories import make_user

RESUME = {"name": "ada.pdf", "mimeType": "application/pdf"}


@pytest.fixture(autouse=True)
def _board(demonstration):
    if not Credential.objects.exists():  # emptied with all tables between two tests
        importlib.import_module("careers.migrations.0002_lists").fill(apps, None)
    call_command("load_demonstration_postings", verbosity=0)


def register(page, email, link_in_mail):  # noqa: F811
    page.goto("/accounts/signup/")
    page.get_by_label("E-mail").fill(email)
    page.locator("input[type=password]").fill("a-plain-long-passphrase")
    page.locator("main form").get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your e-mail address")
    page.goto(link_in_mail(email))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Account", exact=True)).to_be_visible()


@pytest.fixture
def browsers(new_context, base_url):
    """A function that opens a browser of its own for each person."""
    return lambda **options: new_context(**options).new_page()


@pytest.mark.parametrize("has_javascript", [True, False], ids=["script", "no script"])
def test_an_employer_posts_and_reads_the_application_of_a_candidate_who_found_the_job(
    browsers, link_in_mail, sign_in, mailoutbox, has_javascript
):
    employer, candidate, admin = (browsers(java_script_enabled=has_javascript) for _ in range(3))

    register(employer, "owner@harbor.example.org", link_in_mail)
    employer.goto("/careercenter/employers/")
    employer.get_by_role("link", name="Post a job").click()
    employer.get_by_label("Name of the organization").fill("Harbor Health")
    employer.get_by_role("button", name="Add it").click()
    employer.get_by_role("link", name="New posting").click()
    employer.get_by_label("Job title").fill("Inpatient coder, nights")
    employer.get_by_label("Description").fill("You code **stays** at night.")
    employer.get_by_label("On site").check()
    employer.get_by_label("Places").fill("Boise, ID 83702")
    employer.get_by_label("Pay from").fill("29")
    employer.get_by_label("Pay to").fill("38.50")
    employer.get_by_label("CCS", exact=True).check()
    employer.get_by_role("button", name="Submit for approval").click()
    expect(employer.locator(".messages")).to_contain_text("is submitted")

    candidate.goto("/careercenter/")
    expect(candidate.locator("main")).not_to_contain_text("Inpatient coder, nights")

    moderator = make_user(is_staff=True)
    moderator.groups.add(Group.objects.get(name="Administrator"))
    sign_in(admin, moderator)
    admin.goto("/admin/careers/posting/")
    admin.locator("#result_list .action-select").first.check()
    admin.locator("select[name=action]").select_option("approve")
    admin.get_by_role("button", name=re.compile("Go|Run")).click()
    expect(admin.locator(".messagelist")).to_contain_text("1 approved")
    send_waiting_mails()
    assert any("is live" in mail.subject for mail in mailoutbox)

    register(candidate, "ada@example.org", link_in_mail)
    candidate.goto("/careercenter/")
    candidate.get_by_label("ZIP code").fill("83704")
    candidate.get_by_role("button", name="Find jobs").click()
    candidate.locator(".filters").get_by_role("checkbox", name="CCS 1", exact=True).check()
    if not has_javascript:
        candidate.get_by_role("button", name="Apply filters").click()
    candidate.wait_for_url(re.compile("credential=ccs"))
    expect(candidate.locator(".job-row")).to_have_count(1)
    candidate.get_by_role("link", name="Inpatient coder, nights").click()
    candidate.get_by_role("link", name="Apply here").click()
    candidate.get_by_label("Your name").fill("Ada Coder")
    candidate.get_by_label("Why this job").fill("I like nights.")
    candidate.get_by_label("Résumé").set_input_files([{**RESUME, "buffer": pdf()}])
    candidate.get_by_role("button", name="Send the application").click()
    expect(candidate.locator(".messages")).to_contain_text("went to Harbor Health")

    send_waiting_mails()
    assert any("New application" in mail.subject for mail in mailoutbox)
    employer.goto("/careercenter/employers/harbor-health/manage/")
    employer.get_by_role("row", name=re.compile("Inpatient coder")).get_by_role(
        "link", name="1", exact=True
    ).click()
    employer.get_by_role("link", name="Ada Coder").click()
    expect(employer.locator("main")).to_contain_text("I like nights.")
    expect(employer.locator("main")).not_to_contain_text("ada@example.org")
    with employer.expect_download() as download:
        employer.get_by_role("link", name="ada.pdf").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    employer.get_by_label("Write a message").fill("When could you begin?")
    employer.get_by_role("button", name="Send").click()
    candidate.goto("/careercenter/my/")
    expect(candidate.locator("main")).to_contain_text("1 new message")
    expect(candidate.locator("main")).to_contain_text("Seen")


def test_axe_finds_nothing_on_the_pages_of_the_board(page, axe):  # noqa: F811
    posting = Posting.objects.filter(workplace="hybrid").first()
    closed = make_posting("Old job", state=Posting.State.FILLED)
    found = findings(
        page,
        axe,
        {
            "the board": "/careercenter/",
            "a search": "/careercenter/?q=coder&workplace=remote&credential=cpc&pay=50000&sort=pay",
            "nothing found": "/careercenter/?q=xylophone",
            "a job": posting.get_absolute_url(),
            "employers": "/careercenter/employers/",
            "an employer": posting.employer.get_absolute_url(),
        },
    )
    page.goto(closed.get_absolute_url())
    found += findings_here(page, axe, "a closed job")
    assert not found, "\n".join(found)


def test_axe_finds_nothing_where_employers_and_candidates_work(page, axe, sign_in):  # noqa: F811
    user = make_user()
    employer = make_employer("Harbor Health", owner=user)
    posting = make_posting("Night coder", employer=employer)
    draft = make_posting(employer=employer, state=Posting.State.DRAFT)
    application = Application.objects.create(
        posting=posting,
        candidate=make_user(),
        name="Ada Coder",
        letter="Hello",
        credentials=["CPC"],
    )
    own = Application.objects.create(posting=make_posting(), candidate=user, name="Me")
    manage = f"{employer.get_absolute_url()}manage/"
    sign_in(page, user)
    page.goto("/careercenter/")
    page.get_by_role("button", name="Save the search").click()
    found = findings(
        page,
        axe,
        {
            "the board of a member": "/careercenter/",
            "the dashboard": manage,
            "a posting's form": f"{manage}postings/{draft.pk}/",
            "members": f"{manage}members/",
            "import": f"{manage}import/",
            "profile of the employer": f"{manage}profile/",
            "applications": f"{manage}postings/{posting.pk}/applications/",
            "an application": application.get_absolute_url(),
            "one's own application": own.get_absolute_url(),
            "applying": f"/careercenter/jobs/{make_posting().pk}/apply/",
            "my jobs": "/careercenter/my/",
            "my profile": "/careercenter/my/profile/",
            "deleting everything": "/careercenter/my/delete/",
            "reporting a job": f"/careercenter/jobs/{posting.pk}/report/",
        },
    )
    assert not found, "\n".join(found)
