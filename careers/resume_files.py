"""Whether an uploaded résumé is what it says: a PDF or a Word document, told by its content.

A PDF must be read as one, with pages, without a password and without anything that runs or is
attached. A DOCX must be a sound zip of a Word document without macros, of a size that cannot fill
the memory. The name and the browser's word for the type decide nothing.
"""

import io
import logging
import re
import zipfile
from collections.abc import Iterator

from defusedxml import DefusedXmlException, ElementTree
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from careers.models import Resume

MOST_PAGES = 40
MOST_PARTS = 2000
MOST_UNPACKED = 60 * 1024 * 1024  # bytes
MOST_OBJECTS = 20_000
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_RUNS = {"/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/EmbeddedFile", "/RichMedia", "/XFA"}

# What pypdf says of files that are not quite right is of no use to an operator.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


class ResumeError(ValueError):
    """A file that is not taken; the text is a sentence for the person who uploaded it."""


def kind_of_resume(content: bytes) -> Resume.Kind:
    """What the content is. Raises ResumeError for anything but a sound PDF or DOCX."""
    if not content:
        raise ResumeError("The file is empty.")
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return Resume.Kind.PDF
    if content.startswith(b"PK\x03\x04"):
        _check_docx(content)
        return Resume.Kind.DOCX
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ResumeError("This is an old Word file (.doc). Save it as PDF or .docx first.")
    raise ResumeError("The file is neither a PDF nor a Word document (.docx).")


def clean_name(name: str, kind: str) -> str:
    """The file's own name for downloads: no folder, no odd characters, the ending of its kind."""
    base = re.split(r"[/\\]", name)[-1]
    stem = base.rpartition(".")[0] or base
    stem = re.sub(r"[^\w .()-]", "", stem).strip(" .")[:80]
    return f"{stem or 'resume'}.{kind}"


def _check_pdf(content: bytes) -> None:
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise ResumeError("The PDF is locked with a password. Save it without one.")
        count = len(reader.pages)
        keys = set(_keys(reader))
    except ResumeError:
        raise
    except (Exception, RecursionError):  # a broken file fails in many ways
        raise ResumeError("The PDF is damaged: it can't be read. Save it anew.") from None
    if not 1 <= count <= MOST_PAGES:
        raise ResumeError(f"The PDF has {count} pages; 1 to {MOST_PAGES} are taken.")
    if keys & _RUNS:
        raise ResumeError(
            "The PDF holds scripts, forms that run or attached files. Print it to a new PDF."
        )


def _keys(reader: PdfReader) -> Iterator[str]:
    """Every key and name value of the PDF's dictionaries."""
    if len(reader.xref_objStm) + sum(map(len, reader.xref.values())) > MOST_OBJECTS:
        raise ResumeError("The PDF has too many parts. Print it to a new PDF.")
    numbers = [(number, generation) for generation, of in reader.xref.items() for number in of]
    numbers += [(number, 0) for number in reader.xref_objStm]
    for number, generation in numbers:
        found = reader.get_object(IndirectObject(number, generation, reader))
        yield from _keys_below(found, 0)


def _keys_below(found, depth: int) -> Iterator[str]:
    if depth > 12:
        return
    if isinstance(found, DictionaryObject):
        for key, value in found.items():
            yield str(key)
            if isinstance(value, str) and key in ("/S", "/Type", "/Subtype"):
                yield str(value)
            yield from _keys_below(value, depth + 1)
    elif isinstance(found, list):
        for each in found:
            yield from _keys_below(each, depth + 1)


def _check_docx(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            infos = parts.infolist()
            if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
                raise ResumeError("The Word document is too large once unpacked.")
            names = {info.filename for info in infos}
            if not {"[Content_Types].xml", "word/document.xml"} <= names:
                raise ResumeError("The file is a zip, but not a Word document (.docx).")
            if any(
                name.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js")) for name in names
            ):
                raise ResumeError("The Word document holds macros or programs. Save it without.")
            types = ElementTree.fromstring(_read(parts, "[Content_Types].xml"))
            if not any(each.get("ContentType") == _MAIN for each in types.iter()):
                raise ResumeError("The file is not a Word document (.docx).")
            if any("macroEnabled" in (each.get("ContentType") or "") for each in types.iter()):
                raise ResumeError("The Word document holds macros. Save it without.")
            ElementTree.fromstring(_read(parts, "word/document.xml"))
    except ResumeError:
        raise
    except (zipfile.BadZipFile, DefusedXmlException, ElementTree.ParseError):
        raise ResumeError("The Word document is damaged: it can't be read.") from None
    except (OSError, EOFError, RuntimeError, NotImplementedError, KeyError, ValueError):
        raise ResumeError("The Word document is damaged or locked with a password.") from None


def _read(parts: zipfile.ZipFile, name: str) -> bytes:
    """A part's content; what its head says of its size is not believed."""
    with parts.open(name) as part:
        content = part.read(MOST_UNPACKED + 1)
    if len(content) > MOST_UNPACKED:
        raise ResumeError("The Word document is too large once unpacked.")
    return content
