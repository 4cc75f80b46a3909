"""Postings from CSV files and feeds; and what a feed's address may not reach."""

import http.server
import json
import socket
import threading
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from careers import safe_fetch
from careers.actions import feeds
from careers.models import Feed, Posting, PostingImport
from careers.posting_files import PostingFileError, html_to_markdown, read_csv, read_json
from careers.safe_fetch import FetchError, fetch, is_public
from tests.careers.board_data import make_employer, make_posting
from tests.factories import make_user

HEAD = "id,title,description,workplace,places,pay_min,pay_max,credentials,specialty\n"
ROW = 'A-1,Coder,"You code, daily.",On site,"Boise, ID 83702",25,$31.00,CPC; CCS,Cardiology\n'


def csv_import(employer, text: str) -> PostingImport:
    by = employer.members.first()
    return feeds.import_csv(employer=employer, content=text.encode(), name="jobs.csv", by=by)


# CSV


@pytest.mark.django_db
def test_rows_become_postings_that_wait_for_approval(client):
    employer = make_employer()
    client.force_login(employer.members.get())
    file = SimpleUploadedFile("jobs.csv", (HEAD + ROW).encode())
    url = f"{employer.get_absolute_url()}manage/import/"

    answer = client.post(url, {"do": "csv", "file": file}, follow=True)

    posting = Posting.objects.get()
    assert "1 new" in answer.text
    assert posting.state == Posting.State.SUBMITTED and posting.external_id == "A-1"
    assert [place.line for place in posting.locations.all()] == ["Boise, ID 83702"]
    assert sorted(map(str, posting.credentials.all())) == ["CCS", "CPC"]
    assert (posting.pay_text, str(posting.specialty)) == ("$25.00–$31.00 an hour", "Cardiology")


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing_and_a_new_one_changes_what_differs():
    employer = make_employer()
    csv_import(employer, HEAD + ROW)
    again = csv_import(employer, HEAD + ROW)
    assert (again.new_count, again.changed_count, again.same_count) == (0, 0, 1)
    changed = csv_import(employer, HEAD + ROW.replace("25", "27"))
    assert (changed.new_count, changed.changed_count) == (0, 1)
    assert Posting.objects.get().pay_min == 27


@pytest.mark.django_db
def test_a_wrong_row_is_named_and_keeps_no_other_back():
    employer = make_employer()
    rows = HEAD + "B-1,Coder,Work.,On site,Nowhere,25,31,,\n" + ROW + "B-2,,Work.,Remote,,,,,\n"
    done = csv_import(employer, rows)
    assert done.new_count == 1
    assert "Row 2, “Coder”: Places: Line 1" in done.problems[0]
    assert done.problems[1].startswith("Row 4") and "Job title" in done.problems[1]


@pytest.mark.django_db
def test_a_full_plan_leaves_drafts(settings):
    settings.EMPLOYER_POSTINGS = 1
    employer = make_employer()
    done = csv_import(employer, HEAD + ROW + ROW.replace("A-1", "A-2").replace("daily", "nightly"))
    assert sorted(Posting.objects.values_list("state", flat=True)) == ["draft", "submitted"]
    assert "plan" in done.problems[0] and done.new_count == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00a", "UTF-8"),
        (b"PK\x03\x04\x00\x00", "not a CSV"),
        (b"name,text\nCoder,Work\n", "title and description"),
        (b"title,description,salary\na,b,c\n", "salary"),
        (b'title,description\n"open', "not a sound CSV"),
        (b"title,description\n" + b"a,b\n" * 501, "too many"),
    ],
)
def test_a_file_that_is_no_list_of_postings_is_refused_with_a_sentence(db, content, said):
    with pytest.raises(PostingFileError, match=said):
        read_csv(content)


# schema.org


def job(**changes) -> dict:
    return {
        "@type": "JobPosting",
        "title": "Inpatient coder",
        "description": "<p>You <b>code</b>.</p><ul><li>Stays</li></ul><script>alert(1)</script>",
        "identifier": {"@type": "PropertyValue", "value": "77"},
        "employmentType": ["PART_TIME"],
        "jobLocationType": "TELECOMMUTE",
        "applicantLocationRequirements": [{"@type": "State", "name": "Idaho, USA"}],
        "baseSalary": {"currency": "USD", "value": {"minValue": 60000, "maxValue": 70000,
                                                    "unitText": "YEAR"}},
        "qualifications": "CCS or RHIT",
        "url": "https://jobs.example.org/77",
    } | changes  # fmt: skip


