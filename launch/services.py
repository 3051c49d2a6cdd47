"""The embedded set-up, children of run.py: Valkey, a Celery worker and beat, the tally watch, the web server, MQTT."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from launch.answering import answers_ok
from launch.children import Children
from launch.mqtt import start_broker
from launch.places import BASE_DIR, MANAGE
from launch.valkey import start_valkey

WEB_TIMEOUT_S = 60


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """What every child of an embedded set-up is given."""

    python: Path
    environment: Mapping[str, str]
    state: Path
    port: int
    mqtt_passwords: Path | None = None  # the file of a broker of ours

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
    return replace(set_up, environment={**set_up.environment, "REDIS_URL": url})


def with_broker(*, children: Children, set_up: SetUp, port: int | None = None) -> SetUp:
    """Start the MQTT broker; the set-up with its MQTT_URL."""
    folder = set_up.state / "mqtt"
    folder.mkdir(parents=True, exist_ok=True)
    passwords = folder / "passwords"
    url = start_broker(
        children=children, python=set_up.python, passwords=passwords, log=set_up.logs / "mqtt-broker.log", port=port
    )
    return replace(set_up, environment={**set_up.environment, "MQTT_URL": url}, mqtt_passwords=passwords)


def start_services(*, children: Children, set_up: SetUp) -> None:
    """Start the web server, the worker, beat and the tally watch, and wait until the web server is well.

    Where the set-up names an MQTT broker, the bridge to it too; it waits for its broker by itself.

    The database must be migrated before.

    :raises LaunchError: one of them died, or /healthz did not answer in time.
    """
    celery = ("-m", "celery", "-A", "config.queue")
    commands: dict[str, tuple[str | Path, ...]] = {
        "web": (
            *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(set_up.port)),
            *("--workers", "1", "--blocking-threads", "4", "--working-dir", BASE_DIR, "--no-ws"),
            *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "10"),
            "config.wsgi:application",
        ),
        "tally": (MANAGE, "tally", "--watch"),
        "worker": (*celery, "worker", "--concurrency", "1", "--loglevel", "INFO", "--without-gossip"),
        "beat": (
            *(*celery, "beat", "--loglevel", "INFO", "--pidfile", ""),
            *("--schedule", set_up.state / "celerybeat-schedule"),
        ),
    }
    if set_up.environment.get("MQTT_URL"):
        passwords = ("--passwords", set_up.mqtt_passwords) if set_up.mqtt_passwords else ()
        commands["mqtt-bridge"] = (MANAGE, "mqtt_bridge", *passwords)
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
