"""A private PostgreSQL under var/postgres for a checkout where DATABASE_URL is unset.

It listens on a socket in a folder of mode 0700 and on no port; only the user it runs as and root
may connect. Several processes of one checkout share it: each holds a shared lock while it uses
the server, and the one that leaves last stops it. A process that is killed leaves a running
server, which the next one adopts; a server that is killed recovers when it is started again.

PostgreSQL refuses to run as root. For root it runs as the owner of the existing data, else as
postgres, else as nobody. Where that user cannot reach the checkout (below a home folder of mode
0700, say) the data lies in /var/lib/casepilot-<hash of the path>, and the file
var/postgres/elsewhere says so.
"""

import atexit
import contextlib
import fcntl
import hashlib
import itertools
import logging
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

from casepilot_site import env, postgres_binaries, postgres_process
from casepilot_site.postgres_account import NoAccount, account_for, can_enter

logger = logging.getLogger(__name__)

DATABASE = "casepilot"
ROLE = "app"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103  # bytes; Linux takes 107, macOS 103
LARGEST_LOG = 5_000_000  # bytes
RECOVERY_SECONDS = 600
STOP_SECONDS = 30


class ServerProblem(Exception):
    """The embedded server cannot be used; the text is a sentence for the person who started it."""


def is_wanted():
    """Whether this site uses the embedded server: DATABASE_URL is unset."""
    return not env.text("DATABASE_URL")


def database_url():
    """The address of the embedded database; works out where it is or will be, starts nothing."""
    return EmbeddedPostgres().url


def ensure_running():
    """Start the server unless it is up and keep it until this process ends."""
    server = _of_this_process()
    if server.join():
        atexit.register(server.leave)


@contextlib.contextmanager
def running():
    """Keep the server up for the length of a `with` block; the value is the database's URL."""
    server = _of_this_process()
    joined = server.join()
    try:
        yield server.url
    finally:
        if joined:
            server.leave()


_server = None
# Servers started here, some of which outlive the object that started them.
_launched = []


@atexit.register
def _note_what_ended():
    """Python warns at its end of processes that it believes to run; some serve others by then."""
    for process in _launched:
        if process.poll() is None:
            process.returncode = 0


def _of_this_process():
    global _server
    if _server is None:
        _server = EmbeddedPostgres()
    return _server


