"""The picture of a job for social networks: 1200 by 630 pixels, title, employer, facts."""

import io
import textwrap
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from careers.models import Posting

WIDTH, HEIGHT, EDGE = 1200, 630, 80
FONT = Path(settings.BASE_DIR) / "static" / "fonts" / "inter-5.3.0-latin-wght-normal.woff2"
REGULAR, BOLD = 450, 700
INK, QUIET, ACCENT, PAPER = "#16202a", "#4a5a68", "#0b6e69", "#ffffff"


def draw_card(posting: Posting, site_name: str) -> bytes:
    """A PNG. Reads the employer and the places."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 24, HEIGHT), fill=ACCENT)
    draw.text((EDGE, 70), f"{site_name} CareerCenter", font=_font(34, BOLD), fill=ACCENT)
    y = 150
    for line in textwrap.wrap(posting.title, 30)[:3]:
        draw.text((EDGE, y), line, font=_font(64, BOLD), fill=INK)
        y += 78
    draw.text((EDGE, y + 16), posting.employer.name[:52], font=_font(40), fill=QUIET)
    places = [str(place) for place in posting.locations.all()][:2]
    facts = [posting.get_workplace_display(), *places, posting.get_employment_type_display()]
    draw.text((EDGE, 480), " · ".join(facts)[:64], font=_font(36), fill=INK)
    if posting.pay_text:
        draw.text((EDGE, 532), posting.pay_text.replace("–", " to "), font=_font(36), fill=INK)
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
