"""Passwords at the broker: as Mosquitto keeps them, shown once, gone with the bin."""

import json
import shutil
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from api.device.mqtt.address import parse_broker_url
from lib.mosquitto_passwords import hash_password, is_password, read_password_lines
from sorting.models import MqttLogin, SmartBin
from sorting.services.bin_keys import BinRevoked, revoke_bin
from sorting.services.mqtt_logins import BinCodeUnfit, make_mqtt_login, write_password_file
from tests.brokers import mosquitto_binary

URL = "mqtt://fenfen-bridge:s3cret-of-the-bridge@broker:1883"


def test_a_hash_is_what_mosquitto_passwd_writes(tmp_path: Path) -> None:
    mosquitto_binary()
    tool = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"
    file = tmp_path / "passwords"
    subprocess.run([tool, "-b", "-c", str(file), "B-0007", "密码 p:$"], check=True)
    theirs = read_password_lines(text=file.read_text())["B-0007"]
    assert is_password(password="密码 p:$", password_hash=theirs)
    assert not is_password(password="another", password_hash=theirs)
    ours = hash_password(password="密码 p:$").split("$")
    assert [len(part) for part in ours] == [len(part) for part in theirs.split("$")]
    assert ours[:3] == theirs.split("$")[:3]


@pytest.mark.parametrize(
    "kept", ["", "plain", "$6$a$b", "$7$0$YQ==$YQ==", "$7$x$YQ==$YQ==", "$7$101$!$!", "$7$9999999$YQ==$YQ=="]
)
def test_a_hash_of_another_kind_lets_nobody_in(kept: str) -> None:
    assert not is_password(password="", password_hash=kept)


def test_a_login_is_shown_once_and_kept_as_a_digest(bin_07: SmartBin) -> None:
    out = StringIO()
    call_command("mqtt_login", "B-0007", "--json", stdout=out, stderr=StringIO())
    shown = json.loads(out.getvalue())
    kept = MqttLogin.objects.get().password_hash
    assert shown["user"] == "B-0007"
    assert shown["password"] not in kept
    assert is_password(password=shown["password"], password_hash=kept)
    again = make_mqtt_login(smart_bin=bin_07, now=timezone.now())
    assert not is_password(password=shown["password"], password_hash=MqttLogin.objects.get().password_hash)
    assert again.password not in repr(again)
    call_command("mqtt_login", "B-0007", "--revoke", stdout=out)
    assert not MqttLogin.objects.exists()


def test_who_gets_no_login(bin_07: SmartBin) -> None:
    for code in ("a:b", "a/b", "a+b", "#", "fenfen-bridge", "$SYS", "a\nb", " a"):
        bin_07.code = code
        with pytest.raises(BinCodeUnfit):
            make_mqtt_login(smart_bin=bin_07, now=timezone.now())
    bin_07.code = "B-0007"
    revoke_bin(smart_bin=bin_07, now=timezone.now())
    with pytest.raises(BinRevoked):
        make_mqtt_login(smart_bin=bin_07, now=timezone.now())
    with pytest.raises(CommandError) as refused:
        call_command("mqtt_login", "B-0099")
    assert refused.value.returncode == 1


def test_a_revoked_bin_is_not_in_the_password_file(bin_07: SmartBin, settings: Settings, tmp_path: Path) -> None:
    settings.MQTT_URL = URL
    make_mqtt_login(smart_bin=bin_07, now=timezone.now())
    out = tmp_path / "passwords"
    call_command("mqtt_passwords", str(out), stderr=StringIO())
    assert list(read_password_lines(text=out.read_text())) == ["B-0007", "fenfen-bridge"]
    assert out.stat().st_mode & 0o777 == 0o640
    assert "s3cret" not in out.read_text()
    written_at_ns = out.stat().st_mtime_ns
    call_command("mqtt_passwords", str(out), stderr=StringIO())
    assert out.stat().st_mtime_ns == written_at_ns, "nothing changed, nothing is written"
    revoke_bin(smart_bin=bin_07, now=timezone.now())
    call_command("mqtt_passwords", str(out), stderr=StringIO())
    assert list(read_password_lines(text=out.read_text())) == ["fenfen-bridge"]
    assert [path.name for path in tmp_path.iterdir()] == ["passwords"]


def test_a_file_that_cannot_be_written_leaves_the_one_before(bin_07: SmartBin, tmp_path: Path) -> None:
    folder = tmp_path / "passwords"
    (folder / "something").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_password_file(path=folder, bridge_login=("fenfen-bridge", "x"))
    assert [path.name for path in tmp_path.iterdir()] == ["passwords"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mqtt://broker:1883",
        "mqtt://user@broker",
        "http://u:p4ss@broker",
        "mqtt://u:p4ss@broker:port",
        "mqtt://:p4ss@broker",
    ],
)
def test_without_a_good_address_the_bridge_ends_with_2(url: str, settings: Settings) -> None:
    settings.MQTT_URL = url
    with pytest.raises(CommandError) as refused:
        call_command("mqtt_bridge")
    assert refused.value.returncode == 2
    assert "MQTT_URL" in str(refused.value)
    assert "p4ss" not in str(refused.value)


def test_a_missing_ca_file_ends_the_bridge_with_2(settings: Settings) -> None:
    settings.MQTT_URL, settings.MQTT_CA_FILE = URL.replace("mqtt:", "mqtts:"), "/nowhere/ca.crt"
    with pytest.raises(CommandError) as refused:
        call_command("mqtt_bridge")
    assert refused.value.returncode == 2


def test_an_address_never_shows_its_password() -> None:
    address = parse_broker_url(url="mqtts://fenfen-bridge:p%40ss@broker")
    assert (address.port, address.password, address.is_tls) == (8883, "p@ss", True)
    assert "p@ss" not in f"{address} {address!r}"
