"""Typed readers of the environment, for settings.py and the commands that start the site.

A variable that is set but empty counts as unset, so that `NAME=` in a compose file or in `.env`
means the default. Importing this module reads the file `.env` at the repository's root, if there
is one; a variable that is already in the environment wins over the file.
"""

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent

REQUIRED = object()

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)")


def text(name, default=""):
    """The variable's text. With `default=env.REQUIRED` an unset variable is an error."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is REQUIRED:
        raise ImproperlyConfigured(f"{name} must be set; .env.example says what it holds.")
    return default


def number(name, default, *, minimum=None, maximum=None):
    """The variable as a whole number; `default` is returned as it is, so it may be None."""
    value = text(name)
    if not value:
        return default
    try:
        result = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, but is {value!r}.") from None
    if minimum is not None and result < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, but is {result}.")
    if maximum is not None and result > maximum:
        raise ImproperlyConfigured(f"{name} must be at most {maximum}, but is {result}.")
    return result


def switch(name, default):
    """The variable as yes or no: 1, true, yes, on or 0, false, no, off in any case."""
    value = text(name).lower()
    if not value:
        return default
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no (1 or 0, true or false), not {value!r}.")


def words(name, default=()):
    """The variable's words as a list; commas or blanks stand between them."""
    value = text(name)
    return re.split(r"[,\s]+", value.strip(", \t\n")) if value.strip(", ") else list(default)


def path(name, default=None):
    """The variable as an absolute path; a relative one starts at the repository's root."""
    value = text(name)
    if not value:
        return default
    return ROOT / Path(value).expanduser()


def var_folder():
    """The folder of everything that changes while the site runs: VAR_DIR, else var/."""
    return path("VAR_DIR", ROOT / "var")


def read_file(file):
    """Put the `NAME=value` lines of `file` into the environment where NAME is not there yet.

    Empty lines and lines that begin with # are skipped; a value may stand in single or double
    quotes. A missing file is no error; a line of another form is an ImproperlyConfigured.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{file} cannot be read: {error}") from None
    for position, line in enumerate(lines, start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if not found:
            # The line itself is not shown: it may hold a secret.
            raise ImproperlyConfigured(f"{file}, line {position}: expected NAME=value.")
        name, value = found[1], found[2].strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        os.environ.setdefault(name, value)


read_file(ROOT / ".env")
