"""The key that `make run` keeps, so that sessions outlive a restart."""

import os
import secrets
from pathlib import Path


def kept_secret_key(file: Path) -> str:
    """The key in `file`; written there on the first call, readable by its owner alone."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        try:
            os.link(draft, file)  # the first of two processes wins, and the key is never half there
        except FileExistsError:
            pass
        draft.unlink()
    return file.read_text().strip()
