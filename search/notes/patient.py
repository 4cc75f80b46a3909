"""The sex of the patient as the words of a note tell it."""

import re

_FEMALE = re.compile(r"\b(?:female|woman|girl|lady|she|her|hers|mrs|ms)\b", re.I)
_MALE = re.compile(r"\b(?:male|man|boy|gentleman|he|his|him|mr)\b", re.I)
_STATED = re.compile(
    r"\b(?:year[- ]old|y\.?/?o\.?|month[- ]old|week[- ]old)\b[^.\n]{0,40}?"
    r"\b(?:(female|woman|girl|lady|F)|(male|man|boy|gentleman|M))\b",
    re.I,
)


def sex_of(text: str) -> str:
    """'female' or 'male' as the note states it or, where it does not, as its pronouns have it in
    the main; '' where they do not tell. Who else is spoken of makes them unsure.
    """
    if found := _STATED.search(text):
        return "female" if found[1] else "male"
    of_women, of_men = len(_FEMALE.findall(text)), len(_MALE.findall(text))
    if of_women > 3 * of_men:
        return "female"
    return "male" if of_men > 3 * of_women else ""
