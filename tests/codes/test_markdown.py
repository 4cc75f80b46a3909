"""Editors' Markdown to HTML: what it can say, and that nothing in it can run."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from codes.markdown import is_allowed_link, to_html


class Elements(HTMLParser):
    """The elements of a piece of HTML with their attributes, as a browser would build them."""

    def __init__(self, html: str):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.found}

    @property
    def attribute_names(self) -> set[str]:
        return {name for _, attributes in self.found for name in attributes}

    @property
    def links(self) -> list[str]:
        return [attributes.get("href") for tag, attributes in self.found if tag == "a"]


ATTACKS = [
    "<script>alert(1)</script>",
    "a <ScRiPt src=//evil.example/x.js></sCrIpT> b",
    '<img src="x" onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    "<svg><script>alert&#40;1)</script></svg>",
    '<a href="javascript:alert(1)">x</a>',
    '<iframe src="https://evil.example"></iframe>',
    '<div style="background:url(javascript:alert(1))">x</div>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x09;script:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\\javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](//evil.example/)",
    "[x](/\\evil.example/)",
    "[x](\\\\evil.example/)",
    "[x](http:evil.example)",
    "<javascript:alert(1)>",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    "![x](https://evil.example/pixel.png)",
    "[![x](data:image/png;base64,AAAA)](javascript:alert(1))",
    '![" onerror="alert(1)](x)',
    '[x](/a "\\" onmouseover=\\"alert(1)")',
    "```<script>\nalert(1)\n```",
    "```js onload=alert(1)\nx\n```",
    "`<img src=x onerror=alert(1)>`",
    '| <script>alert(1)</script> | " onload="x |\n|---|---|\n| [x](javascript:alert(1)) | y |',
    "> - [x](javascript:alert(1))\n>   ![y](data:image/png;base64,AAAA)",
    "> > - 1. **[*x*](javascript:alert(1))** <img src=x onerror=alert(1)>",
    "# <script>alert(1)</script>",
    "<!-- --><script>alert(1)</script>",
    "<p\x00onclick=alert(1)>",
    '[x](#" onclick="alert(1))',
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_in_a_text_can_run_or_load(attack):
    elements = Elements(to_html(attack))
    assert not elements.tags & {"script", "img", "svg", "iframe", "style", "math", "object", "form"}
    assert not {name for name in elements.attribute_names if name.startswith("on")}
    assert not elements.attribute_names & {"style", "src", "srcset", "id"}
    assert all(is_allowed_link(link) for link in elements.links)
    assert not [link for link in elements.links if "script:" in link or urlsplit(link).netloc]


def test_the_words_of_a_forbidden_link_and_of_an_image_stay():
    html = to_html("Read [the manual](javascript:alert(1)) and ![the *drawing*](/x.png).")
    assert html == "<p>Read the manual and the drawing.</p>"


@pytest.mark.parametrize(
    "address",
    ["/codes/cpt/96522/", "/", "#ncci-edits", "https://www.cms.gov/x?a=1", "mailto:a@b.example"],
)
def test_links_within_the_site_to_the_web_and_to_mail_are_kept(address):
    assert Elements(to_html(f"[x]({address})")).links == [address]


def test_only_links_to_other_hosts_tell_crawlers_not_to_follow():
    outside, inside = to_html("[x](https://a.example)"), to_html("[x](/codes/)")
    assert 'rel="nofollow noopener"' in outside
    assert "rel" not in inside


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("# A\n\n## B\n\n### C", ["h3", "h4", "h5"]),
        ("## A\n\n### B", ["h3", "h4"]),
        ("### A\n\n#### B", ["h3", "h4"]),
        ("# A\n\n###### B", ["h3", "h6"]),
    ],
)
def test_headings_begin_at_the_third_level(text, tags):
    assert [tag for tag, _ in Elements(to_html(text)).found] == tags


def test_a_table_names_its_columns_and_scrolls_by_itself():
    html = to_html("| Denial | Count |\n|:--|--:|\n| Units & *more* | 2 |")
    assert '<div class="table-region" role="region" aria-label="Table: Denial, Count"' in html
    assert '<th scope="col">Denial</th>' in html
    assert '<th class="figure" scope="col">Count</th>' in html
    assert "<td>Units &amp; <em>more</em></td>" in html
    assert "style" not in html


def test_lists_emphasis_quotes_and_code_are_rendered():
    html = to_html("1. **a**\n2. *b*\n\n> c\n\n`d`")
    for part in ("<ol>", "<strong>a</strong>", "<em>b</em>", "<blockquote>", "<code>d</code>"):
        assert part in html


def test_characters_of_html_are_shown_as_they_are():
    assert to_html("5 < 6 & 7 > 2") == "<p>5 &lt; 6 &amp; 7 &gt; 2</p>"


def test_an_empty_text_renders_as_nothing():
    assert to_html("") == to_html(" \n\n ") == ""


def test_deeply_nested_and_long_texts_are_rendered_whole():
    assert "x" in to_html("> " * 30 + "x")
    assert "last" in to_html("[" * 5000 + "last")
    assert to_html("word " * 6000).count("word") == 6000
