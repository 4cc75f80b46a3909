"""Files in folders and zips, and what may be wrong with them."""

import io
import zipfile
from pathlib import Path

import pytest

from codes.importers import found_files
from codes.importers.found_files import FoundFiles, UnreadableFile
from codes.importers.rows import FileProblem
from tests.codes.importers.layouts import hcpcs_fields, order_file, workbook, zipped


def found_below(*paths: Path) -> list:
    with FoundFiles(paths) as found:
        return [file for _, file in found]


def problem_of(path: Path) -> str:
    [file] = found_below(path)
    assert isinstance(file, UnreadableFile)
    return file.problem


def test_files_in_folders_and_nested_zips_are_found_with_their_way_in(tmp_path):
    text = order_file(tmp_path / "order.txt", ["A00", "A000"])
    inner = zipped(tmp_path / "inner.zip", text)
    zipped(tmp_path / "folder" / "outer.zip", inner)
    (tmp_path / "folder" / "notes.txt").write_text("notes")
    with FoundFiles([tmp_path / "folder"]) as found:
        files = [file for _, file in found]
        assert [file.title for file in files] == [
            "notes.txt",
            "outer.zip: inner.zip: order.txt",
        ]
        assert files[1].names == ["order.txt", "inner.zip", "outer.zip", "folder"]
        assert files[1].path.read_bytes() == text.read_bytes()
        unpacked = files[1].path
    assert not unpacked.exists()


def test_what_operating_systems_leave_behind_is_passed_over(tmp_path):
    for name in (".DS_Store", "._order.txt", "Thumbs.db", "__MACOSX/order.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("clutter")
    assert found_below(tmp_path) == []


def test_a_path_that_is_not_there_is_told(tmp_path):
    path = tmp_path / "nothing.zip"
    assert problem_of(path) == f"There is no file or folder {path}."


def test_a_zip_that_was_cut_off_is_told(tmp_path):
    whole = zipped(tmp_path / "whole.zip", order_file(tmp_path / "order.txt", ["A00"] * 500))
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-60])
    assert "cut.zip is damaged or cut off" in problem_of(cut)


def test_damage_inside_a_zip_is_told_when_the_file_is_unpacked(tmp_path):
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("order.txt", "A" * 200_000)
    content = bytearray(path.read_bytes())
    content[150_000] ^= 0xFF
    path.write_bytes(content)
    with FoundFiles([path]) as found:
        [(_, file)] = found
        with pytest.raises(FileProblem, match=r"damaged.zip: order.txt is damaged or cut off"):
            file.path.read_bytes()


def test_a_locked_zip_is_told(tmp_path):
    path = zipped(tmp_path / "locked.zip", order_file(tmp_path / "order.txt", ["A00"]))
    content = bytearray(path.read_bytes())
    content[6] |= 1  # the flag for encryption, in the member's header and in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "locked with a password" in problem_of(path)


def test_a_zip_bomb_is_refused_before_it_fills_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(found_files, "LARGEST_FILE", 2**20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("order.txt", b"0" * (3 * 2**20))
    with FoundFiles([path]) as found:
        [(_, file)] = found
        with pytest.raises(FileProblem, match=r"bomb.zip: order.txt unpacks to more than 1 MB"):
            file.path.stat()


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(found_files, "LARGEST_WORKBOOK", 2**10)
    path = workbook(tmp_path / "large.xlsx", [hcpcs_fields("A0021")])
    assert "workbooks of up to 0 MB are read" in problem_of(path)


def test_zips_within_zips_end_at_a_depth(tmp_path):
    content = b"text"
    for _ in range(6):
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w") as archive:
            archive.writestr("deeper.zip", content)
        content = outer.getvalue()
    path = tmp_path / "deep.zip"
    path.write_bytes(content)
    assert "is a zip inside 3 others; at most 3 are opened" in problem_of(path)


def test_a_zip_of_very_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(found_files, "MOST_MEMBERS", 2)
    files = [tmp_path / f"{n}.txt" for n in range(3)]
    for file in files:
        file.write_text("text")
    assert "holds 3 files; at most 2 are read" in problem_of(zipped(tmp_path / "a.zip", *files))


def rewritten(path: Path, member: str, change) -> Path:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts[member])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml[: len(xml) // 2],
        lambda xml: b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml,
        lambda xml: xml.replace(b"<is>", b"<v>99999</v><is>").replace(b"inlineStr", b"s"),
    ],
    ids=["cut off", "document type", "text that is not there"],
)
def test_a_workbook_with_bad_xml_is_told(change, tmp_path):
    path = workbook(tmp_path / "bad.xlsx", [hcpcs_fields("A0021")])
    rewritten(path, "xl/worksheets/sheet1.xml", change)
    with FoundFiles([path]) as found:
        [(_, file)] = found
        with pytest.raises(FileProblem, match=r"bad.xlsx looks like a workbook but cannot be"):
            file.sheets  # noqa: B018
