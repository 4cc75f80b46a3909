"""The date of service that a reader asked for."""

import re
from datetime import date


def read_service_date(text: str, today: date) -> tuple[date, str]:
    """The date of service in `text` (YYYY-MM-DD), and '' or a sentence saying what is wrong.

    Without a date, or with one that cannot be read, it is today.
    """
    asked = text.strip()
    if not asked:
        return today, ""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", asked, re.ASCII):
            raise ValueError
        return date.fromisoformat(asked), ""
    except ValueError:
        shown = asked.replace("\0", "")[:40]
        return today, (
            f"“{shown}” is not a date of service. A date is written as year, month and day, "
            f"e.g. {today:%Y-%m-%d}. The page shows today."
        )


def with_date(url: str, date_of_service: date | None) -> str:
    """An address that keeps the date of service; unchanged for None (today) and for ''."""
    if not url or date_of_service is None:
        return url
    return f"{url}{'&' if '?' in url else '?'}date={date_of_service:%Y-%m-%d}"
