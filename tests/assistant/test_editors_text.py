"""An editors' text taken apart for answers."""

from assistant.editors_text import beginning, passages

HTML = (
    "<p>Of all.</p><h3>Denials</h3>"
    "<table><thead><tr><th>Denial</th><th>What helps</th></tr></thead>"
    "<tbody><tr><td>Units</td><td>One &amp; only</td></tr></tbody></table>"
    "<h3>In column two: denied</h3><p>Always.</p>"
    '<h3>Why?</h3><ul><li><strong>First</strong> <a href="/codes/cpt/96521/">96521</a>.</li></ul>'
)


def test_each_point_stands_under_its_heading():
    assert list(passages(HTML)) == [
        "Of all.",
        "Denials: Units; One & only",
        "In column two: denied. Always.",
        "Why? First 96521.",
    ]


def test_the_beginning_ends_with_a_whole_passage():
    assert beginning(HTML, 40) == ["Of all.", "Denials: Units; One & only"]
    assert beginning("<p>A sentence that is long.</p><p>B.</p>", 10) == ["A sentenc…"]
    assert beginning("", 40) == []
