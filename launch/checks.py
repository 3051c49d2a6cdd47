"""`run.py check`: everything that can be said about the code without running its tests, one line a check."""

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from launch.environment import Level, prepared_python
from launch.notices import notice
from launch.places import BASE_DIR, MANAGE, scrubbed_environment

Outcome = tuple[bool, str]  # whether it is well, and what to show
LOCK = "requirements.txt"
NOT_OURS = {".venv", ".venv.lock", ".git", "var", "__pycache__"}
LINES_MAX = 60  # of one check's complaints

# Put together here, so that this file does not name them either.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("pypi", "tuna"),
        ("mirrors", "aliyun"),
        ("mirrors", "cloud", "tencent"),
        ("registry", "npmjs"),
        ("npmmirror", "com"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("cdnjs", "cloudflare"),
    )
)


def run_checks(*, is_offline: bool) -> int:
    """Run every check; 1 if one failed."""
    python = prepared_python(level=Level.DEVELOP)
    scripts = python.parent
    with tempfile.TemporaryDirectory(prefix="fenfen-check-") as state:
        environment = scrubbed_environment() | {"FENFEN_DEMO": "1", "STATE_DIR": state}

        def tool(*command: str | Path) -> Callable[[], Outcome]:
            return lambda: _run(command=command, environment=environment)

        checks: dict[str, Callable[[], Outcome]] = {
            "ruff check": tool(scripts / "ruff", "check", "."),
            "ruff format": tool(scripts / "ruff", "format", "--check", "."),
            "mypy": tool(python, "-m", "mypy", "."),
            "djlint": lambda: _djlint(run=tool(python, "-m", "djlint", "--lint", "--quiet", ".")),
            "import-linter": tool(scripts / "lint-imports", "--no-cache"),
            "makemigrations": tool(python, MANAGE, "makemigrations", "--check", "--dry-run"),
            "compose schema": tool(
                *(python, "-m", "check_jsonschema", "--traceback-mode", "short"),
                *("--builtin-schema", "vendor.compose-spec", "docker-compose.yml"),
            ),
            "no registry host": _no_registry_host,
            "pip-audit": lambda: _audit(python=python, environment=environment, is_offline=is_offline),
        }
        return 1 if [name for name, check in checks.items() if not _report(name=name, check=check)] else 0


def _report(*, name: str, check: Callable[[], Outcome]) -> bool:
    is_well, text = check()
    print(f"{'ok    ' if is_well else 'FAILED'} {name}{f': {text}' if is_well and text else ''}", flush=True)
    if not is_well:
        lines = text.splitlines()
        if len(lines) > LINES_MAX:
            lines[LINES_MAX:] = [f"… and {len(lines) - LINES_MAX} lines more"]
        print("\n".join(f"       {line}" for line in lines), flush=True)
    return is_well


def _run(*, command: tuple[str | Path, ...], environment: dict[str, str]) -> Outcome:
    done = subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return done.returncode == 0, "" if done.returncode == 0 else (done.stdout + done.stderr).strip()


def _djlint(*, run: Callable[[], Outcome]) -> Outcome:
    if not any(name.endswith(".html") for name in tracked_files()):
        return True, "no templates yet"
    return run()


def tracked_files() -> list[str]:
    """Paths of the checkout's tracked files, or of all files of a copy without git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=BASE_DIR, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [name for name in listed.stdout.split("\0") if name and (BASE_DIR / name).is_file()]
    return [
        str(path.relative_to(BASE_DIR))
        for path in BASE_DIR.rglob("*")
        if path.is_file() and NOT_OURS.isdisjoint(path.relative_to(BASE_DIR).parts)
    ]


def _no_registry_host() -> Outcome:
    """A lock that names a registry ties everybody to that one."""
    found = [
        f"{name} names {host}"
        for name in tracked_files()
        for host in REGISTRY_HOSTS
        if host.encode() in (BASE_DIR / name).read_bytes()
    ]
    return not found, "\n".join(found)


def _audit(*, python: Path, environment: dict[str, str], is_offline: bool) -> Outcome:
    """Known holes in what is locked for production, where the audit can reach its data; says aloud where it cannot."""
    if is_offline:
        notice("pip-audit 没有运行 PIP-AUDIT DID NOT RUN: --offline")
        return True, "NOT RUN (--offline)"
    done = subprocess.run(
        [python, "-m", "pip_audit", "-r", LOCK, "--require-hashes", "--disable-pip", "--format", "json"],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return audit_outcome(stdout=done.stdout, stderr=done.stderr)


def audit_outcome(*, stdout: str, stderr: str) -> Outcome:
    """What pip-audit's answer means: its JSON lists holes; no JSON means that it did not get its data."""
    try:
        packages = json.loads(stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (stderr.strip().splitlines() or ["no answer"])[-1]
        notice(f"pip-audit 没有结果 PIP-AUDIT COULD NOT REACH ITS DATA: {reason[:300]}")
        return True, "NOT CHECKED, its data could not be reached"
    # Behind a mirror that knows no advisories, every package is "not found", which is not the same as clean.
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if unknown:
        notice(f"pip-audit 查不到 PIP-AUDIT HAS NO DATA for {len(unknown)} of {len(packages)} packages")
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}, fixed in {', '.join(hole['fix_versions']) or 'nothing'}"
        for package in packages
        for hole in package.get("vulns", ())
    ]
    if not holes and unknown:
        return True, f"NOT CHECKED: {len(unknown)} of {len(packages)} packages, its data could not be reached"
    return not holes, "\n".join(holes)
