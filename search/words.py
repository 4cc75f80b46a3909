"""Words as the index holds them: lower case, without accents, shortened to their stems."""

import re

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

# Words that hardly tell one code from another. They count, but little.
_WEAK = """
a about accidental an and any as at be by can classifiable classified condition conditions
due each elsewhere encounter except find following for found from get got have her his how
i in includes including initial into is it its me my nec nos not of on or other others
otherwise own per please she specified status subsequent such than that the their these
this those to type types unspecified until up was what when where which who whose with
without you your code codes billing icd hcpcs cpt
"""
WEAK = frozenset(_WEAK.split())
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")
_ANALYZER: TextAnalyzer = (
    TextAnalyzerBuilder(Tokenizer.simple())
    .filter(Filter.lowercase())
    .filter(Filter.ascii_fold())
    .filter(Filter.remove_long(40))
    .filter(Filter.stemmer("english"))
    .build()
)
_PLAIN: TextAnalyzer = (
    TextAnalyzerBuilder(Tokenizer.simple())
    .filter(Filter.lowercase())
    .filter(Filter.ascii_fold())
    .filter(Filter.remove_long(40))
    .build()
)


def stems(text: str) -> list[str]:
    """The stems of the words of a text, in order."""
    return _ANALYZER.analyze(_POSSESSIVE.sub("", text))


def stems_in(text: str) -> list[str]:
    """The same with the s of a possessive as a word of its own."""
    return _ANALYZER.analyze(text)


def words(text: str) -> list[str]:
    """The words of a text, whole, in the order and number of their stems."""
    return _PLAIN.analyze(_POSSESSIVE.sub("", text))


WEAK_STEMS = frozenset(stem for word in WEAK for stem in stems(word))
