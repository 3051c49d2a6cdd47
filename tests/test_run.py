"""run.py: what a newcomer types first. It must work on a fresh folder, say what is wrong, and leave nothing running."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launch.checks import audit_outcome
from launch.children import Children
from launch.environment import STAMP, Level, prepared_python
from launch.halves import verdict
from launch.notices import LaunchError
from launch.places import scrubbed_environment
from launch.postgresql import start_postgresql
from tests.migrated import copy_migrated

ROOT = Path(__file__).parents[1]
RUN = ROOT / "run.py"

# Starts a child that starts a grandchild, as Celery and granian do, and tells their process ids.
FAMILY = """
import sys, tempfile, time, pathlib
sys.path.insert(0, {root!r})
from launch.children import Children, stoppable
with stoppable(), Children() as children:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fenfen-family-"))
    children.remove_at_end(folder=folder)
    child = children.start(
        name="parent",
        command=["sh", "-c", "sleep 300 & echo $$ $! > pids.new; mv pids.new pids; wait"],
        environment={{"PATH": "/usr/bin:/bin"}},
        folder=folder,
    )
    while not (folder / "pids").exists():
        time.sleep(0.01)
    print(folder, (folder / "pids").read_text().strip(), flush=True)
    {ending}
"""

TELL_KEY = """
from django.conf import settings
from people.models import User
print(settings.SECRET_KEY, User.objects.count())
"""
# As if a new version had brought migrations.
FORGET = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("DELETE FROM django_migrations WHERE app = 'axes'")
"""


