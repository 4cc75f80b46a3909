"""Readers of the environment: defaults, forms, and what a wrong value is told."""

import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from casepilot_site import env


@pytest.fixture
def given(monkeypatch):
    def give(value):
        monkeypatch.setenv("CASEPILOT_TRY", value)
        return "CASEPILOT_TRY"

    return give


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_means_the_default(given, value):
    name = given(value)
    assert env.text(name, "there") == "there"
    assert env.number(name, 8000) == 8000
    assert env.switch(name, True) is True
    assert env.words(name, ["a"]) == ["a"]
    assert env.path(name, None) is None


def test_a_missing_variable_that_is_required_is_named():
    with pytest.raises(ImproperlyConfigured, match="CASEPILOT_TRY must be set"):
        env.text("CASEPILOT_TRY", env.REQUIRED)


@pytest.mark.parametrize(
    ("value", "limits", "sentence"),
    [
        ("many", {}, "CASEPILOT_TRY must be a whole number, but is 'many'."),
        ("0", {"minimum": 1}, "CASEPILOT_TRY must be at least 1, but is 0."),
        ("65536", {"maximum": 65535}, "CASEPILOT_TRY must be at most 65535, but is 65536."),
    ],
)
def test_a_wrong_number_is_told_in_a_sentence(given, value, limits, sentence):
    with pytest.raises(ImproperlyConfigured) as told:
        env.number(given(value), 5, **limits)
    assert str(told.value) == sentence


@pytest.mark.parametrize(("value", "meaning"), [("Yes", True), ("1", True), ("off", False)])
def test_a_switch_takes_the_usual_words(given, value, meaning):
    assert env.switch(given(value), not meaning) is meaning


def test_a_switch_refuses_other_words(given):
    with pytest.raises(ImproperlyConfigured, match="CASEPILOT_TRY must be yes or no"):
        env.switch(given("maybe"), False)


@pytest.mark.parametrize("value", ["a, b,c", "a b c", " a,b c, "])
def test_words_stand_between_commas_or_blanks(given, value):
    assert env.words(given(value)) == ["a", "b", "c"]


def test_a_relative_path_starts_at_the_root_of_the_repository(given):
    assert env.path(given("var/x")) == env.ROOT / "var" / "x"
    assert str(env.path(given("/srv/x"))) == "/srv/x"


def test_a_file_fills_what_the_environment_leaves_open(tmp_path, monkeypatch):
    monkeypatch.setenv("CASEPILOT_SET", "by the environment")
    for name in ("CASEPILOT_ONE", "CASEPILOT_TWO"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    (tmp_path / ".env").write_text(
        "# comment\n\nCASEPILOT_SET=by the file\n"
        "export CASEPILOT_ONE = 'a = b' \nCASEPILOT_TWO=x#y\n"
    )
    env.read_file(tmp_path / ".env")
    assert os.environ["CASEPILOT_SET"] == "by the environment"
    assert os.environ["CASEPILOT_ONE"] == "a = b"
    assert os.environ["CASEPILOT_TWO"] == "x#y"


def test_a_line_of_another_form_is_named_without_its_text(tmp_path):
    (tmp_path / ".env").write_text("\nSECRET secret\n")
    with pytest.raises(ImproperlyConfigured) as told:
        env.read_file(tmp_path / ".env")
    assert str(told.value).endswith(".env, line 2: expected NAME=value.")


def test_a_missing_file_is_no_error(tmp_path):
    env.read_file(tmp_path / ".env")
