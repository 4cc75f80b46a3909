"""The model of meanings, where `make model` has prepared it."""

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as site

from search import vectors
from search.meaning import meaning_key, meaning_text, model, stored_form

FOLDER = Path(site.BASE_DIR) / "var" / "model"


@pytest.fixture
def prepared(settings):
    settings.SEARCH_MODEL_DIR = FOLDER
    found = model()
    if found is None:
        pytest.skip(f"no model in {FOLDER}: `make model` prepares it")
    return found


def test_like_meanings_have_near_vectors(prepared):
    attack, infarction, walker = prepared.vectors(
        ["heart attack", "acute myocardial infarction", "folding walker with wheels"]
    )

    assert np.linalg.norm(attack) == pytest.approx(1, abs=1e-3)
    assert attack @ infarction > 0.5
    assert attack @ infarction > attack @ walker + 0.3


def test_stored_vectors_are_as_near_as_the_whole_ones(prepared):
    texts = ["heart attack", "acute myocardial infarction", "wheeled walker"]
    whole = prepared.vectors(texts)
    near = prepared.nearness(stored_form(whole), whole[:1])[:, 0]

    assert np.abs(near - whole @ whole[0]).max() < 0.03


def test_no_text_is_embedded_twice_and_a_broken_end_is_mended(prepared, tmp_path):
    assert vectors.add_missing(tmp_path, prepared, ["one", "two", "one"]) == 2
    with (tmp_path / "rows").open("ab") as rows:
        rows.write(b"half a row")

    assert vectors.add_missing(tmp_path, prepared, ["two", "three"]) == 1
    kept = vectors.Vectors(tmp_path)
    keys = np.array([meaning_key(text) for text in ("one", "three", "four")], np.uint64)
    assert kept.rows_of(keys).tolist() == [0, 2, -1]


def test_variants_share_one_meaning():
    first = meaning_text("official", "Fracture of right wrist, initial encounter")
    second = meaning_text("official", "Fracture of left wrist, sequela")

    assert first == second == "fracture of wrist"


def test_without_a_folder_there_is_no_model(settings, tmp_path):
    settings.SEARCH_MODEL_DIR = tmp_path / "nothing"

    assert model() is None
