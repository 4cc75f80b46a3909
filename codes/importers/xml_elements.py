"""The elements of a publisher's XML file, one after the other, with the line each stands on.

defusedxml refuses document types and entities, which could blow up; no official file has them.
"""

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from codes.importers.official_file import OfficialFile, one_line
from codes.importers.rows import FileProblem

_LONGEST_LINE = 64 * 1024
_LINES_BETWEEN_TOLD = 5000


class Step(NamedTuple):
    """That an element began or ended. `above` are the elements it lies in, the outermost first.

    The text of an element is whole only at its end.
    """

    line: int
    is_end: bool
    element: Element
    above: list[Element]

    @property
    def tag(self) -> str:
        return self.element.tag

    @property
    def within(self) -> str:
        """The tag of the element it lies in directly; '' for the root."""
        return self.above[-1].tag if self.above else ""

    @property
    def text(self) -> str:
        """The element's text in one line, that of its children included."""
        return one_line("".join(self.element.itertext()))


class _Lines:
    """A stream that hands out a line at each reading, so that its number is known."""

    def __init__(self, file: OfficialFile):
        self._file = file
        self._size = file.path.stat().st_size or 1
        self._done = 0
        self._stream = file.path.open("rb")
        self.line = 0

    def read(self, size: int = -1) -> bytes:
        text = self._stream.readline(_LONGEST_LINE)
        self._done += len(text)
        self.line += 1
        if self.line % _LINES_BETWEEN_TOLD == 0:
            self._file.on_read(self._done / self._size)
        return text

    def close(self) -> None:
        self._stream.close()


def steps(file: OfficialFile, *, whole: tuple[str, ...] = ()) -> Iterator[Step]:
    """Every beginning and end of an element. An element is dropped after its end, unless it lies
    in one of the `whole` ones, whose text is read at their own end: memory stays bounded.
    """
    lines = _Lines(file)
    above: list[Element] = []
    try:
        for event, element in iterparse(lines, events=("start", "end"), forbid_dtd=True):
            is_end = event == "end"
            if is_end:
                above.pop()
            yield Step(lines.line, is_end, element, above)
            if not is_end:
                above.append(element)
            elif above and above[-1].tag not in whole:
                above[-1].remove(element)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise FileProblem(
            f"{file.title}, line {lines.line}: it is not a whole XML file ({error}); expected the "
            "file as the publisher ships it. Download it again."
        ) from error
    finally:
        lines.close()
