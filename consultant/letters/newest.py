"""What is new in a mail's text: without quotes, signatures, banners and legal notices.

Every rule looks at lines, cut to a length, so that the time grows as the text does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile

from consultant.letters import phrases
from consultant.letters.plain_text import SIGNATURE_BEGINS

_SEEN = 400  # characters of a line that the patterns look at
_QUOTED = re.compile(r"^ ?(?:>\s?)+")
_RULER = re.compile(r"\s*[_-]{10,}\s*")
_DASHES = re.compile(r"\s?--\s?|—")
_MOST_SIGNATURE_LINES = 12
_LONGEST_SIGNATURE_LINE = 90


@dataclass(frozen=True)
class Newest:
    """`new` is what the writer of a mail wrote, `quoted` what stood there before."""

    new: str
    quoted: str
    is_forward: bool = False


def newest_of(text: str, *, is_forward: bool = False) -> Newest:
    """Tell new words from old ones.

    Answers written between quoted lines are kept in their order. Of a forwarded mail (its subject
    says so, or a mark above any quote) the forwarded words count as new: they are the case that is
    meant; the lines that only say who wrote to whom are left out.
    """
    lines = text.split("\n")
    start = next(
        (n for n, line in enumerate(lines) if phrases.FORWARDED.fullmatch(line[:_SEEN])), None
    )
    cut = _cut_of(lines)
    if start is not None and (cut is None or start <= cut):
        return Newest(_joined(_own(lines[:start]), _told(lines[start + 1 :])), "", True)
    if is_forward:
        above = len(lines) if cut is None else cut
        return Newest(
            _joined(_own(lines[:above], has_quotes=False), _told(lines[above:])), "", True
        )
    above = len(lines) if cut is None else cut
    quoted = [line for line in lines[:above] if _is_quoted(line)]
    return Newest(_own(lines[:above]), _unquoted([*quoted, *lines[above:]]))


def _cut_of(lines: list[str]) -> int | None:
    """The line from which on all is old: a program wrote what follows without marking each line."""
    for number, line in enumerate(lines):
        if _is_quoted(line):
            continue
        if phrases.ORIGINAL.fullmatch(line[:_SEEN]) or _begins_header_block(lines, number):
            ruler = number - 1
            while ruler >= 0 and not lines[ruler].strip():
                ruler -= 1
            return ruler if ruler >= 0 and _RULER.fullmatch(lines[ruler][:_SEEN]) else number
        length = _attribution_at(lines, number)
        if length and not _is_followed_by_quote(lines, number + length):
            told = " ".join(lines[number : number + length])
            if phrases.OF_PROGRAM.search(told[:_SEEN]) and any(lines[number + length :]):
                return number
    return None


def _begins_header_block(lines: list[str], number: int) -> bool:
    """Whether Outlook's "From: ... Sent: ... To: ... Subject: ..." begins here."""
    if _label(lines[number]) not in phrases.FROM:
        return False
    labels = {_label(line) for line in lines[number + 1 : number + 8]}
    return bool(labels & phrases.WHEN and labels & phrases.WHOM)


def _label(line: str) -> str:
    match = phrases.HEADER_LINE.match(f"{line[:_SEEN]} ")
    return match["label"].lower() if match else ""


def _attribution_at(lines: list[str], number: int) -> int:
    """How many lines "On ... wrote:" takes from here, for long ones are broken; 0: it is none."""
    if not phrases.WROTE_BEGINS.match(lines[number][:_SEEN]) and not lines[number][:1].isdigit():
        return 0
    told = ""
    for length in (1, 2, 3):
        if number + length > len(lines) or not lines[number + length - 1].strip():
            return 0
        told = f"{told} {lines[number + length - 1].strip()}".strip()[:_SEEN]
        if phrases.WROTE.fullmatch(told):
            return length
    return 0


def _is_followed_by_quote(lines: list[str], number: int) -> bool:
    following = next((line for line in lines[number : number + 5] if line.strip()), "")
    return bool(_QUOTED.match(following[:_SEEN]))


def _is_quoted(line: str) -> bool:
    # ">30 minutes" is the writer's own.
    return bool(_QUOTED.match(line[:_SEEN])) and not re.match(r">[\d$=.]", line)


