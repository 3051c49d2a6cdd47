"""What makes the suite honest: one half a database, nothing left out in silence. Its hooks are taken in by conftest.py.

- `postgres` marks what only PostgreSQL can show (locks, races, restarts): left out of the SQLite half, with a line that
  counts them, and run on the other.
- `any_database` marks what would be the same on any database though it asks one (who may do what).
- What asks no database of the half (arithmetic, processes over files of their own) and what looks through a browser is
  the same in both: where one command runs both halves (FENFEN_HALVES=both), the second leaves these and those marked
  `any_database` out and counts them.
- `--fail-on-skip` (on where CI=true) turns skips into failures; only a test whose real data are absent, or that
  opens files in a LibreOffice that is not there, may be skipped, and a line counts those too.
"""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from django.db import connection

REAL_DATA_DIR = Path(os.environ.get("FENFEN_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data")
LEFT_OUT = pytest.StashKey[int]()
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
DATA_ABSENT = "real data are absent"
OFFICE_ABSENT = "LibreOffice is not installed"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --fail-on-skip."""
    is_ci = os.environ.get("CI", "").lower() in ("1", "true")
    parser.addoption(
        "--fail-on-skip",
        action="store_true",
        default=is_ci,
        help="a skipped test is a failed one (default where CI=true)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    config.addinivalue_line("markers", "postgres: needs PostgreSQL; left out, and counted, on SQLite")
    config.addinivalue_line("markers", "any_database: the same on any database; runs in the first half only")
    config.stash[LEFT_OUT] = 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the other half is for."""
    if connection.vendor == "postgresql":
        runs_both = os.environ.get("FENFEN_HALVES") == "both"
        left_out = [item for item in items if runs_both and not asks_the_database(item=item)]
    else:
        left_out = [item for item in items if item.get_closest_marker("postgres")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
        config.stash[LEFT_OUT] = len(left_out)


def asks_the_database(*, item: pytest.Item) -> bool:
    """Whether a test may come out differently on another database."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if item.get_closest_marker("postgres"):
        return True
    if item.get_closest_marker("any_database"):
        return False
    return "browser" not in fixtures and bool(item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that prints the summary, if the tests ran side by side."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take the number from a worker: each has collected the same tests."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]
    config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure that says why."""
    report = yield
    if _is_forbidden_skip(config=item.config, report=report):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and --fail-on-skip is on: {_reason(report=report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a file that skips itself."""
    report = yield
    if _is_forbidden_skip(config=collector.config, report=report):
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped, and --fail-on-skip is on: {_reason(report=report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what did not run; pytest's own last line follows."""
    if count := config.stash[LEFT_OUT]:
        why = "ran in the other half" if connection.vendor == "postgresql" else "need PostgreSQL"
        terminalreporter.write_line(f"{count} tests {why} and were left out of this half.", yellow=True)
    absent = [report for report in terminalreporter.stats.get("skipped", ()) if DATA_ABSENT in _reason(report=report)]
    if absent:
        terminalreporter.write_line(f"{len(absent)} tests did NOT run: no real data in {REAL_DATA_DIR}.", yellow=True)
    unopened = [each for each in terminalreporter.stats.get("skipped", ()) if OFFICE_ABSENT in _reason(report=each)]
    if unopened:
        terminalreporter.write_line(f"{len(unopened)} tests did NOT run: {OFFICE_ABSENT}.", yellow=True)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the published data (../shared/data, or FENFEN_REAL_DATA); where it is absent, skips aloud."""
    if not REAL_DATA_DIR.is_dir():
        pytest.skip(f"{DATA_ABSENT}: {REAL_DATA_DIR}")
    return REAL_DATA_DIR


def _is_forbidden_skip(*, config: pytest.Config, report: pytest.TestReport | pytest.CollectReport) -> bool:
    is_expected_failure = hasattr(report, "wasxfail")
    return (
        report.outcome == "skipped"
        and not is_expected_failure
        and bool(config.getoption("--fail-on-skip"))
        and not any(reason in _reason(report=report) for reason in (DATA_ABSENT, OFFICE_ABSENT))
    )


def _reason(*, report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
