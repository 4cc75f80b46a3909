"""Variants of one diagnosis do not fill the first places."""

from search.spreading import MOST_PLACED, spread


def test_a_seventh_character_stands_back_behind_another_diagnosis():
    diagnoses = ["S82891A", "S82891D", "S82891S", "M25571"]
    assert spread(diagnoses, [0.9, 0.89, 0.88, 0.6]) == [0, 3, 1, 2]


def test_a_far_better_branch_keeps_its_places():
    assert spread(["S8289", "S8281", "M25571"], [0.9, 0.9, 0.1]) == [0, 1, 2]


def test_other_systems_stay_as_they_are():
    assert spread(["", "", ""], [0.9, 0.8, 0.7]) == [0, 1, 2]


def test_every_code_is_placed_once():
    diagnoses = [f"S8289{number % 10}A" for number in range(MOST_PLACED + 5)]
    scores = [1 - number / 100 for number in range(len(diagnoses))]
    order = spread(diagnoses, scores)

    assert sorted(order) == list(range(len(diagnoses)))
    assert order[MOST_PLACED:] == list(range(MOST_PLACED, len(diagnoses)))
    assert spread([], []) == []
