"""Bin 07 and the bridge at a real broker."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.utils import timezone

from api.device.mqtt.bridge import Bridge
from simulation.mqtt_client import MqttBinClient
from sorting.models import SmartBin
from sorting.services.mqtt_logins import BRIDGE_USER, NewLogin, make_mqtt_login, write_password_file
from tests.brokers import Broker, running_broker

BRIDGE_LOGIN = (BRIDGE_USER, "bridge-password")


@pytest.fixture(params=["mosquitto", "amqtt"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """Each of the two brokers."""
    with running_broker(kind=request.param, folder=tmp_path) as started:
        yield started


def log_in(*, broker: Broker, smart_bin: SmartBin) -> NewLogin:
    """Make a bin's log-in, and let the broker know."""
    login = make_mqtt_login(smart_bin=smart_bin, now=timezone.now())
    write_password_file(path=broker.passwords, bridge_login=BRIDGE_LOGIN)
    broker.read_passwords()
    return login


@contextmanager
def bridging(*, broker: Broker, client_id: str = "fenfen-bridge") -> Iterator[Bridge]:
    """A bridge in this process, connected and subscribed."""
    bridge = Bridge(address=broker.address(user=BRIDGE_LOGIN[0], password=BRIDGE_LOGIN[1]), client_id=client_id)
    bridge.start()
    try:
        assert bridge.wait_until_ready(timeout_s=20)
        yield bridge
    finally:
        bridge.stop()


def connected(*, broker: Broker, login: NewLogin, code: str = "B-0007") -> MqttBinClient:
    """A bin's connection, for a `with`."""
    return MqttBinClient(address=broker.address(user=login.user, password=login.password), code=code)