@pytest.mark.django_db
def test_a_job_posting_of_a_feed_is_read(monkeypatch):
    body = json.dumps({"@context": "https://schema.org", "@graph": [job()]}).encode()
    monkeypatch.setattr(
        feeds, "fetch", lambda url, **k: safe_fetch.Fetched(url, body, "application/json")
    )
    employer = make_employer()
    feed = feeds.add_feed(
        employer=employer, url="https://jobs.example.org/feed", by=employer.members.get()
    )
    done = feeds.read_feed(feed=feed)

    assert done.problems == [] and done.new_count == 1
    posting = Posting.objects.get()
    assert posting.description == "You code.\n\n- Stays"
    assert (posting.workplace, posting.remote_states) == ("remote", ["ID"])
    assert (posting.employment_type, posting.pay_text) == ("PART_TIME", "$60,000–$70,000 a year")
    assert (posting.apply_by, posting.apply_url) == ("link", "https://jobs.example.org/77")
    assert sorted(map(str, posting.credentials.all())) == ["CCS", "RHIT"]
    assert feeds.read_feed(feed=feed).same_count == 1
    assert feeds.read_daily_feeds() == 1 and Posting.objects.count() == 1


@pytest.mark.django_db
def test_a_job_posting_is_read_whatever_its_fields_hold():
    odd = job(title="Coder \x00\ud800", validThrough="2026-02-30", identifier="7\x007",
              jobLocation=[None, 3], baseSalary=[], employmentType={"a": 1})  # fmt: skip
    (row,) = read_json(json.dumps(odd).encode())
    assert (row.external_id, row.data["title"]) == ("77", "Coder")
    assert row.data["valid_through"] > f"{timezone.localdate()}"


@pytest.mark.django_db
def test_the_lists_of_the_board_are_read_once_a_file(django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(read_csv((HEAD + ROW * 5).encode())) == 5
    with django_assert_num_queries(2):
        assert len(read_json(json.dumps([job()] * 5).encode())) == 5
    with django_assert_num_queries(0), pytest.raises(PostingFileError, match="501 postings"):
        read_json(json.dumps([job()] * 501).encode())


@pytest.mark.django_db
def test_a_feed_that_breaks_keeps_no_other_back(monkeypatch, caplog):
    def read(url, **options):
        if "broken" in url:
            raise RuntimeError
        return safe_fetch.Fetched(url, json.dumps(job()).encode(), "application/json")

    monkeypatch.setattr(feeds, "fetch", read)
    for url in ("https://broken.example.org/", "https://jobs.example.org/"):
        employer = make_employer()
        feeds.add_feed(employer=employer, url=url, by=employer.members.get())
    assert feeds.read_daily_feeds() == 1 and Posting.objects.count() == 1
    assert "feed not read" in caplog.text


@pytest.mark.parametrize("document", ["[", "{}", "[1, null]", '"text"', "[" * 5000, '{"a": NaN}'])
def test_what_is_no_job_posting_is_refused(db, document):
    with pytest.raises(PostingFileError):
        read_json(document.encode())


def test_html_becomes_words():
    assert html_to_markdown("<h2>Work</h2><p>A&amp;B<br>c</p>") == "## Work\n\nA&B\nc"
    assert html_to_markdown("No <3 tags") == "No <3 tags"
    assert html_to_markdown("<style>p{}</style><p>A<!-- no --></p>") == "A"


@pytest.mark.parametrize("piece", ["<!--", "<a", "</", "<![CDATA[", "<p ", "&#"])
def test_html_made_to_take_hours_is_read_at_once(piece):
    """With the standard library's parser most of them pass the limit of a test's time."""
    made = piece * (2_000_000 // len(piece))
    assert html_to_markdown(f"<p>Work</p>{made}").startswith("Work")
    html_to_markdown(made)


# Addresses


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.8.8.8", "0.0.0.0",  # noqa: S104
      "10.1.2.3", "172.16.0.1", "192.168.1.1",
     "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1",
     "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
     "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1",
     "fe80::1%eth0"],
)  # fmt: skip
def test_no_address_of_a_private_network_is_public(address):
    assert not is_public(address)


