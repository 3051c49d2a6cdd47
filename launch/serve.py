"""`run.py serve`: the embedded set-up for real use on one machine, its state in STATE_DIR (var/)."""

import os
import subprocess
import time
from pathlib import Path

from launch.children import Children, Stopped
from launch.environment import Level, prepared_python
from launch.keys import make_missing_keys
from launch.notices import LaunchError, notice
from launch.places import BASE_DIR, MANAGE, file_lock, load_dotenv, state_dir
from launch.services import SetUp, start_services, with_broker, with_valkey
from lib.ports import free_port, is_free

MQTT_PORT = 1883  # where it is free
NEXT_STEPS = """
分分已启动 Fenfen is running: {url}
  管理后台 back office   {url}/admin/
  数据 state             {state}  (back it up: python3 run.py manage backup --help)
  日志 logs              {state}/log/
  导入 first data        python3 run.py manage import_communities FILE, import_households FILE, import_bins FILE
                         (表格怎么填 which columns: docs/imports.md)
  MQTT                   {broker}  (a bin's password: python3 run.py manage mqtt_login BIN)
  换用 PostgreSQL        docs/operations.md
按 Ctrl-C 结束 Ctrl-C stops it.
"""


def run_serve(*, port: int) -> int:
    """Serve on 127.0.0.1:`port` until Ctrl-C; 0 afterwards.

    :raises LaunchError: the port is taken, another `serve` runs on the same state, or a service died.
    """
    python = prepared_python(level=Level.RUN)
    load_dotenv()
    state = state_dir()
    if not is_free(port=port):
        raise LaunchError(f"端口 {port} 已被占用。Port {port} is taken: choose another with --port.")
    try:
        with file_lock(path=state / "serve.lock", is_waiting=False):
            return _serve(python=python, state=state, port=port)
    except BlockingIOError as error:
        raise LaunchError(f"另一个 serve 正在运行。Another `serve` runs on {state} already.") from error


def _serve(*, python: Path, state: Path, port: int) -> int:
    make_missing_keys(folder=state)
    set_up = SetUp(python=python, environment=os.environ | {"STATE_DIR": str(state)}, state=state, port=port)
    _make_first_administrator(set_up=set_up)
    with Children() as children:
        if not os.environ.get("REDIS_URL"):
            set_up = with_valkey(children=children, set_up=set_up)
        if not os.environ.get("MQTT_URL"):
            set_up = with_broker(
                children=children, set_up=set_up, port=MQTT_PORT if is_free(port=MQTT_PORT) else free_port()
            )
        start_services(children=children, set_up=set_up)
        broker = set_up.environment["MQTT_URL"].rpartition("@")[2]
        notice(NEXT_STEPS.format(url=set_up.base_url, state=state, broker=broker))
        try:
            while True:
                children.raise_if_one_ended()
                time.sleep(0.5)
        except Stopped:
            notice("正在停止 stopping …")
    return 0


def _make_first_administrator(*, set_up: SetUp) -> None:
    """Migrate, and ask for the first administrator if there is none.

    In our own process group, unlike every other child: it reads from the terminal. It ends before anything is served.

    :raises LaunchError: the database cannot be made.
    """
    command: list[str | Path] = [set_up.python, MANAGE, "first_administrator"]
    done = subprocess.run(command, cwd=BASE_DIR, env={**set_up.environment, "FENFEN_PREPARE": "1"}, check=False)
    if done.returncode != 0:
        raise LaunchError(f"the database could not be prepared (exit code {done.returncode})")
