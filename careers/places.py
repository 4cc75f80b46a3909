"""Places as people write them, one a line: `Boise, ID 83702`."""

import re

from careers.states import state_code
from careers.zip_codes import is_zip_code

MOST_PLACES = 10
Place = tuple[str, str, str]  # city, state, ZIP code


class PlaceError(ValueError):
    """A line that is no place; the text says which and what was expected."""


def read_places(text: str) -> list[Place]:
    """The places of a text. Raises PlaceError, naming the line."""
    places = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        place = _read(line.strip())
        if place is None:
            raise PlaceError(
                f"Line {number}, “{line.strip()[:60]}”, is not a place. Write the city, a comma "
                "and the state, then the ZIP code if you like: Boise, ID 83702."
            )
        if place not in places:
            places.append(place)
    if len(places) > MOST_PLACES:
        raise PlaceError(f"{len(places)} places are too many; {MOST_PLACES} are allowed.")
    return places


def _read(line: str) -> Place | None:
    city, comma, rest = line.rpartition(",")
    if not comma:
        return None
    found = re.fullmatch(r"(.*?)\s*(\d{5}(?:-\d{4})?)?", rest.strip())
    state, zip_code = state_code(found[1]), found[2] or ""
    if not city.strip() or not state or len(city.strip()) > 80:
        return None
    if zip_code and not is_zip_code(zip_code):
        return None
    return " ".join(city.split()), state, zip_code
