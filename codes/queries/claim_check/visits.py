"""Which codes are visits, of which a procedure's global payment takes in some."""

# Office, hospital, consultation, emergency, critical care, nursing facility, home and residence;
# eye visits. Care management, prolonged services and screening visits are not among them: a
# procedure's payment includes visits (Medicare Claims Processing Manual, chapter 12, 40.1).
_RANGES = (
    ("92002", "92014"),
    ("99202", "99215"),
    ("99221", "99239"),
    ("99242", "99255"),
    ("99281", "99285"),
    ("99291", "99291"),
    ("99304", "99316"),
    ("99341", "99350"),
)


def is_visit(value: str) -> bool:
    return any(first <= value <= last for first, last in _RANGES) and len(value) == 5
