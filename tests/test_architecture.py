"""The shape of the code: what every file of ours promises, whoever wrote it."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command, get_commands
from importlinter.cli import lint_imports

from launch.checks import REGISTRY_HOSTS, tracked_files

ROOT = Path(__file__).parents[1]
LINES_MAX = 350  # "about 300": then it becomes a folder, split by noun
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))
PACKAGES = PYPROJECT["tool"]["importlinter"]["root_packages"]
NOT_LAYERED = {"launch", "bench", "tests"}  # starts the program, measures it, tests it: nothing imports them


def python_files(*, packages: list[str] | None = None) -> list[Path]:
    """Our Python files without migrations, of all packages or of these."""
    return [
        ROOT / name
        for name in tracked_files()
        if name.endswith(".py") and "/migrations/" not in name and (packages is None or name.split("/")[0] in packages)
    ]


def test_imports_run_one_way_and_the_domain_knows_no_framework() -> None:
    assert lint_imports(no_cache=True, no_logo=True) == 0


def test_every_package_has_its_place_in_the_layers() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    layers = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    assert packages - NOT_LAYERED == set(PACKAGES)
    assert {name.strip() for layer in layers for name in layer.split("|")} == set(PACKAGES)


def test_every_package_says_its_job() -> None:
    silent = [
        path.relative_to(ROOT)
        for path in python_files(packages=[*PACKAGES, "launch", "bench"])
        if path.name == "__init__.py"
        and not {"management", "commands"} & set(path.parts)
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf8")))
    ]
    assert silent == []


def test_no_file_is_called_utils_and_none_is_too_long() -> None:
    files = python_files(packages=[*PACKAGES, "launch", "bench"])
    assert [path for path in files if re.search(r"(utils?|helpers?|common|misc|part\d)$", path.stem)] == []
    assert [path for path in files if len(path.read_text(encoding="utf8").splitlines()) > LINES_MAX] == []


def test_what_happens_is_called_not_signalled() -> None:
    heard = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in python_files(packages=PACKAGES)
        for name in imported_names(path=path)
        if name.startswith(("django.db.models.signals", "django.dispatch"))
    ]
    assert heard == []


def test_models_neither_order_themselves_nor_act_when_saved() -> None:
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]
    assert ours
    assert [model for model in ours if model._meta.ordering] == []
    assert [model for model in ours if {"save", "delete"} & set(vars(model))] == []


@pytest.mark.django_db
def test_the_migrations_are_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_run_py_needs_nothing_but_python() -> None:
    allowed = set(sys.stdlib_module_names) | {"launch"}
    for path in [
        ROOT / "run.py",
        ROOT / "config/__init__.py",
        ROOT / "config/env.py",
        ROOT / "lib/__init__.py",
        ROOT / "lib/ports.py",
        *python_files(packages=["launch"]),
    ]:
        foreign = {name for name in imported_names(path=path) if name.split(".")[0] not in allowed}
        assert foreign <= {"config.env", "lib.ports"}, path


def test_run_py_tells_an_old_python_that_it_is_old() -> None:
    source = (ROOT / "run.py").read_text(encoding="utf8")
    ast.parse(source, feature_version=(3, 7))  # a syntax error would be all that it says
    assert source.index("version_info") < source.index("from launch")


def test_both_locks_hold_the_same_versions_with_their_hashes() -> None:
    run, develop = (pins(path=ROOT / name) for name in ("requirements.txt", "requirements-dev.txt"))
    assert run
    assert run.items() <= develop.items()
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf8")
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", text.strip()))


def test_no_file_names_a_package_registry() -> None:
    named = [
        (name, host)
        for name in tracked_files()
        for host in REGISTRY_HOSTS
        if host.encode() in (ROOT / name).read_bytes()
    ]
    assert named == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/operations.md"])
def test_the_commands_that_we_tell_people_to_type_exist(name: str) -> None:
    path = ROOT / name
    text = path.read_text(encoding="utf8") if path.is_file() else ""
    assert text, f"{name} is missing"
    told = set(re.findall(r"run\.py ([a-z]+)", text))
    known = subprocess.run([sys.executable, ROOT / "run.py", "--help"], capture_output=True, text=True, check=True)
    assert told <= set(re.findall(r"^    ([a-z]+)", known.stdout, flags=re.MULTILINE))
    told_manage = set(re.findall(r"(?:run\.py manage|manage\.py) ([a-z_]+)", text))
    assert told_manage <= set(get_commands()) | {"help"}


def imported_names(*, path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (
                f"{node.module}.{alias.name}" if node.module == "config" else str(node.module) for alias in node.names
            )


def pins(*, path: Path) -> dict[str, str]:
    """What a lock pins, with the versions. A package may have two, for different Pythons."""
    found = re.findall(
        r"^([A-Za-z0-9_.\[\],-]+)==(\S+)(.*?) ?\\?$", path.read_text(encoding="utf8"), flags=re.MULTILINE
    )
    return {f"{name}{marker.strip()}": version for name, version, marker in found}
