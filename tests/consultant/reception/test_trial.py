"""The token of check_mail: known by its signature, for an hour, wherever the address stands."""

import time
from types import SimpleNamespace

import pytest

from consultant.addresses import with_detail
from consultant.letters.evidence import Evidence
from consultant.reception import trial


def letter(*to):
    return SimpleNamespace(to=to)


def test_a_trial_is_known_by_the_envelope_or_by_the_header():
    token = trial.make_token()
    address = with_detail(trial.address_detail(token))

    assert trial.token_of(Evidence(recipients=(address,)), letter()) == token
    assert trial.token_of(Evidence(), letter("a@example.org", address.upper())) == token
    assert trial.is_trial(Evidence(), letter(address))


def test_the_address_is_one_that_every_server_takes():
    local = with_detail(trial.address_detail(trial.make_token())).rpartition("@")[0]

    assert len(local) <= 64
    assert local == local.lower()


def other(letter):
    return "a" if letter != "a" else "b"


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + other(token[-1]),
        lambda token: other(token[0]) + token[1:],
        lambda token: token[:-8],
        lambda _: "",
        lambda _: "not base 32!",
    ],
)
def test_a_token_that_nobody_here_signed_is_none(change):
    address = with_detail(trial.address_detail(change(trial.make_token())))

    assert not trial.is_trial(Evidence(recipients=(address,)), letter())


def test_a_token_of_another_site_or_of_yesterday_is_none(settings):
    old = with_detail(trial.address_detail(trial.make_token(time.time() - 3700)))
    ours = with_detail(trial.address_detail(trial.make_token()))
    bare = f"somebody@{ours.rpartition('@')[2]}"

    assert not trial.is_trial(Evidence(recipients=(old, bare)), letter())
    settings.SECRET_KEY = "another"
    assert not trial.is_trial(Evidence(recipients=(ours,)), letter())


def test_what_the_reader_notes_can_be_read_again():
    token = trial.make_token()
    reason = trial.note(token, SimpleNamespace(how="dkim", reason="Signed: by us." + "x" * 400))

    assert len(reason) == 300
    assert trial.read_note(reason)[:2] == (token, "dkim")
    assert trial.read_note(reason)[2].startswith("Signed: by us.")
    assert trial.read_note("Reading failed: ValueError.") == ("", "", "")
