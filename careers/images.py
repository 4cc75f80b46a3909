"""Logos: an image is decoded and drawn anew, so that nothing but its pixels is kept."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 320
FORMATS = ("PNG", "JPEG", "WEBP")


class ImageError(ValueError):
    """A file that is not an image that may be shown; the text says what was expected."""


@dataclass(frozen=True)
class Logo:
    png: bytes
    width: int
    height: int


def read_logo(content: bytes) -> Logo:
    """The image as PNG, at most 320 pixels wide or high. Raises ImageError."""
    if len(content) > MOST_BYTES:
        raise ImageError("The image is larger than 2 MB. Save it smaller and try again.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            if image.width * image.height > MOST_PIXELS:
                raise ImageError("The image has too many pixels. Save it smaller and try again.")
            image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning) as error:
        if isinstance(error, ImageError):
            raise
        raise ImageError("The file is not a PNG, JPEG or WebP image.") from None
    image = ImageOps.exif_transpose(image).convert("RGBA")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn = io.BytesIO()
    image.save(drawn, "PNG", optimize=True)
    return Logo(drawn.getvalue(), image.width, image.height)
