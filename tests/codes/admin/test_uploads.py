"""Administrators upload official files; the background worker imports them and reports."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from codes.actions.imports import import_upload
from codes.importers import hcpcs_fixed_width
from codes.jobs import take_up_stalled_jobs
from codes.models import ImportUpload, LicenseAcceptance, OfficialDescription, Release
from tests.codes.importers.layouts import (
    SAMPLES,
    cpt_set,
    hcpcs_fields,
    hcpcs_line,
    workbook,
    zipped,
)
from tests.factories import make_user

CPT_TEXTS = {"96521": "Portable pump looked after", "96522": "Implanted pump looked after"}
ADD = "/admin/codes/importupload/add/"


@pytest.fixture
def administrator(client):
    user = make_user("carla@example.org", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def empty_queue():
    """The queue's tables are not Django's, so they keep what tests with real commits leave."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def hcpcs_upload(*lines: str, name: str = "HCPC2026_JUL_ANWEB.txt") -> SimpleUploadedFile:
    text = "".join(f"{line}\r\n" for line in lines or [hcpcs_line("A0021")])
    return SimpleUploadedFile(name, text.encode())


def upload(client, file, **fields):
    return client.post(ADD, {"file": file, **fields})


def page_of(client, item: ImportUpload) -> str:
    answer = client.get(reverse("admin:codes_importupload_change", args=[item.id]))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
def test_an_upload_waits_as_one_job_and_its_page_refreshes_itself(
    client, administrator, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(client, hcpcs_upload())
    item = ImportUpload.objects.get()
    assert answer.url == reverse("admin:codes_importupload_change", args=[item.id])
    assert (item.state, item.uploaded_by, item.file_name) == (
        "queued",
        administrator,
        "HCPC2026_JUL_ANWEB.txt",
    )
    assert item.file.name.startswith("imports/")
    job = ProcrastinateJob.objects.get(task_name="codes.import_upload")
    assert job.args == {"upload_id": item.id}
    page = page_of(client, item)
    assert '<meta http-equiv="refresh" content="2">' in page
    assert "Waiting for the background worker" in page


@pytest.mark.django_db
def test_the_page_ends_with_the_report_and_the_rejected_rows(client, administrator):
    lines = [hcpcs_line("A0021"), hcpcs_line("A0022"), hcpcs_line("A0021")]
    upload(client, hcpcs_upload(*lines))
    item = ImportUpload.objects.get()
    import_upload(upload_id=item.id)
    item.refresh_from_db()
    assert (item.state, item.percent, item.problem) == ("done", 100, "")
    page = page_of(client, item)
    assert "refresh" not in page
    for words in ("HCPC2026_JUL_ANWEB.txt", "July 2026", "Published", "already."):
        assert words in page
    assert "A0021 stands on line 1" in page
    assert OfficialDescription.objects.count() == 2
    release = Release.objects.get()
    facts = client.get(reverse("admin:codes_release_change", args=[release.id])).content.decode()
    assert "A0021 stands on line 1 already." in facts


@pytest.mark.django_db
def test_a_refused_file_ends_as_failed_with_the_sentence(client, administrator):
    upload(client, hcpcs_upload(name="download.txt"))
    item = ImportUpload.objects.get()
    import_upload(upload_id=item.id)
    item.refresh_from_db()
    assert item.state == "failed"
    assert "neither it nor its name tells which release" in page_of(client, item)
    assert not Release.objects.exists()


@pytest.mark.django_db
def test_a_file_that_nobody_publishes_is_named_without_a_folder(client, administrator):
    upload(client, SimpleUploadedFile("notes.txt", b"hello\nno official file\n"))
    item = ImportUpload.objects.get()
    import_upload(upload_id=item.id)
    item.refresh_from_db()

    assert item.state == "failed"
    assert item.problem.startswith("notes.txt is not recognized; expected a file of one of these:")


@pytest.mark.django_db
def test_the_form_names_the_release_where_the_file_does_not(client, administrator):
    upload(client, hcpcs_upload(name="download.txt"), release="April 2026")
    import_upload(upload_id=ImportUpload.objects.get().id)
    assert Release.objects.get().name == "April 2026"


@pytest.mark.django_db
def test_an_import_that_ran_is_not_run_again(client, administrator):
    upload(client, hcpcs_upload())
    item = ImportUpload.objects.get()
    import_upload(upload_id=item.id)
    Release.objects.all().delete()
    import_upload(upload_id=item.id)
    assert not Release.objects.exists()


@pytest.mark.django_db
def test_a_file_is_removed_once_its_import_has_ended(client, administrator):
    upload(client, hcpcs_upload())
    item, storage = ImportUpload.objects.get(), ImportUpload._meta.get_field("file").storage
    name = item.file.name
    assert storage.exists(name)
    import_upload(upload_id=item.id)
    assert not storage.exists(name) and not ImportUpload.objects.get().file
    assert item.file_name in page_of(client, item)


@pytest.mark.django_db
def test_an_import_that_was_cut_short_starts_anew(client, administrator):
    upload(client, hcpcs_upload())
    item = ImportUpload.objects.get()
    ImportUpload.objects.update(state=ImportUpload.State.RUNNING)
    import_upload(upload_id=item.id)
    assert Release.objects.get().state == Release.State.PUBLISHED


@pytest.mark.django_db
def test_an_import_that_breaks_off_says_so(client, administrator, monkeypatch, caplog):
    def read(*files):
        raise OSError("No space left on device")

    upload(client, hcpcs_upload())
    monkeypatch.setattr(hcpcs_fixed_width, "read", read)
    import_upload(upload_id=ImportUpload.objects.get().id)
    item = ImportUpload.objects.get()
    assert item.state == ImportUpload.State.FAILED and "broke off" in item.problem
    assert not Release.objects.exists() and "No space left" in caplog.text


@pytest.mark.django_db
def test_a_zip_of_cpt_files_with_the_license_box_records_the_administrator(
    client, administrator, tmp_path
):
    folder = cpt_set(tmp_path / "cpt", CPT_TEXTS)
    bundle = zipped(tmp_path / "cpt.zip", *folder.rglob("*.txt"), root=folder)
    file = SimpleUploadedFile("cpt.zip", bundle.read_bytes())
    assert "accept_ama_license" in client.get(ADD).content.decode()
    upload(client, file, accept_ama_license="on")
    accepted = LicenseAcceptance.objects.get()
    assert (accepted.user, accepted.accepted_by) == (administrator, "carla@example.org")
    import_upload(upload_id=ImportUpload.objects.get().id)
    assert Release.objects.get().name == "CPT 2027"
    assert "accept_ama_license" not in client.get(ADD).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"no workbook", "a.xlsx is not what its name says: it is not a whole zip"),
        ("a.zip", b"PK\x03\x04 cut off", "a.zip is not what its name says"),
        ("a.txt", b"\x7fELF\x00\x00", "a.txt is not what its name says: it holds no text"),
        ("a.exe", b"text", "a.exe: expected a .zip, .xlsx, .txt or .csv file"),
    ],
)
def test_a_file_that_is_not_what_it_seems_is_refused(client, administrator, name, content, words):
    answer = upload(client, SimpleUploadedFile(name, content))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not ImportUpload.objects.exists()