@pytest.fixture
def fresh(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has just cloned it: no keys, no database, an empty STATE_DIR."""
    return {**scrubbed_environment(), "FENFEN_DEMO": "", "STATE_DIR": str(tmp_path / "state")}


@pytest.fixture
def settled(fresh: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The same after a first command: there is a database, of nobody yet."""
    Path(fresh["STATE_DIR"]).mkdir()
    copy_migrated(factory=tmp_path_factory, folder=Path(fresh["STATE_DIR"]))
    return fresh


def run(*arguments: str, environment: dict[str, str], text_in: str = "") -> "subprocess.CompletedProcess[str]":
    """What `python3 run.py …` answers."""
    command: list[str | Path] = [sys.executable, RUN, *arguments]
    return subprocess.run(command, env=environment, input=text_in, capture_output=True, text=True, check=False)


def is_alive(*, pid: int) -> bool:
    """Whether a process runs (one that nobody has buried yet does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["serve", "--port", "x"],
        ["manage"],
        ["bench", "nonsense"],
        ["test", "--only", "x"],
        ["demo", "x"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], fresh: dict[str, str]) -> None:
    answer = run(*arguments, environment=fresh)
    assert answer.returncode == 2
    assert answer.stderr


def test_without_a_command_it_says_what_there_is(fresh: dict[str, str]) -> None:
    answer = run(environment=fresh)
    assert "a simulated day" in answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize("arguments", [["nosuch"], ["help", "nosuch"], ["tally", "--nosuch"]], ids=" ".join)
def test_an_unknown_management_command_or_option_is_exit_code_2(arguments: list[str], settled: dict[str, str]) -> None:
    answer = run("manage", *arguments, environment=settled)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "nosuch" in answer.stderr


def test_no_database_is_made_for_a_command_that_does_not_exist(fresh: dict[str, str]) -> None:
    run("manage", "nosuch", environment=fresh)
    assert not list(Path(fresh["STATE_DIR"]).glob("*.sqlite3"))


def test_the_first_command_makes_keys_and_database_and_the_second_finds_them(fresh: dict[str, str]) -> None:
    first = run("manage", "indicators", "--from", "2026-11-01", "--to", "2026-11-30", "--json", environment=fresh)
    assert first.returncode == 0, first.stderr
    assert isinstance(json.loads(first.stdout), list)  # one document and nothing else
    assert "migrations" in first.stderr
    keys = Path(fresh["STATE_DIR"]) / "keys"
    before = {path.name: path.read_text() for path in keys.iterdir()}
    assert set(before) == {"secret_key", "encryption_keys"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}

    count = "from people.models import User; print(User.objects.count())"
    second = run("manage", "shell", "--verbosity", "0", "-c", count, environment=fresh)
    assert (second.returncode, second.stdout, second.stderr) == (0, "0\n", "")
    assert {path.name: path.read_text() for path in keys.iterdir()} == before


def test_keys_of_the_environment_are_not_made_again(fresh: dict[str, str]) -> None:
    given = {"SECRET_KEY": "x" * 60, "ENCRYPTION_KEYS": "YW5vdGhlci1rZXktb2YtMzItYnl0ZXMtZm9yLXRlc3Q="}
    answer = run("manage", "check", environment=fresh | given)
    assert answer.returncode == 0, answer.stderr
    assert not (Path(fresh["STATE_DIR"]) / "keys").exists()


def test_two_first_commands_at_once_make_one_key_and_one_database(fresh: dict[str, str]) -> None:
    command: list[str | Path] = [sys.executable, RUN, "manage", "shell", "--verbosity", "0", "-c", TELL_KEY]
    racers = [
        subprocess.Popen(command, env=fresh, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [racer.communicate() for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0], answers
    assert len({out for out, _ in answers}) == 1
    assert sum("applying" in err for _, err in answers) == 1


def test_a_command_gets_stdin_and_gives_its_exit_code(settled: dict[str, str]) -> None:
    told = "print(6 * 7); raise SystemExit(3)"
    answer = run("manage", "shell", "--verbosity", "0", environment=settled, text_in=told)
    assert (answer.stdout, answer.returncode) == ("42\n", 3)


def test_a_wrong_database_url_is_wrong_usage(fresh: dict[str, str]) -> None:
    answer = run("manage", "tally", environment=fresh | {"DATABASE_URL": "mysql://x/y"})
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr


@pytest.mark.postgres
def test_an_empty_postgresql_is_migrated_and_one_with_data_only_by_hand(fresh: dict[str, str]) -> None:
    with Children() as children:
        fresh["DATABASE_URL"] = start_postgresql(children=children, is_careful=False)
        hello = ("manage", "shell", "--verbosity", "0", "-c", "print('hello')")
        assert run(*hello, environment=fresh).stdout == "hello\n"

        assert run("manage", "shell", "--verbosity", "0", "-c", FORGET, environment=fresh).returncode == 0
        refused = run(*hello, environment=fresh)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "run.py manage migrate" in refused.stderr


@pytest.fixture(params=["with uv", "with pip"])
def path_of_tools(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PATH with uv as it is, and without any uv."""
    if request.param == "with pip":
        monkeypatch.setenv("PATH", "/usr/bin:/bin")


@pytest.mark.usefixtures("path_of_tools")
def test_the_environment_is_made_once_and_again_when_the_lock_changes(tmp_path: Path) -> None:
    venv, lock = tmp_path / "venv", tmp_path / "requirements.txt"
    (tmp_path / "requirements-dev.txt").write_text("# another lock\n")
    lock.write_text("# an empty lock\n")

    python = prepared_python(level=Level.RUN, venv=venv, locks=tmp_path)
    assert subprocess.run(
        [python, "-c", "import sys; print(sys.prefix)"], check=True, capture_output=True, text=True
    ).stdout.strip() == str(venv)
    made_at = (venv / STAMP).stat().st_mtime_ns

    prepared_python(level=Level.RUN, venv=venv, locks=tmp_path)
    assert (venv / STAMP).stat().st_mtime_ns == made_at

    lock.write_text("# a changed lock\n")
    prepared_python(level=Level.RUN, venv=venv, locks=tmp_path)
    assert (venv / STAMP).stat().st_mtime_ns > made_at


def test_what_serves_for_developing_serves_for_running(tmp_path: Path) -> None:
    for level in Level:
        (tmp_path / level).write_text(f"# {level}\n")
    prepared_python(level=Level.DEVELOP, venv=tmp_path / "venv", locks=tmp_path)
    stamp = (tmp_path / "venv" / STAMP).read_bytes()
    prepared_python(level=Level.RUN, venv=tmp_path / "venv", locks=tmp_path)
    assert (tmp_path / "venv" / STAMP).read_bytes() == stamp


def test_a_package_whose_hash_is_wrong_is_refused_and_leaves_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "requirements-dev.txt").write_text("#\n")
    (tmp_path / "requirements.txt").write_text("./nothing-of-this-name.whl --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(LaunchError, match=r"installing requirements\.txt failed"):
        prepared_python(level=Level.RUN, venv=tmp_path / "venv", locks=tmp_path)
    assert not (tmp_path / "venv" / STAMP).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda s: s.name)
