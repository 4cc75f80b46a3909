"""Text from a mail's bytes: charsets that lie, format=flowed, characters that do not show."""

import codecs
import re
import unicodedata

SIGNATURE_BEGINS = "-- "

# Names that mail programs use, and the superset that reads what they really write.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso2022_jp": "iso2022_jp_ext",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
    "big5": "big5hkscs",
}
_ALIASES = {"ks_c_5601-1987": "cp949", "x-gbk": "gb18030", "x-sjis": "cp932", "unicode": "utf-16"}
# Codecs of Python that are no charsets, or cost more than their input is long.
_NO_CHARSETS = {"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"}
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def decoded_text(content: bytes, charset: str = "") -> str:
    """The text of bytes that say they are in a charset, which may be wrong or unknown.

    What is valid UTF-8 beyond ASCII is UTF-8 where the label is missing, "us-ascii" or unknown;
    what is labeled UTF-8 and is not is taken as Windows-1252, its most frequent cause.
    """
    codec = _codec_of(charset)
    for each in [*([codec] if codec not in (None, "ascii") else []), "utf-8"]:
        try:
            return content.decode(_SUPERSETS.get(each, each))
        except (UnicodeError, ValueError):
            continue
    wide = codec and codec not in ("ascii", "utf-8")
    return content.decode(_SUPERSETS.get(codec, codec) if wide else "cp1252", "replace")


def clean_text(text: str) -> str:
    """The text with line feeds, plain spaces, composed letters, and nothing that does not show."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    text = _SPACES.sub(" ", _UNSEEN.sub("", _CONTROL.sub("", text)))
    text = text.encode("utf-8", "replace").decode()  # lone surrogates
    lines = unicodedata.normalize("NFC", text).split("\n")
    return "\n".join(line if line == SIGNATURE_BEGINS else line.rstrip() for line in lines)


def unflowed(text: str, *, is_space_deleted: bool = False) -> str:
    """The paragraphs of a text sent as format=flowed (RFC 3676), one on a line.

    A line that ends with a space goes on in the next one of the same depth of quoting.
    """
    lines: list[tuple[int, str]] = []
    is_open = False
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        line = line[depth:].removeprefix(" ")
        is_signature = line == SIGNATURE_BEGINS
        if is_open and lines and lines[-1][0] == depth and not is_signature:
            before = lines[-1][1]
            lines[-1] = depth, (before[:-1] if is_space_deleted else before) + line
        else:
            lines.append((depth, line))
        is_open = line.endswith(" ") and not is_signature
    return "\n".join((">" * depth + " " if depth else "") + line for depth, line in lines)


def _codec_of(charset: str) -> str | None:
    name = charset.strip().strip("\"'").lower()
    try:
        found = codecs.lookup(_ALIASES.get(name, name)).name
        "".encode(found)  # a codec of bytes to bytes is refused
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if found in _NO_CHARSETS else found
