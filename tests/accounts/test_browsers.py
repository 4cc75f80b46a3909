"""Browsers by their names, on the page of one's sessions."""

import pytest

from accounts.templatetags.browsers import browser_name

KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KHTML} Chrome/141.0.0.0 Safari/537.36",
            "Chrome 141 on Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {KHTML} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.1",
            "Edge 141 on Windows",
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/18.5 Safari/605.1.15",
            "Safari 18 on Mac",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {APPLE} Version/18.5 "
            "Mobile/15E148 Safari/604.1",
            "Safari 18 on iPhone",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {KHTML} Chrome/141.0.0.0 Mobile Safari/537.36",
            "Chrome 141 on Android",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox 140 on Linux",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown"),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_browser_is_named_as_its_owner_calls_it(header, name):
    assert browser_name(header) == name