def test_whatever_ends_run_py_ends_its_children_and_theirs(number: signal.Signals) -> None:
    source = FAMILY.format(root=str(ROOT), ending="time.sleep(300)")
    starter = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    folder, *pids = starter.stdout.readline().split()
    assert all(is_alive(pid=int(pid)) for pid in pids)
    starter.send_signal(number)
    starter.wait()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and (any(is_alive(pid=int(pid)) for pid in pids) or Path(folder).exists()):
        time.sleep(0.05)
    assert not [pid for pid in pids if is_alive(pid=int(pid))]
    assert not Path(folder).exists()
    starter.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux")
def test_the_kernel_ends_a_child_even_if_the_watchdog_is_killed_too() -> None:
    source = FAMILY.format(root=str(ROOT), ending="print(children._watchdog.pid, flush=True); time.sleep(300)")
    starter = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    folder, child, grandchild = starter.stdout.readline().split()
    os.kill(int(starter.stdout.readline()), signal.SIGKILL)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and is_alive(pid=int(child)):
            time.sleep(0.05)
        assert not is_alive(pid=int(child))
    finally:
        os.kill(int(grandchild), signal.SIGKILL)
        shutil.rmtree(folder)


def test_a_child_that_dies_ends_the_rest_and_its_last_lines_are_shown(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"]}
    with Children() as children:
        sleeper = children.start(name="sleeper", command=["sleep", "300"], environment=environment)
        complaint = ["sh", "-c", "echo the disk is full; exit 3"]
        children.start(name="web", command=complaint, environment=environment, log=tmp_path / "web.log")
        with pytest.raises(LaunchError, match="the disk is full"):
            children.wait_until(is_ready=lambda: False, what="web", timeout_s=20)
    assert sleeper.process.poll() is not None


@pytest.mark.parametrize(
    ("codes", "fails_anyway", "code"),
    [
        ([0, 0], False, 0),
        ([0, 1], False, 1),
        ([1, 0], False, 1),
        ([0, 5], False, 0),
        ([5, 5], False, 5),
        ([4], False, 2),
        ([0], True, 1),
        ([], False, 1),
    ],
)
def test_one_bad_half_spoils_the_whole(codes: list[int], fails_anyway: bool, code: int) -> None:
    assert verdict(codes=codes, fails_anyway=fails_anyway) == code


def test_a_known_hole_fails_the_check_and_no_answer_is_said_aloud(capsys: pytest.CaptureFixture[str]) -> None:
    hole = {"id": "CVE-2026-0001", "fix_versions": ["1.1"]}
    found = json.dumps({"dependencies": [{"name": "sieve", "version": "1.0", "vulns": [hole]}]})
    assert audit_outcome(stdout=found, stderr="") == (False, "sieve 1.0: CVE-2026-0001, fixed in 1.1")
    clean = json.dumps({"dependencies": [{"name": "sieve", "version": "1.1", "vulns": []}]})
    assert audit_outcome(stdout=clean, stderr="") == (True, "")
    not_found = json.dumps({"dependencies": [{"name": "sieve", "skip_reason": "Dependency not found"}]})
    for stdout, stderr in (("", "ConnectionError: no route"), (not_found, "")):
        is_well, text = audit_outcome(stdout=stdout, stderr=stderr)
        assert is_well
        assert "NOT CHECKED" in text
        assert "PIP-AUDIT" in capsys.readouterr().err
