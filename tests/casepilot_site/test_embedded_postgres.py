"""The private server, with real PostgreSQL processes in folders of their own."""

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import dj_database_url
import psycopg
import pytest

from casepilot_site import postgres_binaries
from casepilot_site.embedded_postgres import EmbeddedPostgres, ServerProblem
from casepilot_site.postgres_account import can_enter
from casepilot_site.postgres_process import locked_by

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not AS_ROOT, reason="only root starts the server as someone else")


@pytest.fixture
def folder():
    """A folder that every user may enter, unlike pytest's own temporary ones."""
    with tempfile.TemporaryDirectory(prefix="casepilot-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def make_server(folder):
    """Makes views of a server as different processes have them; all are stopped at the end."""
    made = []

    def make(var="var"):
        server = EmbeddedPostgres(folder / var, system_folder=folder / "system")
        made.append(server)
        return server

    yield make
    for server in made:
        server.leave()
        server.stop()
        if not server.socket_folder.is_relative_to(folder):
            shutil.rmtree(server.socket_folder, ignore_errors=True)


def ask(server, query):
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchone()[0] if cursor.description else None


@pytest.fixture
def start_script(folder):
    """Starts a Python process that has `server`, its own view of the folder's server, at hand."""
    started = []
    head = f"""
        import os, signal, sys
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from casepilot_site.embedded_postgres import EmbeddedPostgres
        folder = Path({str(folder)!r})
        server = EmbeddedPostgres(folder / "var", system_folder=folder / "system")
    """

    def start(script, python=sys.executable, **options):
        process = subprocess.Popen(
            [python, "-u", "-c", textwrap.dedent(head) + textwrap.dedent(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def finish(process):
    """The exit status and the rest of the output of a script that may be waiting for a line."""
    output, _ = process.communicate("\n", timeout=60)
    return process.returncode, output


def test_the_last_user_stops_the_server(make_server):
    first, second = make_server(), make_server()
    first.join()
    second.join()
    first.leave()
    assert ask(second, "SELECT current_database()") == "casepilot"
    second.leave()
    assert not second.is_up()


def test_a_dump_by_the_servers_own_programs_comes_back(make_server, folder):
    server, dump = make_server(), folder / "site.dump"
    server.join()
    ask(server, "CREATE TABLE kept AS SELECT 96522 AS code")

    subprocess.run([server.programs() / "pg_dump", "-Fc", "-f", dump, server.url], check=True)
    ask(server, "UPDATE kept SET code = 0")
    restore = [server.programs() / "pg_restore", "--clean", "--if-exists", "-d", server.url, dump]
    subprocess.run(restore, check=True)

    assert ask(server, "SELECT code FROM kept") == 96522


@pytest.mark.parametrize("asked", ["url", "programs"])
def test_operators_are_told_the_address_and_the_programs(asked, folder):
    command = [sys.executable, "-m", "casepilot_site.embedded_postgres", asked]
    environment = os.environ | {"VAR_DIR": str(folder / "var")}
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    assert told.returncode == 0, told.stderr
    if asked == "url":
        assert told.stdout.startswith("postgresql://app@")
    else:
        assert (Path(told.stdout.strip()) / "pg_dump").exists()


def test_another_word_is_answered_with_how_to_ask():
    command = [sys.executable, "-m", "casepilot_site.embedded_postgres", "dump"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert told.returncode == 1
    assert told.stderr.strip().endswith("casepilot_site.embedded_postgres url|programs")


def test_a_process_that_joins_twice_leaves_once(make_server):
    server = make_server()
    assert server.join()
    assert not server.join()
    server.leave()
    assert not server.is_up()


def test_committed_rows_survive_a_kill_of_the_server(make_server):
    server = make_server()
    server.join()
    ask(server, "CREATE TABLE kept AS SELECT 96522 AS code")
    os.kill(locked_by(server.data), signal.SIGKILL)
    server.join()
    assert ask(server, "SELECT code FROM kept") == 96522
    server.leave()
    assert not server.is_up()


def test_a_server_whose_user_was_killed_is_adopted(start_script, make_server):
    status, output = finish(start_script("server.join(); os.kill(os.getpid(), signal.SIGKILL)"))
    assert status == -signal.SIGKILL, output
    server = make_server()
    assert server.is_up()
    pid = locked_by(server.data)
    server.join()
    assert locked_by(server.data) == pid
    server.leave()
    assert not server.is_up()


def test_two_first_starts_at_once_share_one_server(start_script, make_server):
    script = "server.join(); print(server.is_up()); sys.stdin.readline(); server.leave()"
    both = [start_script(script) for _ in range(2)]
    assert [process.stdout.readline() for process in both] == ["True\n", "True\n"]
    for process in both:
        assert finish(process) == (0, "")
    assert not make_server().is_up()


def test_an_interrupted_creation_is_started_anew(make_server):
    server = make_server()
    unfinished = server.place / "data.unfinished"
    unfinished.mkdir(parents=True)
    server.var.chmod(0o755)
    (unfinished / "PG_VERSION").write_text("18\n")
    server.join()
    assert ask(server, "SELECT 1") == 1


@pytest.mark.parametrize(
    ("var", "is_short"),
    [("a folder with blanks/Var", True), ("x" * 120, False), ("first,second", False)],
)
def test_any_path_works(make_server, folder, var, is_short):
    server = make_server(var)
    assert server.socket_folder.is_relative_to(folder) is is_short
    server.join()
    found = server.socket_folder.stat()
    assert found.st_uid == server.account.pw_uid
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert ask(server, "SELECT 1") == 1
    parsed = dj_database_url.parse(server.url)
    assert (parsed["HOST"], parsed["NAME"]) == (str(server.socket_folder), "casepilot")


def test_a_short_socket_folder_of_a_stranger_is_refused(make_server, folder):
    server = make_server("x" * 120)
    (folder / "elsewhere").mkdir()
    server.socket_folder.symlink_to(folder / "elsewhere")
    try:
        with pytest.raises(ServerProblem, match=r"is not a folder of the user .+\. Remove it"):
            server.join()
    finally:
        server.socket_folder.unlink()


def test_a_lock_left_under_the_number_of_another_program_is_removed(make_server):
    server = make_server()
    server.join()
    server.leave()
    drop = {"user": server.account.pw_uid} if AS_ROOT else {}
    with subprocess.Popen(["sleep", "60"], **drop) as stranger:
        try:
            lock = f"{stranger.pid}\n{server.data}\n"
            (server.data / "postmaster.pid").write_text(lock)
            server.join()
            assert ask(server, "SELECT 1") == 1
        finally:
            stranger.kill()


def test_the_folders_are_closed_to_others_and_no_port_is_open(make_server):
    server = make_server()
    server.join()
    for inner in (server.data, server.socket_folder):
        assert stat.S_IMODE(inner.stat().st_mode) == 0o700
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SHOW fsync") == "on"


def test_the_text_of_the_database_is_unicode(make_server):
    server = make_server()
    server.join()
    assert ask(server, "SHOW server_encoding") == "UTF8"
    assert ask(server, "SELECT upper('é')") == "É"


def test_a_cluster_of_a_version_that_is_not_installed_is_left_alone(make_server):
    server = make_server()
    server.join()
    server.leave()
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServerProblem, match="made by PostgreSQL 9, which is not installed"):
        server.join()
    assert (server.data / "base").is_dir()


def test_an_existing_cluster_decides_which_postgres_serves_it(make_server, monkeypatch):
    candidates = postgres_binaries.installed()
    other = [binaries for binaries in candidates if binaries.major != candidates[0].major]
    if not other:
        pytest.skip("only one version of PostgreSQL is installed")
    with monkeypatch.context() as patch:
        patch.setattr(postgres_binaries, "installed", lambda: other)
        server = make_server()
        server.join()
        server.leave()
    again = make_server()
    again.join()
    assert ask(again, "SHOW server_version").startswith(str(other[0].major))


def test_no_postgres_at_all_is_a_clear_sentence(make_server, monkeypatch):
    monkeypatch.setattr(postgres_binaries, "installed", list)
    with pytest.raises(ServerProblem, match=r"No PostgreSQL found.*or set DATABASE_URL"):
        make_server().join()


@only_root
def test_a_checkout_the_server_cannot_reach_has_its_data_in_a_system_folder(make_server, folder):
    (folder / "closed").mkdir(mode=0o700)
    server = make_server("closed/var")
    assert server.place.parent == folder / "system"
    server.join()
    assert ask(server, "SELECT 1") == 1
    assert make_server("closed/var").place == server.place
    server.leave()
    # A new checkout at the same path does not get the old one's database.
    shutil.rmtree(folder / "closed")
    (folder / "closed").mkdir(mode=0o700)
    assert make_server("closed/var").place == Path(f"{server.place}-2")


@only_root
def test_data_that_can_no_longer_be_reached_is_not_replaced_by_an_empty_database(
    make_server, folder
):
    (folder / "home").mkdir()
    server = make_server("home/var")
    server.join()
    server.leave()
    (folder / "home").chmod(0o700)
    with pytest.raises(ServerProblem, match="can no longer reach"):
        make_server("home/var").join()


@only_root
def test_programs_the_server_cannot_reach_are_copied(make_server, folder, monkeypatch):
    package = next(iter(postgres_binaries.installed()))
    if "embedded_postgres" not in package.folder.parts:
        pytest.skip("the package embedded-postgres is not installed")
    closed = postgres_binaries.copy_into(folder, package).folder
    (folder / f"postgresql-{package.version}").chmod(0o700)
    hidden = postgres_binaries.Binaries(closed, package.version)
    monkeypatch.setattr(postgres_binaries, "installed", lambda: [hidden])
    server = make_server()
    server.join()
    assert ask(server, "SELECT 1") == 1
    assert [copy.name for copy in server.place.glob("postgresql-*")] == [
        f"postgresql-{package.version}"
    ]


def as_nobody():
    """Options that start a script as an ordinary user; the test is skipped where it can't be."""
    nobody = pwd.getpwnam("nobody")
    libraries = Path(psycopg.__file__).parent.parent
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (
        Path(sys.executable),
        Path("/usr/bin", version),
        Path("/usr/local/bin", version),
    ):
        folders = (ROOT, libraries, python.parent, python.resolve().parent)
        if python.exists() and all(can_enter(nobody, path) for path in folders):
            break
    else:
        pytest.skip("the user nobody cannot enter the folders of this checkout or of Python")
    return {
        "python": str(python),
        "user": nobody.pw_uid,
        "group": nobody.pw_gid,
        "extra_groups": [],
        "cwd": "/",
        "env": {"PYTHONPATH": str(libraries), "PYTHONDONTWRITEBYTECODE": "1"},
    }


@only_root
def test_an_ordinary_user_runs_a_server_that_root_may_use_as_well(
    folder, make_server, start_script
):
    options = as_nobody()
    folder.chmod(0o777)
    script = """
        import psycopg
        server.join()
        with psycopg.connect(server.url) as connection:
            print(connection.execute("SELECT current_user").fetchone()[0])
        sys.stdin.readline()
        server.leave()
    """
    process = start_script(script, **options)
    assert process.stdout.readline() == "app\n"
    server = make_server()
    assert server.account.pw_name == "nobody"
    assert ask(server, "SELECT 1") == 1
    assert finish(process) == (0, "")
    assert not server.is_up()


@only_root
def test_another_user_gets_a_clear_sentence_instead_of_the_database(make_server, start_script):
    options = as_nobody()
    with contextlib.suppress(KeyError):
        if make_server().account.pw_uid == options["user"]:
            pytest.skip("this machine has no user postgres")
    make_server().join()
    script = """
        from casepilot_site.embedded_postgres import ServerProblem
        try:
            server.join()
        except ServerProblem as problem:
            print(problem)
    """
    status, output = finish(start_script(script, **options))
    assert status == 0, output
    assert "cannot be written by the user nobody" in output