def test_addresses_of_the_internet_are():
    assert is_public("1.1.1.1") and is_public("2606:4700::1111")


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "//example.org/",
     "http://", "http://user:secret@example.org/", "http://127.0.0.1/", "http://localhost/",
     "http://[::1]/", "http://169.254.169.254/latest/meta-data/", "http://2130706433/",
     "http://0x7f.1/", "http://127.1/", "http://0/", "http://127.0.0.1:5432/",
     "http://[::ffff:127.0.0.1]/", "https://localhost/", "http://localhost:22/",
     "http://bad host/", "http://exa\nmple.org/", "http://example.org:99999/"],
)  # fmt: skip
def test_nothing_but_the_open_web_is_read(url, monkeypatch):
    def connect(*args, **kwargs):
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FetchError):
        fetch(url, most_bytes=1000, timeout=2)


def test_a_name_with_one_private_address_among_others_is_not_read(monkeypatch):
    answers = [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: answers)
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail("connected"))
    with pytest.raises(FetchError, match="private network"):
        fetch("http://both.example/", most_bytes=1000, timeout=2)


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(monkeypatch):
    """DNS rebinding: the connection goes to the address that was checked, not to the name."""
    asked, connected = [], []

    def answer(*args, **kwargs):
        asked.append(args)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(2, 1, 6, "", (address, 80))]

    def connect(address, **kwargs):
        connected.append(address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FetchError):
        fetch("http://rebinding.example/", most_bytes=1000, timeout=2)
    assert connected == [("93.184.216.34", 80)] and len(asked) == 1


class Site(http.server.BaseHTTPRequestHandler):
    """A real server on loopback, which the tests allow by itself."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/loop":
            return self.lead("/loop")
        if self.path.startswith("/lead?"):
            return self.lead(self.path.partition("?")[2])
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(100):
                    self.wfile.write(b" ")
                    time.sleep(0.1)
            except OSError:
                pass
            self.close_connection = True
            return None
        size = 5000 if self.path == "/large" else 7
        self.send_response(404 if self.path == "/none" else 200)
        if self.path == "/large":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for _ in range(size // 100):
                    self.wfile.write(b"64\r\n" + b"x" * 100 + b"\r\n")
                self.wfile.write(b"0\r\n\r\n")
            except OSError:
                pass
            return None
        self.send_header("Content-Length", f"{size}")
        self.end_headers()
        self.wfile.write(b"content")
        return None

    def lead(self, to):
        self.send_response(302)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]

    def read(path, **options):
        allowed = {
            "is_allowed": lambda address: address == "127.0.0.1",
            "ports": {"http": port, "https": 80},
        }
        options = {"most_bytes": 1000, "timeout": 5} | allowed | options
        return fetch(f"http://127.0.0.1:{port}{path}", **options)

    yield read
    server.shutdown()
    server.server_close()


def test_an_allowed_address_is_read(site):
    assert site("/").content == b"content"
    assert site("/lead?/").content == b"content"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/none", "status 404"),
        ("/large", "larger than"),
        ("/loop", "more than 3 times"),
        ("/lead?http://127.0.0.2/", "private network"),
        ("/lead?http://[::1]/", "private network"),
        ("/lead?http://10.0.0.1/", "private network"),
        ("/lead?file:///etc/passwd", "must begin with https"),
        ("/lead?http://localhost:22/", "usual ports"),
    ],
)
def test_answers_that_are_no_feed_are_refused_with_a_sentence(site, path, said):
    with pytest.raises(FetchError, match=said):
        site(path)


def test_an_answer_that_drips_is_cut_off(site):
    started = time.monotonic()
    with pytest.raises(FetchError, match="too long"):
        site("/slow", timeout=0.5)
    assert time.monotonic() - started < 5  # it would drip for ten


@pytest.mark.django_db
def test_a_private_feed_says_so_on_the_page(client):
    employer = make_employer()
    client.force_login(employer.members.get())
    url = f"{employer.get_absolute_url()}manage/import/"
    answer = client.post(url, {"do": "feed", "url": "http://127.0.0.1/jobs.json"}, follow=True)
    assert "private network" in answer.text
    assert not Posting.objects.exists() and Feed.objects.count() == 1


@pytest.mark.django_db
def test_an_import_never_reaches_another_employer_s_posting():
    theirs = make_posting("Theirs", external_id="A-1")
    csv_import(make_employer(owner=make_user()), HEAD + ROW)
    theirs.refresh_from_db()
    assert theirs.title == "Theirs" and Posting.objects.count() == 2
