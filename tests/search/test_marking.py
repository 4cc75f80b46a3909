import pytest

from search.marking import excerpt, marked
from search.words import stems

LONG = "One two three four five six seven eight pumps nine ten eleven twelve thirteen fourteen"


def test_the_words_asked_for_are_marked_in_any_form():
    html = marked("Pumps & <b>pump</b> refills", set(stems("pump")))
    assert html == "<mark>Pumps</mark> &amp; &lt;b&gt;<mark>pump</mark>&lt;/b&gt; refills"


@pytest.mark.parametrize(
    ("wanted", "most", "told"),
    [
        ("pump", 200, LONG),
        ("two", 24, "One two three four five…"),
        ("zebra", 24, "One two three four five…"),
        ("pump", 28, "…seven eight pumps nine ten…"),
        ("fourteen", 40, "…twelve thirteen fourteen"),
    ],
)
def test_a_long_text_is_cut_between_words_about_the_first_that_is_wanted(wanted, most, told):
    assert excerpt(LONG, set(stems(wanted)), most=most) == told
    assert len(told) <= most + 2 or told == LONG


def test_a_text_without_a_space_is_cut_all_the_same():
    assert excerpt("x" * 50, set(), most=20) == "x" * 20 + "…"
