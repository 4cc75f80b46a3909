"""The words of a text, as the search of the board compares them."""

import re


def words_of(text: str) -> set[str]:
    """The words as a search may hold them: letters and digits, three or more."""
    return {word for word in re.findall(r"[a-z0-9]+", text.lower()) if 3 <= len(word) <= 40}
