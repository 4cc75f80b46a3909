"""Where a ZIP code lies: the Census Bureau's internal points of its ZIP code tabulation areas.

The table is work of the United States government and in the public domain (see decision 11). It
gives degrees to two decimals, about a kilometer; post-office boxes and ZIP codes of single
buildings are not in it.
"""

import gzip
import math
import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "data" / "zip_centroids.csv.gz"
EARTH_RADIUS = 3958.8  # miles

Point = tuple[float, float]  # degrees north and east


def point_of(zip_code: str) -> Point | None:
    """The point of a five-digit ZIP code; None where the table does not list it."""
    return _points().get(zip_code[:5])


def is_zip_code(text: str) -> bool:
    """Whether the text has the form of a ZIP code, with or without the four digits after it."""
    return re.fullmatch(r"\d{5}(-\d{4})?", text) is not None


def miles_between(one: Point, other: Point) -> float:
    """The distance over the surface of the earth (haversine), in miles."""
    north, east = math.radians(other[0] - one[0]), math.radians(other[1] - one[1])
    chord = math.sin(north / 2) ** 2 + (
        math.cos(math.radians(one[0])) * math.cos(math.radians(other[0])) * math.sin(east / 2) ** 2
    )
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, chord)))


@cache
def _points() -> dict[str, Point]:
    with gzip.open(TABLE, "rt", encoding="ascii") as lines:
        parted = (line.rstrip().split(",") for line in lines)
        return {code: (float(north), float(east)) for code, north, east in parted}
