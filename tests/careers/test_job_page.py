"""The page of a job: for readers, for search engines, once it is closed; reports and views."""

import json
import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail
from careers.actions.postings import take_step
from careers.cards import draw_card
from careers.models import Posting, PostingReport, PostingViews
from tests.careers.board_data import make_employer, make_member, make_posting, take_note
from tests.factories import make_user

pytestmark = pytest.mark.django_db
S = Posting.State


def json_ld(answer) -> dict:
    return json.loads(
        re.search(r'<script type="application/ld\+json">(.*?)</script>', answer.text)[1]
    )


def test_the_structured_data_has_what_google_documents(client):
    posting = make_posting(
        "Inpatient coder",
        employer=make_employer("Harbor Health", website="https://harbor.example.org"),
        places="Boise, ID 83702\nNampa, ID",
        credentials=("CCS",),
        level="3-5",
        pay_min=28,
        pay_max=36,
        code_systems=["icd-10-cm"],
    )
    found = json_ld(client.get(posting.get_absolute_url()))

    assert found["@context"] == "https://schema.org/" and found["@type"] == "JobPosting"
    assert found["title"] == "Inpatient coder"
    assert found["description"].startswith("<p>")
    assert found["hiringOrganization"]["name"] == "Harbor Health"
    assert found["hiringOrganization"]["sameAs"] == "https://harbor.example.org"
    assert datetime.fromisoformat(found["datePosted"]).tzinfo
    assert datetime.fromisoformat(found["validThrough"]).date() == posting.valid_through
    assert [place["address"]["addressLocality"] for place in found["jobLocation"]] == [
        "Boise",
        "Nampa",
    ]
    assert found["jobLocation"][0]["address"] == {
        "@type": "PostalAddress",
        "addressLocality": "Boise",
        "addressRegion": "ID",
        "postalCode": "83702",
        "addressCountry": "US",
    }
    assert found["employmentType"] == "FULL_TIME"
    assert found["baseSalary"] == {
        "@type": "MonetaryAmount",
        "currency": "USD",
        "value": {
            "@type": "QuantitativeValue", "unitText": "HOUR", "minValue": 28.0, "maxValue": 36.0,
        },
    }  # fmt: skip
    assert found["identifier"]["value"] == str(posting.pk)
    assert found["directApply"] is True
    assert found["experienceRequirements"]["monthsOfExperience"] == 36
    assert "jobLocationType" not in found


def test_a_remote_job_says_from_where(client):
    anywhere = json_ld(client.get(make_posting().get_absolute_url()))
    assert anywhere["jobLocationType"] == "TELECOMMUTE"
    assert anywhere["applicantLocationRequirements"] == {"@type": "Country", "name": "USA"}

    from_two = make_posting(remote_states=["ID", "OR"])
    found = json_ld(client.get(from_two.get_absolute_url()))
    assert [each["name"] for each in found["applicantLocationRequirements"]] == [
        "Idaho, USA",
        "Oregon, USA",
    ]


def test_a_hybrid_job_is_not_telecommute(client):
    posting = make_posting(places="Boise, ID 83702", workplace="hybrid")
    assert "jobLocationType" not in json_ld(client.get(posting.get_absolute_url()))


@pytest.mark.parametrize("state", [S.FILLED, S.EXPIRED, S.WITHDRAWN, S.ARCHIVED])
def test_a_closed_job_answers_410_with_similar_ones(client, state):
    posting = make_posting("Cardiology coder", state=state, specialty="Cardiology")
    similar = make_posting("Another cardiology coder", specialty="Cardiology")

    answer = client.get(posting.get_absolute_url())

    assert answer.status_code == 410
    assert "This job is closed." in answer.text
    assert similar.get_absolute_url() in answer.text
    assert "application/ld+json" not in answer.text
    assert "noindex" in answer.text
    assert f"/jobs/{posting.pk}/apply/" not in answer.text


def test_a_job_past_its_last_day_is_closed_before_the_calendar_is_followed(client):
    posting = make_posting()
    Posting.objects.update(valid_through=timezone.localdate() - timedelta(days=1))
    take_note()
    assert client.get(posting.get_absolute_url()).status_code == 410
    assert posting.title not in client.get("/careercenter/").text


@pytest.mark.parametrize("state", [S.DRAFT, S.SUBMITTED])
def test_what_is_not_live_is_seen_by_its_employer_alone(client, state):
    employer = make_employer()
    posting = make_posting(employer=employer, state=state)
    url = posting.get_absolute_url()
    short = f"/careercenter/jobs/{posting.pk}/"

    assert client.get(url).status_code == client.get(short).status_code == 404
    client.force_login(make_user())
    assert client.get(url).status_code == 404
    client.force_login(make_member(make_employer()))
    assert client.get(url).status_code == 404
    client.force_login(make_member(employer))
    answer = client.get(url)
    assert answer.status_code == 200
    assert "Only you see this." in answer.text and "application/ld+json" not in answer.text


