"""Lines and files in the publishers' layouts, with wording of our own."""

import zipfile
from pathlib import Path

import openpyxl

from codes.importers.hcpcs_record import COLUMNS, POSITIONS

SAMPLES = Path(__file__).resolve().parents[2] / "samples"

ADDED = {"ADD DT": "20200101", "ACT EFF DT": "20260101", "ACTION CD": "N", "COV": "C"}


def hcpcs_fields(code: str, long: str = "", **fields: str) -> dict[str, str]:
    """The fields of a first record; a two-character code is a modifier."""
    is_modifier = len(code.strip()) == 2
    return {
        "HCPC": f"   {code}" if is_modifier else code,
        "SEQNUM": "00100",
        "RECID": "7" if is_modifier else "3",
        "LONG DESCRIPTION": long or f"What {code} stands for",
        "SHORT DESCRIPTION": f"Short of {code}",
        **ADDED,
        **fields,
    }


def hcpcs_line(code: str, long: str = "", **fields: str) -> str:
    """A record of 320 characters."""
    return fixed_width(hcpcs_fields(code, long, **fields))


def hcpcs_continuation(code: str, sequence: int, long: str) -> str:
    fields = {"HCPC": code, "SEQNUM": f"{sequence:05}", "RECID": "4", "LONG DESCRIPTION": long}
    return fixed_width(fields)


def fixed_width(fields: dict[str, str]) -> str:
    line = [" "] * 320
    for name, text in fields.items():
        first, last = POSITIONS[name]
        line[first - 1 : last] = text[: last - first + 1].ljust(last - first + 1)
    return "".join(line)


def order_line(number: int, code: str, *, billable: bool = True, long: str = "") -> str:
    long = long or f"Long description of {code}"
    return f"{number:05} {code:<7} {int(billable)} {f'Short of {code}':<60} {long}"


def order_file(path: Path, codes: list[str], **texts: str) -> Path:
    """An order file of ICD-10-CM or -PCS; codes of three characters are headers."""
    lines = [
        order_line(number, code, billable=len(code) > 3, long=texts.get(code, ""))
        for number, code in enumerate(codes, start=1)
    ]
    return write(path, *lines)


def write(path: Path, *lines: str, encoding: str = "cp1252") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return path


def workbook(
    path: Path,
    rows: list[dict[str, object]],
    *,
    sheet: str = "HCPC2026_JUL_contr",
    columns: tuple[str, ...] = COLUMNS,
    banner: tuple[str, ...] = (),
) -> Path:
    """A HCPCS spreadsheet; `banner` stands above its header."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    for text in banner:
        book.active.append([text])
    book.active.append(list(columns))
    for row in rows:
        book.active.append([row.get(name) for name in columns])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def zipped(path: Path, *files: Path, root: Path | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, str(file.relative_to(root)) if root else file.name)
    return path


LICENSE = (
    "A sample in the layout of the AMA's file. The texts below are this project's own.",
    "",
    "CPT © 2027 American Medical Association. All rights reserved.",
    "",
)


def cpt_set(
    folder: Path, texts: dict[str, str], *, license: tuple[str, ...] = LICENSE, without=()
) -> Path:
    """The four descriptor files of an edition: `texts` are the long ones by code."""
    files = {
        "LONGULT.txt": [f"{code}\t{text}" for code, text in texts.items()],
        "MEDU.txt": [f"{code} {text.upper()[:48]:<48}" for code, text in texts.items()],
        "SHORTU.txt": [f"{code} {text.upper()[:28]:<28}" for code, text in texts.items()],
        "Consumer Friendly Descriptors/ConsumerDescriptor.txt": [
            "concept_id\tcpt_code\tconsumer_descriptor",
            *(
                f"100{n}\t{code}\tIn plain words: {text}"
                for n, (code, text) in enumerate(texts.items())
            ),
        ],
    }
    for name, lines in files.items():
        if Path(name).stem not in without:
            write(folder / name, *license, *lines, encoding="utf-8")
    return folder
