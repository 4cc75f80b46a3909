"""A text as one line: for headers of mails, titles of feeds and words from an address."""


def one_line(text: str) -> str:
    """The words with one space between each. Whatever cannot be printed counts as a space: line
    breaks end a header early, and neither XML nor PostgreSQL takes every control character.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
