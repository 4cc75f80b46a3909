"""What people write as Markdown, as it is printed."""

import pytest

from accounts.markdown import to_html, to_text


def test_markup_becomes_html_and_line_breaks_stay():
    assert to_html("# One\n\n**two**\nthree") == (
        "<h3>One</h3>\n<p><strong>two</strong><br>\nthree</p>"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![a](https://example.org/pixel.png)",
        "[a](javascript:alert(1))",
        "[a](data:text/html,x)",
    ],
)
def test_nothing_in_it_runs_or_is_fetched(text):
    html = to_html(text)
    for tag in ("<script", "<img", 'href="javascript', 'href="data'):
        assert tag not in html


def test_links_within_the_site_are_whole_in_a_mail():
    text = "[96522](/codes/cpt/96522/) and [CMS](https://www.cms.gov/)"
    assert 'href="/codes/cpt/96522/"' in to_html(text)
    mailed = to_html(text, base_url="https://codes.example.org")
    assert 'href="https://codes.example.org/codes/cpt/96522/"' in mailed
    assert 'href="https://www.cms.gov/"' in mailed


def test_the_words_alone_stand_on_one_line():
    assert to_text("# One\n\n*two* & <three>") == "One two & <three>"
