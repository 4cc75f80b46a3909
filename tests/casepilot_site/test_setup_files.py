"""The files that set the site up say what the code does: settings, commands, locks."""

import ast
import importlib.util
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parents[2]
READERS = {"text", "number", "switch", "words", "path"}
NAMES_OF_SWITCHES = {True: "yes", False: "no"}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def program_files():
    folders = [path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()]
    for folder in sorted(set(folders) - {"tests", "benchmarks"}):
        yield from sorted((ROOT / folder).rglob("*.py"))
    yield from (ROOT / "manage.py", ROOT / "gunicorn.conf.py")


def settings_read():
    """Each variable the program reads through env.py, with its default where it is a literal."""
    found = {}
    for file in program_files():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called, first = node.func, node.args[0]
            through_env = (
                isinstance(called, ast.Attribute)
                and isinstance(called.value, ast.Name)
                and called.value.id == "env"
                and called.attr in READERS
            ) or (file.name == "env.py" and isinstance(called, ast.Name) and called.id in READERS)
            if through_env and isinstance(first, ast.Constant):
                defaults = found.setdefault(first.value, set())
                if len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                    default = node.args[1].value
                    is_switch = isinstance(default, bool)
                    defaults.add(NAMES_OF_SWITCHES[default] if is_switch else str(default))
    return found


def settings_told():
    """Each variable of .env.example with the value shown."""
    return dict(re.findall(r"^#?([A-Z][A-Z_0-9]*)=(.*)$", read(".env.example"), re.MULTILINE))


def settings_of_compose():
    return set(re.findall(r"\$\{([A-Z_]+)", read("compose.yaml")))


def test_every_setting_is_told_in_the_example():
    assert sorted(settings_read().keys() | settings_of_compose()) == sorted(settings_told())


def test_the_example_shows_the_defaults_that_the_program_has():
    told = settings_told()
    wrong = {
        name: (told[name], defaults)
        for name, defaults in settings_read().items()
        if defaults and "" not in defaults and told[name] not in defaults
    }
    assert wrong == {}


def test_each_setting_in_the_example_is_explained():
    lines = read(".env.example").splitlines()
    assigned = [number for number, line in enumerate(lines) if re.match(r"#?[A-Z_0-9]+=", line)]
    for number in assigned:
        before = lines[number - 1]
        assert before.startswith("# ") or number - 1 in assigned, lines[number]


def test_settings_are_read_through_one_module_alone():
    """So that the tests above miss none. What a shell tells of itself is no setting of ours."""
    found = {
        name
        for file in program_files()
        if file.name != "env.py"
        for name in re.findall(r"os\.(?:environ\.get\(|environ\[|getenv\()\"(\w+)", read(file))
    }
    assert found <= {"HOME", "LOGNAME", "PATH", "SUDO_USER", "USER"}


def test_an_example_taken_as_it_is_changes_nothing():
    lines = read(".env.example").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def commands():
    """The command lines, as lists of words, that the set-up files have."""
    for line in read("Procfile").splitlines():
        yield line.partition(": ")[2].split()
    for line in re.findall(r"^\s+command: (\[.+\])$", read("compose.yaml"), re.MULTILINE):
        yield json.loads(line)
    for line in re.findall(r"^CMD (\[.+\])$", read("Dockerfile"), re.MULTILINE):
        yield json.loads(line)
    for line in re.findall(r"python (manage\.py [\w -]+?) [\\&]", read("Dockerfile")):
        yield ["python", *line.split()]
    for line in re.findall(r"\.venv/bin/(python .+)$", read("Makefile"), re.MULTILINE):
        if "$" not in line:
            yield line.split()


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_in_the_set_up_files_exists(words):
    assert words[0] == "python"
    if words[1] == "-m":
        assert importlib.util.find_spec(words[2]) is not None
    else:
        assert words[1] == "manage.py"
        command = load_command_class(get_commands()[words[2]], words[2])
        command.create_parser("manage.py", words[2]).parse_args(words[3:])


def test_the_set_up_files_name_enough_commands_to_be_worth_checking():
    names = [" ".join(words[1:3]) for words in commands()]
    assert {"-m gunicorn", "manage.py procrastinate", "manage.py collectstatic"} <= set(names)


def test_files_that_the_image_copies_exist():
    copied = re.findall(r"^COPY (.+) \S+$", read("Dockerfile"), re.MULTILINE)
    assert copied
    assert all((ROOT / name).exists() for line in copied for name in line.split())


@pytest.mark.parametrize("name", [".gitignore", ".dockerignore"])
def test_what_belongs_to_one_machine_stays_on_it(name):
    lines = {line.strip("/") for line in read(name).splitlines()}
    assert {"var", ".venv", ".env", "node_modules"} <= lines


def locked(name):
    """The packages of a lock: name to version and number of hashes."""
    text = read(name).replace("\\\n", " ")
    return {
        found[1]: (found[2], line.count("--hash=sha256:"))
        for line in text.splitlines()
        if (found := re.match(r"([\w.-]+)==(\S+)", line))
    }


def test_locks_have_hashes_and_name_no_host():
    for name in ("requirements.txt", "requirements-dev.txt"):
        packages = locked(name)
        assert packages
        assert all(hashes for _, hashes in packages.values())
        assert "://" not in read(name)


def test_development_runs_the_versions_that_production_does():
    running, developing = locked("requirements.txt"), locked("requirements-dev.txt")
    assert {name: developing.get(name) for name in running} == running


@pytest.mark.parametrize("file", [".ci/run", "install.sh", "manage.py"])
def test_scripts_can_be_started(file):
    assert os.access(ROOT / file, os.X_OK)


@pytest.mark.parametrize("shell", [["bash", "-n", ".ci/run"], ["sh", "-n", "install.sh"]])
def test_shell_scripts_have_no_syntax_error(shell):
    subprocess.run(shell, cwd=ROOT, check=True)


def test_make_alone_tells_its_targets():
    told = subprocess.run(["make", "-s"], cwd=ROOT, check=True, capture_output=True, text=True)
    for target in ("run", "test", "bench"):
        assert f"make {target} " in told.stdout


def test_each_decision_is_listed_and_those_that_code_names_exist():
    folder = ROOT / "docs" / "decisions"
    files = {int(file.name[:4]): file for file in folder.glob("0*.md")}
    listed = dict(re.findall(r"\[(\d+)\]\((\S+\.md)\)", (folder / "README.md").read_text()))
    texts = [file.read_text(encoding="utf-8") for file in [*program_files(), *folder.glob("*.md")]]
    named = {int(each) for text in texts for each in re.findall(r"\bdecision (\d+)\b", text)}

    assert {int(number): name for number, name in listed.items()} == {
        number: file.name for number, file in files.items()
    }
    assert len(named) > 4 and named <= set(files)
    for number, file in files.items():
        text = file.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. ") and len(text.splitlines()) <= 50, file.name
