"""The MQTT broker of the embedded set-up: amqtt on a loopback port; and the bridge from it to the platform."""

import secrets
import socket
from pathlib import Path

from launch.children import Children
from launch.places import BASE_DIR
from lib.ports import free_port

START_TIMEOUT_S = 30
BRIDGE_USER = "fenfen-bridge"  # as in mosquitto/acl
ACL = BASE_DIR / "mosquitto" / "acl"


def start_broker(*, children: Children, python: Path, passwords: Path, log: Path, port: int | None = None) -> str:
    """Start the broker; the MQTT_URL of the bridge, with a password made for this run.

    It lets in whoever `passwords` names, which the bridge writes (`mqtt_bridge --passwords`).

    :raises LaunchError: it does not start.
    """
    port = port or free_port()
    children.start(
        name="mqtt-broker",
        command=[
            *(python, "-m", "api.device.mqtt.embedded_broker"),
            *("--port", str(port), "--passwords", passwords, "--acl", ACL),
        ],
        environment={"PYTHONPATH": str(BASE_DIR), "PYTHONUNBUFFERED": "1"},
        folder=BASE_DIR,
        log=log,
        is_base=True,
    )
    return f"mqtt://{BRIDGE_USER}:{secrets.token_hex(16)}@127.0.0.1:{port}"


def wait_for_broker(*, children: Children, url: str) -> None:
    """Wait until it listens.

    :raises LaunchError: it died, or did not come in time.
    """
    port = int(url.rpartition(":")[2])
    children.wait_until(is_ready=lambda: _listens(port=port), what="the MQTT broker", timeout_s=START_TIMEOUT_S)


def _listens(*, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
