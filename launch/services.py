"""The embedded set-up: Valkey, a Celery worker and beat, the tally watch and the web server, as children of run.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from launch.children import Children
from launch.places import BASE_DIR, MANAGE
from launch.ports import answers_ok
from launch.valkey import start_valkey

WEB_TIMEOUT_S = 60


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """What every child of an embedded set-up is given."""

    python: Path
    environment: Mapping[str, str]
    state: Path
    port: int

    @property
    def base_url(self) -> str:
        """Where the web server listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def logs(self) -> Path:
        """The folder of the children's logs."""
        return self.state / "log"


def with_valkey(*, children: Children, set_up: SetUp) -> SetUp:
    """Start Valkey; the set-up with its REDIS_URL."""
    _, url = start_valkey(children=children, log=set_up.logs / "valkey.log")
    environment = {**set_up.environment, "REDIS_URL": url}
    return SetUp(python=set_up.python, environment=environment, state=set_up.state, port=set_up.port)


def start_services(*, children: Children, set_up: SetUp) -> None:
    """Start the web server, the worker, beat and the tally watch, and wait until the web server is well.

    The database must be migrated before.

    :raises LaunchError: one of them died, or /healthz did not answer in time.
    """
    celery = ("-m", "celery", "-A", "config.queue")
    commands: dict[str, tuple[str | Path, ...]] = {
        "web": (
            *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(set_up.port)),
            *("--workers", "1", "--blocking-threads", "4", "--working-dir", BASE_DIR, "--no-ws"),
            *("--respawn-failed-workers", "--respawn-interval", "0.5"),
            "config.wsgi:application",
        ),
        "tally": (MANAGE, "tally", "--watch"),
        "worker": (*celery, "worker", "--concurrency", "1", "--loglevel", "INFO", "--without-gossip"),
        "beat": (
            *(*celery, "beat", "--loglevel", "INFO", "--pidfile", ""),
            *("--schedule", set_up.state / "celerybeat-schedule"),
        ),
    }
    for name, arguments in commands.items():
        children.start(
            name=name,
            command=[set_up.python, *arguments],
            environment=set_up.environment,
            folder=BASE_DIR,
            log=set_up.logs / f"{name}.log",
        )
    health = f"{set_up.base_url}/healthz"
    children.wait_until(is_ready=lambda: answers_ok(url=health), what=health, timeout_s=WEB_TIMEOUT_S)
