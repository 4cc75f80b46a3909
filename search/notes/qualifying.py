"""Sentences that say more of what the one before them names: "Asthma. Moderate persistent."."""

from collections.abc import Collection, Sequence

from search.notes.sentences import Sentence
from search.words import stems

MOST_SENTENCES = 2
# What a sentence of its own may add to a diagnosis: its degree, its stage, its course.
_QUALIFIERS = frozenset(
    stems("stage grade type mild moderate severe persistent intermittent recurrent acute chronic "
          "displaced nondisplaced open closed exacerbation intractable first second third degree "
          "1 2 3 4 5 3a 3b iii iv")
)  # fmt: skip


def qualified(
    number: int, sentences: Sequence[Sentence], named: Collection[int]
) -> tuple[frozenset[str], list[int]]:
    """The stems that the sentences right after one add to it, and the numbers of these sentences.

    `named` are the sentences that name something themselves: what is told there is told of that.
    """
    found: set[str] = set()
    numbers = []
    for other in range(number + 1, min(number + 1 + MOST_SENTENCES, len(sentences))):
        if other in named or sentences[other].section != sentences[number].section:
            break
        if sentences[other].is_heading and sentences[other].stems - _QUALIFIERS:
            break
        found |= sentences[other].stems & _QUALIFIERS
        numbers.append(other)
    return frozenset(found), numbers
