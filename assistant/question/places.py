"""Where a question is about: a state, a ZIP code, a payment locality; and who pays."""

import re

STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA",
    "colorado": "CO", "connecticut": "CT", "delaware": "DE", "district of columbia": "DC",
    "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID", "illinois": "IL",
    "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY", "louisiana": "LA",
    "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI", "minnesota": "MN",
    "mississippi": "MS", "missouri": "MO", "montana": "MT", "nebraska": "NE", "nevada": "NV",
    "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM", "new york": "NY",
    "north carolina": "NC", "north dakota": "ND", "ohio": "OH", "oklahoma": "OK", "oregon": "OR",
    "pennsylvania": "PA", "puerto rico": "PR", "rhode island": "RI", "south carolina": "SC",
    "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT",
    "virginia": "VA", "washington": "WA", "west virginia": "WV", "wisconsin": "WI",
    "wyoming": "WY", "guam": "GU", "virgin islands": "VI",
}  # fmt: skip
_NAMES = re.compile(
    r"\b(" + "|".join(sorted(STATES, key=len, reverse=True)) + r")\b", re.IGNORECASE
)
# Two letters are a state where they stand as one: after "in", or a comma, or alone at the end.
_LETTERS = re.compile(r"(?:\b[Ii]n|\bfor|,|\b[Ss]tate:?)\s+([A-Z]{2})\b(?!\w)")
_ZIP = re.compile(r"\bzip(?:\s*code)?s?:?\s*(?:of\s+)?(\d{5})(?:-\d{4})?\b", re.I)
_ZIP_AFTER = re.compile(
    r"(?<!included )(?<!bundled )(?<!inherent )\b(?:in|near|around|at)\s+(\d{5})(?:-\d{4})?\b"
    r"(?!\s*[-–]\s*\d{5})",
    re.I,
)
# Behind the letters of a state, as in an address.
_ZIP_OF_STATE = re.compile(
    r"(?P<before>,|\b[Ii]n)\s*(?P<state>[A-Z]{2})\s+(?P<zip>\d{5})(?:-\d{4})?\b(?!-\w)"
)
_ZIP_OF_NAME = re.compile(rf"{_NAMES.pattern},\s*(\d{{5}})(?:-\d{{4}})?\W*$", re.I)
_LOCALITY = re.compile(r"\blocality\s+(\d{4,5}-\d{1,2})\b|\b(0\d{4}-\d{2})\b", re.I)
_CARRIER = re.compile(r"\bcarrier\s+(\d{5})\s*,?\s*(?:and\s+)?locality\s+(\d{1,2})\b", re.I)
_PAYERS = re.compile(
    r"\b(medicaid|aetna|cigna|humana|anthem|blue cross|bcbs|united ?health(?:care)?|uhc|tricare|"
    r"kaiser|molina|centene|workers'? comp(?:ensation)?|commercial (?:payer|insurance)s?|"
    r"private (?:payer|insurance)s?|medicare advantage)\b",
    re.IGNORECASE,
)


def read_locality(text: str) -> tuple[str, str]:
    """A payment locality as `01112-05`, '' where none is named; and the text without it."""
    found = _CARRIER.search(text)
    if found:
        return f"{found[1]}-{found[2].zfill(2)}", _without(text, found)
    found = _LOCALITY.search(text)
    if found:
        contractor, _, number = (found[1] or found[2]).partition("-")
        return f"{contractor.zfill(5)}-{number.zfill(2)}", _without(text, found)
    return "", text


def read_zip(text: str, *, has_code_beside: bool) -> tuple[str, str]:
    """A ZIP code named as one, or five digits after "in" where a code stands beside them."""
    found = _ZIP.search(text) or (_ZIP_AFTER.search(text) if has_code_beside else None)
    if found:
        return found[1], _without(text, found)
    found = _ZIP_OF_STATE.search(text)
    is_address = found and (found["before"] == "," or has_code_beside) and not text.isupper()
    if is_address and found["state"] in STATES.values():
        return found["zip"], f"{text[: found.start('zip')]} {text[found.end() :]}"
    found = _ZIP_OF_NAME.search(text)
    return (found[2], text[: found.start(2)]) if found else ("", text)


def read_state(text: str) -> tuple[str, str]:
    """The postal abbreviation of a state, by its name or its letters."""
    found = _NAMES.search(text)
    if found:
        return STATES[found[1].lower()], _without(text, found)
    for found in _LETTERS.finditer(text):
        if found[1] in STATES.values():
            return found[1], _without(text, found)
    return "", text


def read_payer(text: str) -> str:
    """A payer other than Medicare as it was written, '' where none is named."""
    found = _PAYERS.search(text)
    return found[1] if found else ""


def _without(text: str, found: re.Match) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"
