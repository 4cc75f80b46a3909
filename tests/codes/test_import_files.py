"""`manage.py import_files` as an operator meets it."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from codes.models import LicenseAcceptance, Release
from tests.codes.importers.layouts import SAMPLES, cpt_set, hcpcs_line, write

ROOT = Path(__file__).resolve().parents[2]
CPT_TEXTS = {"96521": "Portable pump looked after", "96522": "Implanted pump looked after"}


def run(*arguments) -> str:
    out = io.StringIO()
    call_command("import_files", *map(str, arguments), stdout=out)
    return out.getvalue()


def table_rows(output: str) -> list[list[str]]:
    """The cells of the table at the end; cells have two blanks between them."""
    lines = output.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("File "))
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines[start:]]


@pytest.mark.django_db
def test_the_table_at_the_end_says_what_came_of_each_file(tmp_path):
    folder = tmp_path / "files"
    lines = [hcpcs_line("A1"), hcpcs_line("A0021"), hcpcs_line("A0022"), hcpcs_line("A0021")]
    write(folder / "HCPC2026_JUL_ANWEB.txt", *lines)
    write(folder / "notes.txt", "Processing notes")
    output = run(folder)
    head, hcpcs, rejected, notes = table_rows(output)
    assert head == ["File", "Source", "Release", "Rows", "Rejected", "Seconds", "State"]
    assert hcpcs[:5] == [
        "HCPC2026_JUL_ANWEB.txt",
        "HCPCS Level II",
        "July 2026",
        "2 + 1 modifiers",
        "1",
    ]
    assert hcpcs[-1] == "published"
    assert notes == ["not recognized: notes.txt"]
    assert rejected == ["rejected, line 4: A0021 stands on line 2 already."]
    assert "1 of 1: HCPC2026_JUL_ANWEB.txt" in output


@pytest.mark.django_db
def test_a_second_run_says_already_loaded(tmp_path):
    run(SAMPLES / "icd10cm_order_2027.txt")
    assert table_rows(run(SAMPLES / "icd10cm_order_2027.txt"))[1][-1] == "already loaded"


@pytest.mark.django_db
def test_a_refused_file_is_an_error_of_one_sentence(tmp_path):
    with pytest.raises(CommandError, match=r"^There is no file or folder .*nowhere\.$"):
        run(tmp_path / "nowhere")


@pytest.mark.django_db
def test_markup_in_a_file_name_is_shown_as_it_is(tmp_path):
    write(tmp_path / "[red]x[/red].txt", "Processing notes")
    write(tmp_path / "HCPC2026_JUL_ANWEB.txt", hcpcs_line("A0021"))
    assert "[red]x[/red].txt" in run(tmp_path)


@pytest.mark.django_db
def test_the_license_is_recorded_once_with_who_and_when(tmp_path, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "carla")
    folder = cpt_set(tmp_path, CPT_TEXTS)
    with pytest.raises(CommandError, match="say so once with --accept-ama-license"):
        run(folder)
    assert not LicenseAcceptance.objects.exists()
    run(folder, "--accept-ama-license")
    accepted = LicenseAcceptance.objects.get()
    assert accepted.license == "ama-cpt"
    assert accepted.accepted_by == "carla (account on the server)"
    assert accepted.accepted_at is not None
    cpt_set(folder, {**CPT_TEXTS, "96523": "Device flushed"})
    run(folder, "--replace", "--accept-ama-license")
    assert LicenseAcceptance.objects.get() == accepted


@pytest.mark.django_db
def test_the_operator_may_name_the_release(tmp_path):
    path = write(tmp_path / "download.txt", hcpcs_line("A0021"))
    run(path, "--release", "Summer", "--valid-from", "2026-07-01")
    release = Release.objects.get()
    assert (release.name, release.valid_from.isoformat()) == ("Summer", "2026-07-01")


@pytest.mark.django_db
def test_a_day_of_another_form_is_explained():
    with pytest.raises(CommandError, match="--valid-from is '1 July'; expected a day as YYYY"):
        run("x", "--valid-from", "1 July")


def test_help_tells_a_stranger_what_it_takes_and_does():
    found = subprocess.run(
        [sys.executable, "manage.py", "import_files", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for words in ("icd10cm_order_<year>.txt", "--accept-ama-license", "not recognized", "Example:"):
        assert words in found.stdout
