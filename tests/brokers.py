"""Real MQTT brokers for tests: Mosquitto with our production file, amqtt as `run.py serve` starts it."""

import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.device.mqtt.address import BrokerAddress
from launch.children import Child, Children
from lib.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 20
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"  # where Debian puts servers


def mosquitto_binary() -> str:
    """Mosquitto; where it is not installed the test is skipped, which CI counts as a failure."""
    found = shutil.which("mosquitto", path=PATH)
    if found is None:
        pytest.skip("mosquitto is not installed: apt-get install mosquitto")
    return found


@dataclass(kw_only=True)
class Broker:
    """A running broker, its plain port, and for Mosquitto the port with TLS."""

    kind: str
    children: Children
    folder: Path
    port: int
    tls_port: int
    acl: Path
    child: Child | None = None
    has_own_start: bool = False  # by mosquitto/start.sh

    @property
    def passwords(self) -> Path:
        """The password file that it reads."""
        return self.folder / "passwords"

    def address(self, *, user: str, password: str, is_tls: bool = False) -> BrokerAddress:
        """Where to knock as somebody."""
        port = self.tls_port if is_tls else self.port
        return BrokerAddress(
            host="localhost" if is_tls else "127.0.0.1", port=port, is_tls=is_tls, user=user, password=password
        )

    def start(self) -> None:
        """Start it, or start it again."""
        self.child = self.children.start(
            name=self.kind,
            command=self._mosquitto() if self.kind == "mosquitto" else self._amqtt(),
            environment={**os.environ, "PYTHONPATH": str(ROOT), "PATH": PATH},
            folder=ROOT,
            log=self.folder / "broker.log",
        )
        self.children.wait_until(is_ready=self._listens, what=self.kind, timeout_s=START_TIMEOUT_S)

    def read_passwords(self) -> None:
        """Have it read its password file again; amqtt does so by itself."""
        if self.kind == "mosquitto" and self.child is not None:
            self.child.process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        """kill -9."""
        assert self.child is not None
        self.child.process.kill()
        self.children.stop(child=self.child)

    def _listens(self) -> bool:
        has_tls = self.kind == "mosquitto" and (self.folder / "certs").is_dir()
        return all(_answers(port=port) for port in (self.port, *([self.tls_port] if has_tls else [])))

    def _amqtt(self) -> list[str | Path]:
        options = ("--port", str(self.port), "--passwords", self.passwords, "--acl", self.acl)
        return [sys.executable, "-m", "api.device.mqtt.embedded_broker", *options]

    def _mosquitto(self) -> list[str | Path]:
        """The production file with this machine's paths and ports."""
        text = (ROOT / "mosquitto" / "mosquitto.conf").read_text(encoding="utf8")
        has_tls = (self.folder / "certs").is_dir()
        if not has_tls:
            before, _, rest = text.partition("listener 8883")
            text = before + rest.partition("use_username_as_clientid true\n")[2]
        (self.folder / "data").mkdir(exist_ok=True)
        for path, here in {
            "/mosquitto/passwords/passwords": self.passwords,
            "/mosquitto/config/acl": self.acl,
            "/mosquitto/certs": self.folder / "certs",
            "/mosquitto/data/": f"{self.folder / 'data'}/",
            "listener 1883": f"listener {self.port} 127.0.0.1",
            "listener 8883": f"listener {self.tls_port} 127.0.0.1",
        }.items():
            assert not has_tls or path in text, path
            text = text.replace(path, str(here))
        config = self.folder / "mosquitto.conf"
        # As root it would give up its rights, and could then not read this folder.
        config.write_text(f"{text}\nuser root\n", encoding="utf8")
        if self.has_own_start:
            return ["/bin/sh", ROOT / "mosquitto" / "start.sh", config, self.passwords, "0.2"]
        return [mosquitto_binary(), "-c", config]


def _answers(*, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running_broker(
    *, kind: str, folder: Path, acl: Path = ROOT / "mosquitto" / "acl", has_own_start: bool = False
) -> Iterator[Broker]:
    """A broker that reads `folder/passwords`; gone afterwards."""
    if kind == "mosquitto":
        mosquitto_binary()
    with Children() as children:
        broker = Broker(
            kind=kind,
            children=children,
            folder=folder,
            port=free_port(),
            tls_port=free_port(),
            acl=acl,
            has_own_start=has_own_start,
        )
        broker.passwords.touch()
        broker.start()
        yield broker
