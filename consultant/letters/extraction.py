"""The words of a PDF or Word file, read in a process that may end at any moment.

`python -m consultant.letters.extraction pdf` takes the file on standard input and writes the words
to standard output. It exits with PROBLEM_EXIT where it wrote a sentence instead: why there are no
words. Memory, processor time and files are limited before a byte is read.
"""

import io
import logging
import resource
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress

LONGEST_TEXT = 100_000  # characters
PROBLEM_EXIT = 3
CPU_SECONDS = 10
MEMORY = 768 * 1024 * 1024  # bytes of address space
MOST_PAGES = 60
LARGEST_DOCUMENT = 30 * 1024 * 1024  # bytes of a Word document's text, unpacked
WRITE = "Write its words into the mail."
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Deleted words, instructions of fields, and properties.
_SILENT = {f"{_W}{name}" for name in ("del", "delText", "moveFrom", "instrText", "pPr", "rPr")}
_SILENT |= {f"{_W}{name}" for name in ("tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "sdtPr")}
_SILENT.add(_FALLBACK)
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


class ExtractionError(ValueError):
    """A file without words to be had; the text is a sentence for its sender."""


def text_of_pdf(content: bytes) -> Iterator[str]:
    """The words, page by page. Raises ExtractionError."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(content), strict=False)
    # Many are locked for the owner alone: anybody may read them.
    if reader.is_encrypted and not reader.decrypt(""):
        raise ExtractionError("The PDF is locked with a password. Send it without one.")
    has_words = False
    for page in reader.pages[:MOST_PAGES]:
        text = page.extract_text().strip()
        has_words = has_words or bool(text)
        yield text + "\n\n"
    if not has_words:
        raise ExtractionError(f"The PDF holds only pictures, as a scan does. {WRITE}")


def text_of_docx(content: bytes) -> Iterator[str]:
    """The paragraphs and tables of a Word document in their order. Raises ExtractionError."""
    from defusedxml import ElementTree

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if parts.getinfo("word/document.xml").flag_bits & 1:
            raise ExtractionError("The Word document is locked with a password.")
        with parts.open("word/document.xml") as part:
            document = part.read(LARGEST_DOCUMENT + 1)
    if len(document) > LARGEST_DOCUMENT:
        raise ExtractionError(f"The Word document is too large once unpacked. {WRITE}")
    yield from _blocks(ElementTree.fromstring(document))


def _blocks(element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}p":
            yield _paragraph(child) + "\n"
        elif child.tag == f"{_W}tbl":
            for row in child.iter(f"{_W}tr"):
                cells = (" ".join("".join(_blocks(cell)).split()) for cell in row.iter(f"{_W}tc"))
                yield "\t".join(cells) + "\n"
            yield "\n"
        elif child.tag not in _SILENT:
            yield from _blocks(child)


def _paragraph(paragraph) -> str:
    is_item = paragraph.find(f"{_W}pPr/{_W}numPr") is not None
    return ("- " if is_item else "") + "".join(_words(paragraph))


def _words(element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag == f"{_W}p":  # in a text box
            yield f"\n{_paragraph(child)}\n"
        elif child.tag not in _SILENT and not _is_hidden(child):
            yield from _words(child)


def _is_hidden(run) -> bool:
    return run.tag == f"{_W}r" and run.find(f"{_W}rPr/{_W}vanish") is not None


def limit_this_process() -> None:
    """Take from this process what it does not need; a limit the system does not know stays."""
    limits = {
        "RLIMIT_AS": MEMORY,
        "RLIMIT_CPU": CPU_SECONDS,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 32,
    }
    for name, most in limits.items():
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (most, most))


def main(kind: str) -> int:
    limit_this_process()
    content = sys.stdin.buffer.read()
    read = {"pdf": text_of_pdf, "docx": text_of_docx}[kind]
    names = {"pdf": "PDF", "docx": "Word document"}
    texts, length = [], 0
    try:
        for text in read(content):
            texts.append(text)
            length += len(text)
            if length >= LONGEST_TEXT:
                break
    except ExtractionError as error:
        return _end(str(error), PROBLEM_EXIT)
    except MemoryError:
        return 1
    except Exception:  # a broken file fails in many ways
        return _end(f"The {names[kind]} is damaged: it cannot be read.", PROBLEM_EXIT)
    return _end("".join(texts)[:LONGEST_TEXT], 0)


def _end(text: str, status: int) -> int:
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
