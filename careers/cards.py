"""The picture of a job for social networks: 1200 by 630 pixels, title, employer, facts."""

import io
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from careers.models import Posting

WIDTH, HEIGHT, EDGE = 1200, 630, 80
MOST_KEPT = 200  # pictures of some 20 KB
FONT = Path(settings.BASE_DIR) / "static" / "fonts" / "inter-5.3.0-latin-wght-normal.woff2"
REGULAR, BOLD = 450, 700
INK, QUIET, ACCENT, PAPER = "#16202a", "#4a5a68", "#0b6e69", "#ffffff"


@dataclass(frozen=True)
class Card:
    """What the picture says, line by line."""

    head: str
    title: tuple[str, ...]
    employer: str
    facts: str
    pay: str


def card_of(posting: Posting, site_name: str) -> Card:
    """The words of a job's picture. Reads the employer and the places."""
    places = [str(place) for place in posting.locations.all()][:2]
    facts = [posting.get_workplace_display(), *places, posting.get_employment_type_display()]
    return Card(
        f"{site_name} CareerCenter",
        tuple(textwrap.wrap(posting.title, 30)[:3]),
        posting.employer.name[:52],
        " · ".join(facts)[:64],
        posting.pay_text.replace("–", " to "),
    )


@lru_cache(maxsize=MOST_KEPT)
def draw_card(card: Card) -> bytes:
    """A PNG, kept by this process: drawing takes far longer than all else of the answer."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 24, HEIGHT), fill=ACCENT)
    draw.text((EDGE, 70), card.head, font=_font(34, BOLD), fill=ACCENT)
    y = 150
    for line in card.title:
        draw.text((EDGE, y), line, font=_font(64, BOLD), fill=INK)
        y += 78
    draw.text((EDGE, y + 16), card.employer, font=_font(40), fill=QUIET)
    draw.text((EDGE, 480), card.facts, font=_font(36), fill=INK)
    draw.text((EDGE, 532), card.pay, font=_font(36), fill=INK)
    drawn = io.BytesIO()
    image.save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def _font(size: int, weight: int = REGULAR):
    """The site's own typeface; where FreeType reads no WOFF2, the one that Pillow brings."""
    try:
        font = ImageFont.truetype(FONT, size)
        font.set_variation_by_axes([weight])
    except OSError:
        return ImageFont.load_default(size)
    return font
