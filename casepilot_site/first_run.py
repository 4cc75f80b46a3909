"""Bring the database and the static files to what this version of the code needs.

`make run` does it before each start; on a start with nothing to do it takes a second. On the
first one it also loads the demonstration data and creates an administrator.
"""

import fcntl
import hashlib
import os
import secrets
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command

from casepilot_site import env


def prepare():
    """Migrate, collect static files, load the demonstration data, create an administrator."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.VAR_DIR / "first_run.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        migrate()
        collect_static_files()
        load_demonstration()
        create_administrator()


def migrate():
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database")
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def collect_static_files():
    """Collect when a static file has changed since the last time."""
    stamp = settings.VAR_DIR / "static.sha256"
    state = _state_of_static_files()
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if manifest.exists() and stamp.exists() and stamp.read_text() == state:
        return
    say("Collecting the static files")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)


def _state_of_static_files():
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def load_demonstration():
    """Load the demonstration data into a database that never had a release, or an employer."""
    if not apps.get_model("codes", "Release").objects.exists():
        say("Loading the demonstration data")
        call_command("load_demonstration", verbosity=0)
        # A moment's work on so few codes, and the first search is a whole one.
        call_command("build_search_index", verbosity=0)
    if not apps.get_model("careers", "Employer").objects.exists():
        say("Loading the demonstration postings")
        call_command("load_demonstration_postings", verbosity=0)


def create_administrator():
    """Create the first administrator and print the password, which is kept nowhere else."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth import get_user_model
    from django.db import transaction

    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return
    email = env.text("ADMIN_EMAIL", "admin@localhost.localdomain")
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        user = users.create_superuser(email=email, password=password, first_name="admin")
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    say(
        "\nFirst start: an administrator was created.\n"
        f"  Log in at   {settings.SITE_URL}/admin/\n"
        f"  E-mail      {user.email}\n"
        f"  Password    {password}\n"
        "The password is shown only now; change it under /accounts/.\n"
    )


def say(text):
    print(text, flush=True)


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casepilot_site.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.db.utils import OperationalError

    try:
        django.setup()
        prepare()
    except (CommandError, ImproperlyConfigured) as error:
        return f"{error}"
    except OperationalError as error:
        if not str(error).startswith("connection"):
            raise
        return f"The database does not answer: {str(error).splitlines()[0]}"
    return 0


if __name__ == "__main__":
    sys.exit(main())
