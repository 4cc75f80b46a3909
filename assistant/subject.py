"""The code that a question is about, as a page or a conversation hands it on."""

from dataclasses import dataclass

from codes.queries.code_forms import stored_value
from codes.queries.code_page import find_code


@dataclass(frozen=True)
class Subject:
    """A code whose page a question is asked from: `key` is `system:code`, the code as printed."""

    key: str
    title: str
    url: str


def read_subject(text: str) -> Subject | None:
    """The subject in `text`, `system:code`; None where that names no code of ours."""
    system, _, printed = text.replace("\0", "").strip()[:24].partition(":")
    code = find_code(system, stored_value(printed)) if printed else None
    if code is None:
        return None
    return Subject(
        f"{code.system}:{code.printed}",
        f"{code.system_title} Code {code.printed}",
        code.get_absolute_url(),
    )
