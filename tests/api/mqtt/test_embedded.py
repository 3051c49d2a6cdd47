"""The broker and the bridge as `run.py serve` and `run.py demo` start them, on SQLite."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.device.mqtt.address import parse_broker_url
from launch.children import Children
from launch.mqtt import start_broker
from simulation.mqtt_client import MqttBinClient, MqttReply, framed
from sorting.services.mqtt_logins import NewLogin
from tests.api.mqtt.test_brokers import until
from tests.brokers import ROOT
from tests.migrated import copy_migrated

MAKE_A_BIN = """
import json, django; django.setup()
from django.utils import timezone
from households.models import Community, Subdistrict
from sorting.models import CollectionPoint, SmartBin
from sorting.services.bin_keys import make_bin_key
from sorting.services.mqtt_logins import make_mqtt_login
now = timezone.now()
community = Community.objects.create(subdistrict=Subdistrict.objects.create(name="东城街道"), name="东湖花园")
point = CollectionPoint.objects.create(community=community, name="东门")
made = SmartBin.objects.create(code="B-0007", point=point, categories="FOOD", registered_at=now)
login = make_mqtt_login(smart_bin=made, now=now)
print(json.dumps([make_bin_key(smart_bin=made, now=now).key, login.user, login.password]))
"""


def test_a_bin_gets_its_answer_from_the_embedded_set_up(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy_migrated(factory=tmp_path_factory, folder=tmp_path)
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'fenfen.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "FENFEN_DEMO": "1",
    }
    command = [sys.executable, "-c", MAKE_A_BIN]
    made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, timeout=300)
    key, user, password = json.loads(made.stdout)
    with Children() as children:
        passwords, log = tmp_path / "passwords", tmp_path / "broker.log"
        url = start_broker(children=children, python=Path(sys.executable), passwords=passwords, log=log)
        children.start(
            name="mqtt-bridge",
            command=[sys.executable, "manage.py", "mqtt_bridge", "--passwords", passwords],
            environment=environment | {"MQTT_URL": url},
            folder=ROOT,
            log=tmp_path / "bridge.log",
        )
        # The bridge writes the password file, then waits for its broker.
        assert until(lambda: "mqtt_connected" in (tmp_path / "bridge.log").read_text(), within_s=60)
        reply = answer_to(url=url, login=NewLogin(user=user, password=password), key=key)
        assert reply.status == 200
        assert reply.answer["results"] == []
    logs = log.read_text() + (tmp_path / "bridge.log").read_text()
    for secret in (password, key, parse_broker_url(url=url).password):
        assert secret not in logs


def answer_to(*, url: str, login: NewLogin, key: str) -> MqttReply:
    """What the platform says to an empty batch."""
    broker = parse_broker_url(url=url)
    address = type(broker)(host=broker.host, port=broker.port, is_tls=False, user=login.user, password=login.password)
    with MqttBinClient(address=address, code=login.user) as client:
        body = b'{"bin": "B-0007", "boot_id": "1", "events": []}'
        return client.ask(
            kind="drop-offs", message_id="m-1", payload=framed(key=key, message_id="m-1", body=body)
        ).result(timeout=20)