def _own(lines: list[str], *, has_quotes: bool = True) -> str:
    """The writer's own lines, block by block between the quotes."""
    blocks: list[list[str]] = [[]]
    number = 0
    while number < len(lines):
        length = _attribution_at(lines, number)
        if has_quotes and _is_quoted(lines[number]):
            blocks.append([])
        elif length and _is_followed_by_quote(lines, number + length):
            number += length
            continue
        else:
            blocks[-1].append(lines[number])
        number += 1
    return _joined(*(_without_signature(block) for block in blocks))


def _told(lines: list[str]) -> str:
    """Forwarded lines: every mail among them, without the lines that say who wrote to whom."""
    kept: list[str] = []
    number = 0
    lines = [_QUOTED.sub("", line, count=1) for line in lines]
    while number < len(lines):
        if _begins_header_block(lines, number) or (number < 3 and _label(lines[number])):
            while number < len(lines) and (
                _label(lines[number]) or lines[number][:1] in (" ", "\t")
            ):
                number += 1
            kept.append("")
        elif length := _attribution_at(lines, number):
            number += length
            kept.append("")
        elif phrases.FORWARDED.fullmatch(lines[number][:_SEEN]) or phrases.ORIGINAL.fullmatch(
            lines[number][:_SEEN]
        ):
            number += 1
        else:
            kept.append(lines[number])
            number += 1
    return _without_signature(kept)


def _without_signature(lines: list[str]) -> str:
    """A block of lines without what stands below every mail of its writer, and banners above."""
    lines = list(_without_notices(lines))
    lines = lines[: _signature_at(lines)]
    while lines and (not lines[-1].strip() or _RULER.fullmatch(lines[-1][:_SEEN])):
        lines.pop()
    return "\n".join(lines)


def _signature_at(lines: list[str]) -> int:
    """The line with which the signature begins, or the number of lines."""
    below = len(lines) - 3 * _MOST_SIGNATURE_LINES
    for number, line in enumerate(lines):
        if line == SIGNATURE_BEGINS:
            return number
        if number < below:
            continue
        rest = [each for each in lines[number + 1 :] if each.strip()]
        if _DASHES.fullmatch(line[:_SEEN]) and _is_short(rest):
            return number
        if len(rest) <= 3 and len(line) < 200 and phrases.PHONE.fullmatch(line):
            return number
        if phrases.CLOSING.fullmatch(line[:_SEEN]) and _is_name(rest):
            return number
    return len(lines)


def _is_short(lines: list[str]) -> bool:
    return len(lines) <= _MOST_SIGNATURE_LINES and all(
        len(line) <= _LONGEST_SIGNATURE_LINE for line in lines
    )


def _is_name(lines: list[str]) -> bool:
    """Whether lines below a closing formula only say who wrote: no sentence, no question."""
    return (
        bool(lines)
        and _is_short(lines)
        and not any("?" in line for line in lines)
        and not any(
            line.rstrip().endswith((".", "!", ":")) and line.count(" ") > 4 for line in lines
        )
        and len(lines[0].split()) <= 6
        and not any(c.isdigit() for c in lines[0])
    )


def _without_notices(lines: list[str]) -> Iterator[str]:
    """Lines of the paragraphs that no lawyer and no gateway wrote."""
    is_notice = False
    for paragraph in _paragraphs(lines):
        begin = " ".join(line.strip() for line in paragraph[:6])[:_SEEN]
        if begin:
            is_notice = bool(
                phrases.NOTICE.match(begin) or (is_notice and phrases.NOTICE_GOES_ON.match(begin))
            )
        if not is_notice:
            yield from _without_banner(paragraph)


def _without_banner(paragraph: list[str]) -> list[str]:
    if not paragraph or not phrases.BANNER.fullmatch(paragraph[0][:_SEEN]):
        return paragraph
    goes_on = phrases.BANNER_GOES_ON.fullmatch
    return list(dropwhile(lambda line: goes_on(line[:_SEEN]), paragraph[1:]))


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    paragraph: list[str] = []
    for line in lines:
        if not line.strip() and paragraph:
            yield paragraph
            paragraph = []
            yield [line]
        else:
            paragraph.append(line)
    yield paragraph


def _unquoted(lines: list[str]) -> str:
    return "\n".join(_QUOTED.sub("", line, count=1) for line in lines).strip()


def _joined(*texts: str) -> str:
    joined = "\n\n".join(text.strip("\n") for text in texts if text.strip())
    return re.sub(r"\n{3,}", "\n\n", joined).strip()
