"""`run.py bench NAME`: one of bench/*.py on a throw-away PostgreSQL that syncs to disk, as production does."""

import ast
import tempfile
from collections.abc import Sequence
from pathlib import Path

from launch.children import Children
from launch.environment import Level, prepared_python
from launch.notices import notice
from launch.places import BASE_DIR, scrubbed_environment
from launch.postgresql import start_postgresql
from launch.valkey import start_valkey

USAGE_ERROR = 2


def run_bench(*, name: str | None, arguments: Sequence[str]) -> int:
    """Run `python -m bench.NAME` with DATABASE_URL, REDIS_URL and STATE_DIR of its own; its exit code.

    Without a name, or with an unknown one, lists them.
    """
    known = _benchmarks()
    if name is None or name not in known:
        if name is not None:
            notice(f"no benchmark is called {name}")
        for each, first_line in known.items():
            print(f"{each:12} {first_line}")
        return 0 if name is None else USAGE_ERROR
    python = prepared_python(level=Level.DEVELOP)
    with Children() as children:
        state = Path(tempfile.mkdtemp(prefix="fenfen-bench-"))
        children.remove_at_end(folder=state)
        environment = scrubbed_environment() | {
            "FENFEN_DEMO": "1",
            "STATE_DIR": str(state),
            "DATABASE_URL": start_postgresql(children=children, is_careful=True),
            "REDIS_URL": start_valkey(children=children)[1],
        }
        child = children.start(
            name=name,
            command=[python, "-m", f"bench.{name}", *arguments],
            environment=environment,
            folder=BASE_DIR,
        )
        return child.process.wait()


def _benchmarks() -> dict[str, str]:
    """Each file of bench/ that has a `main`, with the first line of its docstring."""
    found = {}
    for path in sorted((BASE_DIR / "bench").glob("[a-z]*.py")):
        tree = ast.parse(path.read_text(encoding="utf8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found
