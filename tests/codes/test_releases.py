"""Listing releases, withdrawing them and publishing them again."""

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from codes.actions.releases import ReleaseError, publish_release, withdraw_release
from codes.models import Release, Source
from tests.factories import make_code, make_description, make_release

pytestmark = pytest.mark.django_db


def call(*arguments) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def make_two_releases() -> tuple[Release, Release]:
    april = make_release(name="April 2026", valid_from=date(2026, 4, 1), row_count=1)
    july = make_release(name="July 2026", row_count=2, new_count=1, revised_count=0, ended_count=0)
    code = make_code("A0021")
    make_description(code, release=april)
    make_description(code, release=july)
    make_description("A0022", release=july)
    return april, july


def test_releases_are_listed_with_what_they_changed():
    make_two_releases()
    make_release(source=Source.ICD_10_CM_ORDER, name="FY 2026", is_demonstration=True)
    lines = call("list_releases").splitlines()
    assert [line.split()[0] for line in lines[1:]] == [
        "hcpcs-level-ii",
        "hcpcs-level-ii",
        "icd-10-cm-order",
    ]
    assert "1 Jul 2026" in lines[2]
    assert "published, demonstration" in lines[3]


def test_one_source_alone_is_listed():
    make_two_releases()
    assert "No release is loaded" in call("list_releases", Source.CPT_DESCRIPTORS)


def test_a_release_is_withdrawn_and_published_again_by_name():
    _, july = make_two_releases()
    assert "is withdrawn" in call("withdraw_release", "hcpcs-level-ii", "july 2026", "--yes")
    july.refresh_from_db()
    assert july.state == Release.State.WITHDRAWN
    call("withdraw_release", "hcpcs-level-ii", "July 2026", "--undo", "--yes")
    july.refresh_from_db()
    assert july.state == Release.State.PUBLISHED


def test_the_command_asks_and_a_no_changes_nothing(monkeypatch):
    _, july = make_two_releases()
    monkeypatch.setattr("builtins.input", lambda question: "n")
    assert call("withdraw_release", "hcpcs-level-ii", "July 2026") == "Nothing was changed.\n"
    july.refresh_from_db()
    assert july.state == Release.State.PUBLISHED


def test_an_unknown_name_lists_those_there_are():
    make_two_releases()
    with pytest.raises(CommandError, match=r"no release 'May 2026'; published ones: .*April 2026"):
        call("withdraw_release", "hcpcs-level-ii", "May 2026", "--yes")


def test_a_release_that_is_withdrawn_already_is_told():
    make_release(state=Release.State.WITHDRAWN)
    with pytest.raises(CommandError, match="HCPCS Level II, July 2026 is withdrawn, not published"):
        call("withdraw_release", "hcpcs-level-ii", "July 2026", "--yes")


def test_the_changes_of_the_next_release_are_counted_anew():
    april, july = make_two_releases()
    withdraw_release(release=april, by="test")
    july.refresh_from_db()
    assert july.new_count is None
    publish_release(release=april, by="test")
    july.refresh_from_db()
    assert (july.new_count, july.revised_count, july.ended_count) == (1, 0, 0)


def test_two_releases_of_one_day_are_not_both_published():
    make_release(file_name="first.txt")
    other = make_release(state=Release.State.WITHDRAWN, file_name="second.txt")
    with pytest.raises(ReleaseError, match=r"from first.txt is published for the same day"):
        publish_release(release=other, by="test")


def test_demonstration_data_stay_withdrawn_beside_a_real_release():
    make_release(name="April 2026", valid_from=date(2026, 4, 1))
    demonstration = make_release(state=Release.State.WITHDRAWN, is_demonstration=True)
    with pytest.raises(ReleaseError, match="is demonstration data"):
        publish_release(release=demonstration, by="test")