def test_a_blocked_employer_is_off_the_board(client):
    posting = make_posting()
    posting.employer.is_blocked = True
    posting.employer.save()
    take_note()
    for url in ("", posting.get_absolute_url(), posting.employer.get_absolute_url()):
        answer = client.get(url or "/careercenter/")
        assert posting.title not in answer.text


def test_old_words_in_the_address_lead_to_the_new_ones(client):
    posting = make_posting("Coder, days")
    answer = client.get(f"/careercenter/jobs/{posting.pk}-something-else/")
    assert (answer.status_code, answer["Location"]) == (301, posting.get_absolute_url())
    assert client.get(f"/careercenter/jobs/{posting.pk}/")["Location"] == posting.get_absolute_url()
    assert client.get("/careercenter/jobs/999999-x/").status_code == 404


def test_social_networks_get_a_picture(client):
    posting = make_posting(pay_min=25, pay_max=30)
    page = client.get(posting.get_absolute_url()).text
    assert f'content="http://testserver/careercenter/jobs/{posting.pk}/card.png"' in page
    card = client.get(f"/careercenter/jobs/{posting.pk}/card.png")
    assert card["Content-Type"] == "image/png" and card.content.startswith(b"\x89PNG")
    take_step(posting=posting, to=S.FILLED, by=None)
    assert client.get(f"/careercenter/jobs/{posting.pk}/card.png").status_code == 404


def test_a_picture_is_drawn_once_and_sent_again_when_it_changed(client):
    posting, other = make_posting("Coder of charts"), make_posting("Coder of claims")
    address = f"/careercenter/jobs/{posting.pk}/card.png"
    draw_card.cache_clear()

    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert first["Cache-Control"] == "public, max-age=3600"
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    client.get(f"/careercenter/jobs/{other.pk}/card.png")
    assert (draw_card.cache_info().misses, draw_card.cache_info().hits) == (2, 1)

    Posting.objects.filter(pk=posting.pk).update(title="Coder of many charts")
    changed = client.get(address, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200 and changed["ETag"] != first["ETag"]


def test_the_site_map_lists_live_jobs_with_their_day(client):
    posting, closed = make_posting(), make_posting(state=S.FILLED)
    shown = make_posting(is_demonstration=True)
    assert "/sitemap-jobs.xml" in b"".join(client.get("/sitemap.xml")).decode()

    listed = b"".join(client.get("/sitemap-jobs.xml")).decode()

    day = timezone.localdate()
    assert f"{posting.get_absolute_url()}</loc><lastmod>{day}</lastmod>" in listed
    assert posting.employer.get_absolute_url() in listed
    assert closed.get_absolute_url() not in listed and shown.get_absolute_url() not in listed


def test_views_are_counted_but_not_those_of_the_employer(client):
    posting = make_posting()
    client.get(posting.get_absolute_url())
    client.get(posting.get_absolute_url())
    client.head(posting.get_absolute_url())
    client.get(posting.get_absolute_url(), headers={"sec-purpose": "prefetch"})
    client.force_login(make_member(posting.employer))
    client.get(posting.get_absolute_url())
    assert PostingViews.objects.get().count == 2


def test_a_job_is_reported_once_a_day_from_a_network(client):
    posting = make_posting()
    url = f"/careercenter/jobs/{posting.pk}/report/"
    assert client.post(url, {"reason": "nonsense"}).status_code == 200
    for _ in range(2):
        assert client.post(url, {"reason": "scam", "details": "<b>fee</b>"}).status_code == 302
    report = PostingReport.objects.get()
    assert report.reason == "scam" and report.user is None
    assert len(report.network_hash) == 64
    assert not OutgoingMail.objects.filter(text__contains="fee").exists()


def test_script_in_any_field_is_words(client):
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    employer = make_employer(f"Evil {bad}"[:100], headquarters=bad[:100], about=bad)
    posting = make_posting(
        bad,
        employer=employer,
        description=f"{bad}\n\n[x](javascript:alert(3)) ![y](http://a.example/z.png)",
        software=bad,
        expectations=bad,
        places="<b>Boise</b>, ID 83702",
        apply_by="link",
        apply_url="https://example.org/?a=\"onmouseover='alert(4)",
    )
    pages = [
        "/careercenter/",
        posting.get_absolute_url(),
        employer.get_absolute_url(),
        "/careercenter/employers/",
        "/careercenter/?q=%3Cscript%3Ealert(5)%3C/script%3E&zip=%3Cb%3E&state=%22%3E%3Cb%3E",
        "/careercenter/feed.rss",
        "/careercenter/feed.atom",
    ]
    for url in pages:
        text = client.get(url).text
        assert "<script>alert" not in text and "<img src=x" not in text, url
        assert "javascript:alert" not in text.replace("[x](javascript:alert(3))", ""), url
        assert "<b>" not in text and 'src="http://a.ex' not in text, url
    assert json_ld(client.get(posting.get_absolute_url()))["title"] == bad


def test_a_demonstration_is_marked_and_not_for_search_engines(client):
    posting = make_posting(is_demonstration=True)
    page = client.get(posting.get_absolute_url()).text
    assert "There is no such employer and no such job." in page and "noindex" in page
