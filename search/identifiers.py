"""Identifiers of people in what readers write: found by their form, and masked.

Nobody is asked for any; what slips in is masked before a text is stored or leaves the machine.
Codes, ZIP codes, figures and dates of service have other forms and stay.
"""

import re

_NAME = r"[A-Z][A-Za-z'’-]*[a-z]"
# What is masked, and what stands in its place. The order matters: a date of birth before a number.
_FORMS = [
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (
        re.compile(
            r"\b(DOB|D\.O\.B\.|date of birth|born(?: on)?)(\s*[:=]?\s*)"
            r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}"
            r"|\d{1,2} [A-Za-z]{3,9}\.? \d{4})",
            re.I,
        ),
        r"\1\2[date]",
    ),
    # Social security numbers; Medicare beneficiary identifiers (CMS: 11 characters, position 1 a
    # digit, 2, 5, 8 and 9 letters), printed with or without dashes.
    (re.compile(r"\b\d{3}-\d{2}-\d{4}\b"), "[number]"),
    (
        re.compile(
            r"\b[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2}\b",
            re.I,
        ),
        "[number]",
    ),
    (re.compile(r"(?<![\d.$,])(?:\+?1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b"), "[phone]"),
    (
        re.compile(
            r"\b(MRN|medical record(?: number)?|(?:member|patient|policy|account|claim|subscriber)"
            r"(?: ?(?:id|no\.?|number|#))+)(\s*[:=#]?\s*)(?=[A-Z0-9-]*\d)[A-Z0-9-]{4,}",
            re.I,
        ),
        r"\1\2[number]",
    ),
    (re.compile(r"(?<![\d.$,])\d{8,}(?![\d.])"), "[number]"),
    (re.compile(rf"\b(Mr|Mrs|Ms|Miss)\.? {_NAME}(?: {_NAME})?"), r"\1. [name]"),
    (
        re.compile(rf"\b([Pp]atient(?:'s|’s)?(?: name)?(?: is| named)?:? ){_NAME},? {_NAME}"),
        r"\1[name]",
    ),
    (re.compile(rf"\b([Nn]ame(?:d| is)?:? ){_NAME},? {_NAME}"), r"\1[name]"),
]


def mask(text: str) -> str:
    """The text with what looks like a person's name, number, address or birthday masked."""
    for form, mark in _FORMS:
        text = form.sub(mark, text)
    return text
