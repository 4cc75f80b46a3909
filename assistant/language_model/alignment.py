"""Whether figures and codes stand among the words they stand among in a fact.

A fact may hold several figures: units, an indicator, two fees. Each figure of a sentence is
compared, by the words around it, with every figure of the fact; where the words are rather those
of another figure, the sentence has put it in that one's place. Codes are held to the part they
play: which is paid, which denied, which is in column one.
"""

import re

from assistant.language_model.figures import NUMBER_WORDS, claims_of, plainly

WINDOW = 3  # words to each side
OTHER_SIDE = 0.3  # what a word counts that stands on the other side of the figure
BEYOND = 0.02  # and what one counts beyond a comma or an "and"
_IDLE = frozenset(
    re.findall(
        r"\w+",
        "a an the of for is are was be been by in on to and or as at it its this that these those "
        "with from per than then which who so also code codes",
    )
)
_NOT_OF_A_YEAR = frozenset(
    re.findall(
        r"\S+", "<fy <cy <indic <modif <colum <mai <mue <type <local <apc >unit >units >day >days"
    )
)
# Words that stand beside many figures, and tell few apart.
_WEAK = frozenset({"medic", "pay", "pays", "paid", "allow", "amoun", "fee", "fees", "may"})
WEAK = 0.2
_ITEM = re.compile(r",(?!\d)|;|\d+[-–]\d+|[$]?[A-Za-z0-9](?:[A-Za-z0-9.%’']|,(?=\d))*")
_BOUNDARIES = frozenset({",", ";", "and", "but", "while", "whereas"})
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_CODE = r"\b([A-Z]?\d{4}[\dA-Z]?|[A-Z]\d[\dA-Z](?:\.[\dA-Z]{1,4})?)\b"
_ROLES = [
    ("paid", re.compile(rf"\b(?:pay|pays|paying)\s+(?:only\s+)?{_CODE}")),
    ("paid", re.compile(rf"{_CODE}\s+(?:is|are)\s+(?:the\s+one\s+)?paid\b")),
    ("denied", re.compile(rf"\b(?:deny|denies|denying)\s+{_CODE}")),
    ("denied", re.compile(rf"{_CODE}\s+(?:is|are)\s+(?:the\s+one\s+)?(?:denied|not paid)\b")),
    ("one", re.compile(rf"{_CODE}(?:\s+(?:is|stands|being|as))?(?:\s+in)?\s+column one\b")),
    ("two", re.compile(rf"{_CODE}(?:\s+(?:is|stands|being|as))?(?:\s+in)?\s+column two\b")),
    ("one", re.compile(rf"column one(?:\s+code)?(?:\s+(?:is|has|holds)|:)?\s+{_CODE}")),
    ("two", re.compile(rf"column two(?:\s+code)?(?:\s+(?:is|has|holds)|:)?\s+{_CODE}")),
    ("one", re.compile(rf"column two of(?:\s+code)?\s+{_CODE}")),
    ("two", re.compile(rf"column one of(?:\s+code)?\s+{_CODE}")),
]

Occurrence = tuple[str, dict[str, float]]  # a figure's value, and the words around it


def is_aligned(sentence: str, values: set[str], fact: str) -> bool:
    """Whether the figures of the sentence with these values are, by their words, those of the
    fact, and each code plays a part that the fact gives it, where it gives one to any.
    """
    known = [found for part in _SENTENCE_END.split(fact) for found in figures_in(part)]
    figures = [found for found in figures_in(sentence) if found[0] in values]
    if not all(_is_at_home(found, known) for found in figures):
        return False
    parts = roles_in(fact)
    played = {role for role, _ in parts}
    return all((role, code) in parts for role, code in roles_in(sentence) if role in played)


def roles_in(text: str) -> set[tuple[str, str]]:
    """The parts that codes play in a text: paid, denied, column one, column two."""
    return {(role, found[1]) for role, form in _ROLES for found in form.finditer(text)}


def _is_at_home(found: Occurrence, known: list[Occurrence]) -> bool:
    value, words = found
    own = [near for other, near in known if other == value]
    others = [near for other, near in known if other != value]
    if not own and re.fullmatch(r"(?:19|20)\d\d", value):
        # The year of a date of the fact, which counts nothing and names nothing.
        return not any(words.get(word) == 1.0 for word in _NOT_OF_A_YEAR)
    if not own or not others:
        return True
    score = max(_likeness(words, near) for near in own)
    return score > 0 and score >= max(_likeness(words, near) for near in others)


def _likeness(one: dict[str, float], two: dict[str, float]) -> float:
    return sum(weight * two[word] for word, weight in one.items() if word in two)


def figures_in(text: str) -> list[Occurrence]:
    """Every figure of a text with the words near it, the nearer the heavier. Codes are words."""
    items, clause = [], 0
    for word in _ITEM.findall(_without_dates(text)):
        if word.lower() in _BOUNDARIES:
            clause += 1
        else:
            items += [(value, stem, clause) for value, stem in _item(word)]
    found = []
    for at, (value, _, own) in enumerate(items):
        if not value:
            continue
        near: dict[str, float] = {}
        for other in range(max(0, at - WINDOW), min(len(items), at + WINDOW + 1)):
            _, stem, place = items[other]
            weight = (1.0 if place == own else BEYOND) / max(abs(other - at), 1)
            weight *= WEAK if stem in _WEAK else 1.0
            for key, counts in ((f"{'<' if other < at else '>'}{stem}", 1.0), (stem, OTHER_SIDE)):
                if stem:
                    near[key] = max(near.get(key, 0.0), weight * counts)
        found.append((value, near))
    return found


def _without_dates(text: str) -> str:
    return re.sub(r"⟦[^⟧]*⟧", " ", plainly(text)).replace("on-", "on")


def _item(word: str) -> list[tuple[str, str]]:
    """A word as (value, '') where it is a figure, as ('', its beginning) where it is none."""
    word = word.strip(".,’'")
    if word.lower() in NUMBER_WORDS and word.lower() != "one":
        return [(str(NUMBER_WORDS[word.lower()]), "")]
    if re.fullmatch(r"\d+[-–]\d+", word):
        return [("", word)]
    if any(char.isdigit() for char in word):
        kinds = [token.partition(":") for token in claims_of(word)]
        return [("", value) if kind == "word" else (value, "") for kind, _, value in kinds]
    return [] if word.lower() in _IDLE else [("", word.lower()[:5])]
