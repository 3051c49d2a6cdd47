"""`run.py demo`: a simulated day of a whole district on services of its own, in a folder that goes away afterwards."""

import sys
import tempfile
import time
from pathlib import Path

from launch.children import Child, Children, Stopped
from launch.environment import Level, prepared_python
from launch.notices import notice
from launch.places import BASE_DIR, MANAGE, scrubbed_environment
from launch.services import SetUp, start_services, with_broker, with_valkey
from lib.ports import free_port


def run_demo(*, is_once: bool, is_json: bool) -> int:
    """Start everything on an empty SQLite, run the `demo` command against it; its exit code.

    At a terminal it keeps serving afterwards until Ctrl-C, unless `is_once` or `is_json`.
    """
    python = prepared_python(level=Level.RUN)
    var = BASE_DIR / "var"
    var.mkdir(exist_ok=True)
    with Children() as children:
        state = Path(tempfile.mkdtemp(prefix="demo-", dir=var))
        children.remove_at_end(folder=state)
        set_up = with_valkey(children=children, set_up=_set_up(python=python, state=state))
        set_up = with_broker(children=children, set_up=set_up)
        notice("正在启动 starting: Valkey, web server, Celery worker and beat, tally watch, MQTT broker and bridge …")
        _finish(children=children, child=_start(children=children, set_up=set_up, arguments=["migrate", "-v", "0"]))
        start_services(children=children, set_up=set_up)
        arguments = ["demo", "--base-url", set_up.base_url, *(["--json"] if is_json else [])]
        code = _finish(children=children, child=_start(children=children, set_up=set_up, arguments=arguments))
        if not (is_once or is_json) and sys.stdin.isatty() and sys.stdout.isatty():
            notice(f"网站仍在运行,按 Ctrl-C 结束。Still serving {set_up.base_url} until Ctrl-C.")
            _serve_until_stopped(children=children)
        return code


def _set_up(*, python: Path, state: Path) -> SetUp:
    environment = scrubbed_environment() | {
        "FENFEN_DEMO": "1",
        "STATE_DIR": str(state),
        "DATABASE_URL": f"sqlite:///{state / 'fenfen.sqlite3'}",
        "BEHIND_TLS": "no",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
    }
    return SetUp(python=python, environment=environment, state=state, port=free_port())


def _start(*, children: Children, set_up: SetUp, arguments: list[str]) -> Child:
    """A management command whose output is ours."""
    return children.start(
        name=arguments[0],
        command=[set_up.python, MANAGE, *arguments],
        environment=set_up.environment,
        folder=BASE_DIR,
    )


def _finish(*, children: Children, child: Child) -> int:
    """Wait for a command while the services run; its exit code.

    :raises LaunchError: a service died meanwhile.
    """
    while child.process.poll() is None:
        time.sleep(0.05)
        if (ended := children.find_ended()) and ended is not child:
            children.raise_if_one_ended()
    code = child.process.returncode
    children.stop(child=child)
    return code


def _serve_until_stopped(*, children: Children) -> None:
    try:
        while True:
            children.raise_if_one_ended()
            time.sleep(0.5)
    except Stopped:
        notice("正在停止 stopping …")