class EmbeddedPostgres:
    """The server whose data belongs to the folder `var`, seen from one process."""

    def __init__(self, var=None, system_folder=Path("/var/lib")):
        self.var = Path(var or env.var_folder()).resolve()
        self.home = self.var / "postgres"
        self.system_folder = system_folder
        self.place = self._find_place()
        self.data = self.place / "data"
        self.log = self.place / "server.log"
        self.account = self._account(self.data)
        self.socket_folder = self.place / "socket"
        path = self.socket_folder / SOCKET_NAME
        # libpq takes a comma in a host for the end of one of several hosts.
        if len(os.fsencode(path)) > LONGEST_SOCKET_PATH or "," in str(path):
            self.socket_folder = Path(f"/tmp/casepilot-{_hash(self.place)}")  # noqa: S108 owner checked
        self._users = None
        self._process = None
        self._joined_by = None

    @property
    def url(self):
        # Readers of such addresses take the host in lower case: capitals are written as %41.
        host = "".join(
            f"%{ord(letter):02X}" if letter.isascii() and letter.isupper() else quote(letter, "")
            for letter in str(self.socket_folder)
        )
        return f"postgresql://{ROLE}@{host}/{DATABASE}"

    def programs(self):
        """The folder of pg_dump, psql and the like in the version of the server."""
        return self._binaries().folder / "bin"

    # What processes ask for

    def join(self):
        """Use the server, starting it unless it answers; False when this process did already."""
        with self._starting():
            if not self.is_up():
                self._start()
            if self._users is not None and self._joined_by == os.getpid():
                return False
            self._users = (self.home / "users.lock").open("a")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self._joined_by = os.getpid()
            return True

    def leave(self):
        """Stop using the server, and stop it when no other process uses it."""
        if self._users is None or self._joined_by != os.getpid():
            return
        try:
            with self._starting():
                try:
                    fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                self.stop()
        finally:
            self._users.close()
            self._users = None

    def is_up(self):
        return self._ping() == pq.Ping.OK

    def stop(self):
        """End the server's processes in the orderly way; returns when they are gone."""
        pid = self._postmaster()
        for ending in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if pid is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, ending)
            end = time.monotonic() + STOP_SECONDS
            while time.monotonic() < end and self._postmaster() == pid:
                time.sleep(0.02)
            pid = self._postmaster()

    # Where things are, worked out without touching anything

    def _find_place(self):
        """The folder of data, socket and log."""
        with contextlib.suppress(FileNotFoundError):
            return Path((self.home / "elsewhere").read_text(encoding="utf-8").strip())
        data = self.home / "data"
        if os.geteuid() != 0 or data.exists() or can_enter(self._account(data), self.home):
            return self.home
        # A folder left by an earlier checkout at the same path is not this checkout's database.
        names = itertools.chain([""], (f"-{count}" for count in itertools.count(2)))
        stem = f"casepilot-{_hash(self.var)}"
        return next(
            place for name in names if not (place := self.system_folder / f"{stem}{name}").exists()
        )

    @staticmethod
    def _account(data):
        try:
            return account_for(data)
        except NoAccount as problem:
            raise ServerProblem(str(problem)) from None

    # Starting

    @contextlib.contextmanager
    def _starting(self):
        """One process at a time starts or stops the server."""
        try:
            with contextlib.suppress(FileExistsError):  # another process may just be making it
                self.var.mkdir(parents=True)
                self.var.chmod(0o711)  # passable for the server's user whatever the umask
            self.home.mkdir(exist_ok=True)
            lock = (self.home / "start.lock").open("a")
        except PermissionError as error:
            raise ServerProblem(
                f"{error.filename} cannot be written by the user "
                f"{pwd.getpwuid(os.geteuid()).pw_name}; start as the folder's owner."
            ) from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _binaries(self):
        try:
            return postgres_binaries.choose(self._cluster_version())
        except postgres_binaries.NoPostgres as problem:
            raise ServerProblem(str(problem)) from None

    def _start(self):
        self._prepare_folders()
        binaries = self._binaries()
        if not can_enter(self.account, binaries.folder):
            binaries = postgres_binaries.copy_into(self.place, binaries)
        if self._cluster_version() is None:
            self._create_cluster(binaries)
        self._write_access_rules()
        self._wait_for_an_earlier_server()
        if not self.is_up():
            self._launch(binaries)
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not connection.execute(query, [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _prepare_folders(self):
        self.place.mkdir(parents=True, exist_ok=True)
        if self.place != self.home:
            (self.home / "elsewhere").write_text(f"{self.place}\n", encoding="utf-8")
        if os.geteuid() == 0:
            self.place.chmod(0o711)
        if not can_enter(self.account, self.place):
            raise ServerProblem(
                f"The database lies in {self.place}, which the user {self.account.pw_name} can no "
                "longer reach. Give that user passage to every folder of the path again "
                "(chmod o+x), or move the checkout back to where it was."
            )
        try:
            self.socket_folder.mkdir(mode=0o700)
            os.chown(self.socket_folder, self.account.pw_uid, self.account.pw_gid)
        except FileExistsError:
            found = self.socket_folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.account.pw_uid:
                raise ServerProblem(
                    f"{self.socket_folder}, where the database's socket belongs, is not a folder "
                    f"of the user {self.account.pw_name}. Remove it and start again."
                ) from None
        self.socket_folder.chmod(0o700)

    def _cluster_version(self):
        try:
            return int((self.data / "PG_VERSION").read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        except PermissionError:
            raise ServerProblem(
                f"The database in {self.data} belongs to the user {self.data.owner()}; start as "
                "that user or as root."
            ) from None

    def _create_cluster(self, binaries):
        """Make the data folder; an interrupted attempt leaves no half-made one behind."""
        logger.info("Creating the database in %s", self.data)
        unfinished = self.place / "data.unfinished"
        # lc_collate C.UTF-8 is not known everywhere; C always is.
        for locale in ("C.UTF-8", "C"):
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=0o700)
            os.chown(unfinished, self.account.pw_uid, self.account.pw_gid)
            command = [binaries.program("initdb"), "-D", str(unfinished), "-U", ROLE]
            command += ["--encoding=UTF8", f"--locale={locale}", "--text-search-config=english"]
            command += ["--auth-local=peer", "--auth-host=reject"]
            if binaries.major >= 17:
                command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if self._as_server_user(command).wait() == 0:
                unfinished.rename(self.data)
                return
        raise ServerProblem(f"The database could not be created. {self._last_words()}")

    def _write_access_rules(self):
        names = dict.fromkeys([self.account.pw_name, "root"])
        (self.place / "pg_hba.conf").write_text("local all all peer map=app\n", encoding="utf-8")
        (self.place / "pg_ident.conf").write_text(
            "".join(f'app "{name}" {ROLE}\n' for name in names), encoding="utf-8"
        )
        for name in ("pg_hba.conf", "pg_ident.conf"):
            (self.place / name).chmod(0o644)

    def _wait_for_an_earlier_server(self):
        """Let a server that is starting or stopping finish; stop one that can't be reached."""
        unreachable_since = time.monotonic()
        end = unreachable_since + RECOVERY_SECONDS
        while self._postmaster() is not None and time.monotonic() < end:
            state = self._ping()
            if state == pq.Ping.OK:
                return
            if state == pq.Ping.REJECT:
                unreachable_since = time.monotonic()
            elif time.monotonic() - unreachable_since > 5:
                self.stop()
                return
            time.sleep(0.05)

    def _launch(self, binaries):
        """Start the server and wait until it answers.

        After a kill its remaining processes hold the shared memory for a moment, and the server
        refuses to start; hence the further attempts.
        """
        folder = str(self.socket_folder).replace('"', '""')
        command = [binaries.program("postgres"), "-D", str(self.data)]
        for setting in (
            "listen_addresses=",
            f'unix_socket_directories="{folder}"',
            "unix_socket_permissions=0700",
            f"hba_file={self.place / 'pg_hba.conf'}",
            f"ident_file={self.place / 'pg_ident.conf'}",
            "timezone=UTC",
            "log_timezone=UTC",
            "jit=off",
        ):
            command += ["-c", setting]
        for attempt in range(10):
            if attempt:
                time.sleep(1)
            postgres_process.remove_lock_of_a_stranger(
                self.data, self.socket_folder / f"{SOCKET_NAME}.lock"
            )
            self._process = self._as_server_user(command)
            _launched.append(self._process)
            end = time.monotonic() + RECOVERY_SECONDS
            while self._process.poll() is None and time.monotonic() < end:
                if self.is_up():
                    return
                time.sleep(0.02)
        raise ServerProblem(f"The database server does not start. {self._last_words()}")

    def _as_server_user(self, command):
        """Start `command` as the server's user, detached from the terminal, writing to the log."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        drop = {}
        if os.geteuid() == 0:
            drop = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        with os.fdopen(os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)) as log:
            # A pipe instead of a file would stay open in the server and hang its reader.
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
                start_new_session=True,
                umask=0o077,
                **drop,
            )

    def _last_words(self):
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        told = "\n".join(f"  {line}" for line in lines[-8:])
        return f"The end of its log {self.log}:\n{told}"

    # The server's state

    @property
    def _conninfo(self):
        return make_conninfo(
            host=str(self.socket_folder), user=ROLE, dbname="postgres", connect_timeout=5
        )

    def _ping(self):
        return pq.Ping(pq.PGconn.ping(self._conninfo.encode()))

    def _postmaster(self):
        """The process id of the living server on this data, or None."""
        if self._process is not None and self._process.poll() is None:
            return self._process.pid
        return postgres_process.living_server(self.data)


def _hash(path):
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def main():
    """`url` prints the address for pg_dump or psql, `programs` the folder where they lie in the
    server's version; those of an older PostgreSQL refuse it.
    """
    asked = {"url": lambda server: server.url, "programs": EmbeddedPostgres.programs}
    if len(sys.argv) != 2 or sys.argv[1] not in asked:
        name = Path(sys.executable).name
        return f"usage: {name} -m casepilot_site.embedded_postgres url|programs"
    try:
        print(asked[sys.argv[1]](EmbeddedPostgres()))
    except ServerProblem as problem:
        return f"{problem}"
    return 0


if __name__ == "__main__":
    sys.exit(main())
