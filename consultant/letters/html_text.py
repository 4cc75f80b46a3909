"""The text of an HTML mail, as a mail program would write it into the plain part.

Quotes come out behind ">", signatures behind "-- ", tables with a tab between cells, so that one
reader of plain text finds what is new in either kind. lxml reads what no standard allows, in time
that grows as the input does; the standard library's parser takes minutes for some inputs.
"""

import re
from dataclasses import dataclass, replace

from lxml import etree

from consultant.letters.plain_text import SIGNATURE_BEGINS

LONGEST_HTML = 1_000_000  # characters
_SILENT_NAMES = (
    "script style head title meta link noscript template object embed applet iframe svg math "
    "select option textarea button audio video canvas xml"
)
_BLOCK_NAMES = (
    "address article aside blockquote body center dd div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header html main nav ol p pre section table tbody tfoot thead tr ul "
    "caption li hr td th"
)
_SILENT, _BLOCKS = frozenset(_SILENT_NAMES.split()), frozenset(_BLOCK_NAMES.split())
_PARAGRAPHS = frozenset({"p", "pre", "ul", "ol", "table", "dl", "blockquote"})
_PARAGRAPHS |= {f"h{level}" for level in range(1, 7)}
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(?:\.0*)?(?:;|$)"
    r"|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)"
    r"|max-height\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)",
    re.I,
)
_QUOTE_CLASSES = frozenset({"gmail_quote", "yahoo_quoted", "protonmail_quote", "tutanota_quote"})
_FORWARD_MARK = re.compile(r"-{5,} ?Forwarded message ?-{5,}|Begin forwarded message:", re.I)
_SIGNATURE_CLASSES = frozenset({"gmail_signature", "moz-signature", "protonmail_signature_block"})
_SIGNATURE_IDS = re.compile(r"(?:x_)*(?:signature|ms-outlook-mobile-signature)", re.I)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_CELLS = frozenset({"td", "th"})


def text_of_html(html: str) -> str:
    """The text that a reader of the mail sees; empty where there is none."""
    content = html[:LONGEST_HTML].replace("\x00", "").encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(content, parser) if content.strip() else None
    except etree.LxmlError:
        root = None
    if root is None:
        return ""
    writer = _Writer()
    _write(root, writer, _Place())
    return writer.text()


class _Writer:
    """Collects words into lines, each with the prefix of the quotes around it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.pieces: list[str] = []  # of the line being written
        self.bullet = ""  # stands before the next word
        self.depth = 0
        self.is_space_due = False

    def words(self, text: str, *, is_kept: bool) -> None:
        """Write text; its white space as it is where `is_kept`, else as one space."""
        if is_kept:
            for number, each in enumerate(text.split("\n")):
                if number:
                    self.end_line()
                self.pieces.append(each)
            return
        words = _SPACE.sub(" ", text)
        self.is_space_due |= words.startswith(" ")
        if words := words.removeprefix(" "):
            if self.is_space_due and self.pieces and self.pieces[-1] != "\t":
                self.pieces.append(" ")
            self.pieces += [self.bullet, words.removesuffix(" ")]
            self.bullet = ""
            self.is_space_due = words.endswith(" ")

    def end_cell(self) -> None:
        self.is_space_due = False
        self.pieces.append("\t")

    def end_line(self) -> None:
        self.lines.append("> " * self.depth + "".join(self.pieces).rstrip())
        self.pieces.clear()
        self.is_space_due = False

    def block(self, tag: str) -> None:
        """Where a block starts or ends: the line is over, and one is left blank at a paragraph."""
        if any(map(str.strip, self.pieces)):
            self.end_line()
        self.pieces.clear()
        if tag in _PARAGRAPHS and not self.bullet and self.lines and self.lines[-1].strip(" >"):
            self.lines.append(("> " * self.depth).rstrip())

    def signature(self) -> None:
        self.block("")
        self.lines.append(SIGNATURE_BEGINS)

    def text(self) -> str:
        self.block("")
        return "\n".join(self.lines).strip("\n")


@dataclass(frozen=True)
class _Place:
    """Where an element stands: in kept white space, in a cell of a row, as which item of a list."""

    is_kept: bool = False
    is_in_cell: bool = False
    is_in_row: bool = False
    bullet: str = ""


def _write(element, writer: _Writer, place: _Place) -> None:
    """An element and what is below it. libxml2 ends at a depth of 256, so recursion is safe."""
    tag = element.tag if isinstance(element.tag, str) else ""
    if not tag or tag in _SILENT or _is_hidden(element):
        return
    if tag == "br":
        if place.is_in_cell:
            writer.is_space_due = True
        else:
            writer.end_line()
        return
    is_quote = tag == "blockquote" if writer.depth else _is_quote(element)
    is_cell = tag in _CELLS and place.is_in_row and element.find(".//table") is None
    is_block = is_quote or (
        not is_cell and tag in _BLOCKS and not (place.is_in_cell and tag not in ("table", "tr"))
    )
    if is_block:
        writer.block(tag)
    elif tag in _BLOCKS:
        writer.is_space_due = True
    writer.depth += is_quote
    if not writer.depth and _is_signature(element):
        writer.signature()
    writer.bullet = place.bullet or writer.bullet
    below = _Place(
        is_kept=place.is_kept or tag == "pre",
        is_in_cell=is_cell or (place.is_in_cell and tag != "table"),
        is_in_row=tag == "tr" and sum(child.tag in _CELLS for child in element) > 1,
    )
    if element.text:
        writer.words(element.text, is_kept=below.is_kept)
    number = 0
    for child in element:
        number += child.tag == "li"
        bullet = {"ol": f"{number}. ", "ul": "- "}.get(tag, "") if child.tag == "li" else ""
        _write(child, writer, replace(below, bullet=bullet))
        if child.tail:
            writer.words(child.tail, is_kept=below.is_kept)
    if is_cell:
        writer.end_cell()
    elif is_block:
        writer.block(tag)
    elif tag in _BLOCKS:
        writer.is_space_due = True
    writer.depth -= is_quote


def _is_hidden(element) -> bool:
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style", "")))


def _is_quote(element) -> bool:
    """Whether an element holds what was written before; a forwarded mail is none."""
    classes = element.get("class", "").split()
    if element.tag == "blockquote":
        if element.get("type", "").lower() != "cite" and "gmail_quote" not in classes:
            return False
    elif not _QUOTE_CLASSES & set(classes):
        return False
    return not _FORWARD_MARK.search("".join(_first_words(element)))


def _first_words(element):
    length = 0
    for text in element.itertext():
        yield text
        length += len(text)
        if length > 200:
            return


def _is_signature(element) -> bool:
    return bool(
        _SIGNATURE_CLASSES & set(element.get("class", "").split())
        or _SIGNATURE_IDS.fullmatch(element.get("id", ""))
    )
