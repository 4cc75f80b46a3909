"""Where codes that score alike are placed: not twenty variants of one diagnosis first of all."""

from collections import defaultdict
from collections.abc import Sequence

FULL_LENGTH = 7  # characters of a diagnosis that tells of the encounter
# What is left of a score, for its place, for each better one of a code that differs only in the
# 7th character, or that shares the first four.
SAME_BUT_7TH, SAME_BRANCH = 0.5, 0.8
MOST_PLACED = 60  # the first so many are placed anew


def spread(diagnoses: Sequence[str], scores: Sequence[float]) -> list[int]:
    """The places of codes, best first, in the order they are shown in. `diagnoses` are the stored
    values of ICD-10-CM's codes and '' for those of other systems, which stay as they are.
    """
    twins, branches = defaultdict(int), defaultdict(int)
    placed = list(scores)
    for place, value in enumerate(diagnoses[:MOST_PLACED]):
        if not value:
            continue
        placed[place] *= SAME_BRANCH ** branches[value[:4]]
        branches[value[:4]] += 1
        if len(value) == FULL_LENGTH:
            placed[place] *= SAME_BUT_7TH ** twins[value[:6]]
            twins[value[:6]] += 1
    first = min(len(placed), MOST_PLACED)
    order = sorted(range(first), key=lambda place: -placed[place])
    return [*order, *range(first, len(placed))]
