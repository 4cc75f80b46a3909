"""The user that the embedded server runs as, and which folders that user may enter."""

import contextlib
import os
import pwd
import stat


class NoAccount(Exception):
    """No user can run the server; the text says what is missing."""


def account_for(data):
    """The passwd entry of the server's user: this one, or for root the owner of the folder `data`.

    Where there is no data yet root takes postgres, else nobody.
    """
    if os.geteuid() != 0:
        try:
            return pwd.getpwuid(os.geteuid())
        except KeyError:
            raise NoAccount(
                f"The user number {os.geteuid()} has no name on this machine, which PostgreSQL "
                "needs. Set DATABASE_URL to a running server, or start as another user."
            ) from None
    with contextlib.suppress(FileNotFoundError, KeyError):
        owner = data.stat().st_uid
        if owner != 0:
            return pwd.getpwuid(owner)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoAccount(
        "PostgreSQL does not run as root, and this machine has neither a user postgres nor a "
        "user nobody. Start as an ordinary user, or set DATABASE_URL to a running server."
    )


def can_enter(account, folder):
    """Whether the user may enter `folder`; parts that do not exist yet will be made so."""
    if account.pw_uid == os.geteuid():
        return True  # it is there already, whatever group or list lets it in
    for part in (folder, *folder.parents):
        try:
            found = part.stat()
        except FileNotFoundError:
            continue
        if found.st_uid == account.pw_uid:
            allowed = found.st_mode & stat.S_IXUSR
        elif found.st_gid == account.pw_gid:
            allowed = found.st_mode & stat.S_IXGRP
        else:
            allowed = found.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True