@pytest.mark.django_db
def test_a_zip_that_calls_itself_text_is_refused(client, administrator, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [hcpcs_fields("A0021")])
    answer = upload(client, SimpleUploadedFile("a.txt", path.read_bytes()))
    assert "it holds no text" in answer.content.decode()


@pytest.mark.django_db
def test_too_large_a_file_is_refused_with_the_limit(client, administrator, settings):
    settings.IMPORT_UPLOAD_MAX_MB = 1
    answer = upload(client, SimpleUploadedFile("a.txt", b"x" * (2**20 + 1)))
    assert "at most 1 MB are taken" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["importupload/", "importupload/add/", "release/"])
def test_editors_have_no_part_in_it(client, page):
    from django.contrib.auth.models import Group

    from codes.groups import EDITOR

    editor = make_user(is_staff=True)
    editor.groups.add(Group.objects.get(name=EDITOR))
    client.force_login(editor)
    assert client.get(f"/admin/codes/{page}").status_code == 403


@pytest.mark.django_db
def test_file_names_are_escaped(client, administrator):
    upload(client, hcpcs_upload(name="<b>x.txt"), release="July 2026")
    item = ImportUpload.objects.get()
    import_upload(upload_id=item.id)
    assert "<b>x" not in page_of(client, item)


@pytest.mark.django_db
def test_a_release_is_withdrawn_and_published_again_after_a_question(client, administrator):
    import_path = SAMPLES / "icd10cm_order_2027.txt"
    call_command("import_files", str(import_path), verbosity=0)
    release = Release.objects.get()
    page = reverse("admin:codes_release_change", args=[release.id])
    assert "Withdraw" in client.get(page).content.decode()
    withdraw = reverse("admin:codes_release_withdraw", args=[release.id])
    assert "Readers will no longer see" in client.get(withdraw).content.decode()
    release.refresh_from_db()
    assert release.state == Release.State.PUBLISHED
    assert client.post(withdraw).url == page
    release.refresh_from_db()
    assert release.state == Release.State.WITHDRAWN
    client.post(reverse("admin:codes_release_publish", args=[release.id]))
    release.refresh_from_db()
    assert release.state == Release.State.PUBLISHED
    log = [entry.get_change_message() for entry in administrator.logentry_set.all()]
    assert log == ["Published again.", "Withdrawn."]


@pytest.mark.django_db(transaction=True)
def test_the_worker_imports_what_was_uploaded(client, administrator, empty_queue):
    upload(client, hcpcs_upload())
    assert ImportUpload.objects.get().state == "queued"
    try:
        call_command("procrastinate", "worker", "--one-shot")
    finally:
        connections.close_all()
    item = ImportUpload.objects.get()
    assert item.state == "done"
    assert Release.objects.get().name == "July 2026"
    assert ProcrastinateJob.objects.get(task_name="codes.import_upload").status == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_an_import_whose_worker_was_killed_is_taken_up_by_the_next(
    client, administrator, empty_queue
):
    upload(client, hcpcs_upload())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - interval '10 minutes') RETURNING id"
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [cursor.fetchone()[0]]
        )
    take_up_stalled_jobs.defer(timestamp=0)
    try:
        call_command("procrastinate", "worker", "--one-shot")
        call_command("procrastinate", "worker", "--one-shot")
    finally:
        connections.close_all()
    assert ImportUpload.objects.get().state == "done"


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["release", "importupload", "licenseacceptance"])
def test_the_lists_print_dates_as_the_site_does(client, administrator, page):
    upload(client, hcpcs_upload(), accept_ama_license="on")
    import_upload(upload_id=ImportUpload.objects.get().id)
    answer = client.get(f"/admin/codes/{page}/").content.decode()
    assert timezone.localdate().strftime("%b %Y, ") in answer
