"""`run.py test`: the suite on SQLite, then on PostgreSQL, both with a real Valkey. A half that cannot run says so."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from launch.children import Children
from launch.environment import Level, prepared_python
from launch.notices import LaunchError, notice
from launch.places import BASE_DIR, scrubbed_environment
from launch.postgresql import is_postgresql_url, start_postgresql
from launch.valkey import start_valkey

SQLITE, POSTGRESQL = "sqlite", "postgresql"
PYTEST_USAGE_ERROR, PYTEST_NO_TESTS = 4, 5
USAGE_ERROR = 2


def run_tests(*, arguments: Sequence[str], only: str | None, is_strict: bool) -> int:
    """Run pytest with `arguments` on both databases (or `only` one); the worst exit code of the two.

    A half that cannot run fails the whole where `is_strict` or CI=true says so.
    """
    python = prepared_python(level=Level.DEVELOP)
    is_ci = os.environ.get("CI", "").lower() in ("1", "true")
    with Children() as children:
        folder = Path(tempfile.mkdtemp(prefix="fenfen-test-"))
        children.remove_at_end(folder=folder)
        common = scrubbed_environment() | {"FENFEN_DEMO": "1", "REDIS_URL": start_valkey(children=children)[1]}
        halves: dict[str, dict[str, str]] = {}
        if only != POSTGRESQL:
            halves[SQLITE] = {}
        lacks_half = False
        if only != SQLITE:
            try:
                halves[POSTGRESQL] = {"DATABASE_URL": _postgresql_url(children=children)}
            except LaunchError as error:
                # Said before the first half, so that pytest's summary stays the last line.
                notice(f"PostgreSQL 这一半没有运行 THE POSTGRESQL HALF DOES NOT RUN: {error}")
                lacks_half = True
        if len(halves) > 1:
            common["FENFEN_HALVES"] = "both"
        codes = []
        for half, environment in halves.items():
            notice(f"==== {half} ====")
            (folder / half).mkdir()
            environment = common | environment | {"STATE_DIR": str(folder / half)}
            codes.append(_run_pytest(children=children, python=python, arguments=arguments, environment=environment))
            if codes[-1] == PYTEST_USAGE_ERROR:
                break
        return verdict(codes=codes, fails_anyway=lacks_half and (is_ci or is_strict))


def _postgresql_url(*, children: Children) -> str:
    given = os.environ.get("DATABASE_URL", "")
    return given if is_postgresql_url(given) else start_postgresql(children=children, is_careful=False)


def _run_pytest(*, children: Children, python: Path, arguments: Sequence[str], environment: dict[str, str]) -> int:
    # Four processes for two cores, for many tests wait for a server or a clock. `-n 0` or another number on the
    # command line wins, as the later one. Who has no test left takes one from another, so that all end together.
    command: list[str | Path] = [python, "-m", "pytest", "-n", "4", "--dist", "worksteal", *arguments]
    child = children.start(name="pytest", command=command, environment=environment, folder=BASE_DIR)
    code = child.process.wait()
    children.stop(child=child)
    return code


def verdict(*, codes: list[int], fails_anyway: bool) -> int:
    """The worst of the halves; a selection that is empty in one half only is no failure."""
    if PYTEST_USAGE_ERROR in codes:
        return USAGE_ERROR
    if any(code != PYTEST_NO_TESTS for code in codes):
        codes = [code for code in codes if code != PYTEST_NO_TESTS]
    return 1 if fails_anyway else max(codes, default=1)
