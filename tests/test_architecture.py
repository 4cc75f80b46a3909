"""The directions in which imports may point, read from the code itself (docs: README's map)."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OUR_APPS = ("accounts", "codes", "search", "assistant", "consultant", "careers", "casepilot_site")

# What a part may import of ours, besides itself. The longest matching name decides.
ALLOWED = {
    "accounts": (),
    "codes.models": (),
    "codes.queries": ("codes.models",),
    "codes.importers": ("codes.models",),
    "codes.sections": ("codes.models", "codes.queries", "accounts"),
    "codes.csv_download": (),
    "codes.views": ("codes", "accounts"),
    "codes": ("codes", "accounts"),
    "search": ("codes.models", "codes.queries", "codes.csv_download", "accounts"),
    "assistant": ("codes.queries", "search", "accounts"),
    # Drafts become working copies by the editors' own action, so that history and log hold them.
    "assistant.drafts": (
        "assistant",
        "codes.actions.editorial",
        "codes.models",
        "codes.queries",
        "accounts",
    ),
    "consultant": ("assistant", "accounts"),
    "careers": ("accounts",),
    "casepilot_site": ("*",),
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "misc", "manager", "handler"}


def our_modules() -> list[Path]:
    return [
        file
        for app in OUR_APPS
        for file in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in file.parts
    ]


def module_name(file: Path) -> str:
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def imported_names(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] in OUR_APPS}


def begins(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def is_allowed(importer: str, imported: str) -> bool:
    part = max((part for part in ALLOWED if begins(importer, part)), key=len)
    return any(allowed == "*" or begins(imported, allowed) for allowed in (part, *ALLOWED[part]))


# Parsed once, while tests are collected: no other test's state can be in the way.
IMPORTS = {module_name(file): imported_names(file) for file in our_modules()}


@pytest.mark.parametrize("module", IMPORTS)
def test_imports_point_only_where_they_may(module):
    wrong = [name for name in IMPORTS[module] if not is_allowed(module, name)]
    assert not wrong, f"{module} may not import {', '.join(wrong)}"


@pytest.mark.parametrize("module", IMPORTS)
def test_nobody_imports_the_views_of_another_app(module):
    app = module.split(".")[0]
    wrong = [
        name
        for name in IMPORTS[module]
        if re.match(r"\w+\.views\b", name) and name.split(".")[0] != app
    ]
    assert app == "casepilot_site" or not wrong


def test_a_module_is_named_for_what_it_holds():
    assert not [file for file in our_modules() if file.stem in FORBIDDEN_NAMES]


def test_a_module_that_grew_long_became_a_package():
    too_long = {
        module_name(file): lines
        for file in our_modules()
        if (lines := len(file.read_text().splitlines())) > 480
    }
    assert not too_long


def test_no_signal_joins_our_apps():
    assert not [file for file in our_modules() if "django.dispatch" in file.read_text()]
