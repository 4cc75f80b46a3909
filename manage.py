#!/usr/bin/env python
"""Django's commands. The embedded database runs while a command that uses it does."""

import os
import signal
import sys

WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "sendtestemail",
    "startapp",
    "startproject",
    "version",
}


def uses_database(words):
    """Whether the command line `words`, without the program's name, needs the database."""
    if not words or {"-h", "--help", "--version"} & set(words):
        return False
    if words[0] == "check":
        return any(word.startswith("--database") for word in words)
    return words[0] not in WITHOUT_DATABASE


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casepilot_site.settings")
    # A command that is told to end undoes its transaction and leaves the database in order.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db.utils import OperationalError
    except ImportError:
        return "Django is not installed in this Python; use .venv/bin/python, which `make` makes."
    try:
        from casepilot_site import embedded_postgres
    except ImproperlyConfigured as error:
        return f"{error}"
    try:
        if embedded_postgres.is_wanted() and uses_database(sys.argv[1:]):
            embedded_postgres.ensure_running()
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, embedded_postgres.ServerProblem) as error:
        return f"{error}"
    except OperationalError as error:
        if "--traceback" in sys.argv or not str(error).startswith("connection"):
            raise
        return f"The database does not answer: {str(error).splitlines()[0]}"
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


if __name__ == "__main__":
    sys.exit(main())
