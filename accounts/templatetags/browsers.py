"""The browser and the system that a User-Agent header names, in words its owner knows."""

import re

from django import template

register = template.Library()

# In this order: most browsers also name the ones they descend from.
_BROWSERS = [
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Headless)?(?:Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* (?:Mobile/\S+ )?Safari/"),
]
_SYSTEMS = [
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("Mac", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
]
MOST_CHARACTERS = 120  # of a header that names none of them


@register.filter
def browser_name(user_agent: str) -> str:
    """Like "Firefox 140 on Windows"; the header itself where it names no browser known here."""
    browser = next(
        (
            f"{name} {found[1]}"
            for name, form in _BROWSERS
            if (found := re.search(form, user_agent))
        ),
        "",
    )
    if not browser:
        return user_agent[:MOST_CHARACTERS] or "Unknown"
    system = next((name for name, form in _SYSTEMS if re.search(form, user_agent)), "")
    return f"{browser} on {system}" if system else browser
