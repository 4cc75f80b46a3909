"""The browser that the tests drive, and the watch on its pages."""

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
OPTIONS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
LONGEST_WAIT = 10_000  # milliseconds
# What a page shows without asking any host for it.
LOCAL_SCHEMES = {"about", "blob", "data"}


def watch(page, base_url) -> list[str]:
    """A list that grows with every sentence about something that goes wrong in the page.

    That is an error in the console (which a breach of the content security policy is too), a
    script that fails, anything asked of another host, and anything the page asks for in vain.
    """
    problems = []
    home = urlsplit(base_url).netloc
    page.set_default_timeout(LONGEST_WAIT)

    def on_console(message):
        # A page may itself be a 404; what it asks for may not, which on_response sees.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            problems.append(f"{page.url}: the console says: {message.text}")

    def on_request(request):
        address = urlsplit(request.url)
        if address.scheme not in LOCAL_SCHEMES and address.netloc != home:
            problems.append(f"{page.url} asks another host: {request.url}")

    def on_response(response):
        if response.status >= 400 and not response.request.is_navigation_request():
            problems.append(f"{page.url} gets {response.status} for {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on("request", on_request)
    page.on("response", on_response)
    return problems
