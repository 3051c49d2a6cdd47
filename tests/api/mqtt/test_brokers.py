"""Against both real brokers: who gets in, who reads and writes what, and TLS."""

import datetime as dt
import ipaddress
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from api.device.mqtt.embedded_broker import is_allowed, read_acl
from simulation.mqtt_client import MqttBinClient, NotConnected
from sorting.models import SmartBin
from sorting.services.mqtt_logins import NewLogin, make_mqtt_login, revoke_mqtt_login, write_password_file
from tests.api.mqtt.conftest import BRIDGE_LOGIN, connected, log_in
from tests.brokers import ROOT, Broker, running_broker

WIDE_ACL = """pattern write fenfen/bins/+/up/#
pattern read fenfen/#
user fenfen-bridge
topic read fenfen/bins/+/up/#
topic write fenfen/bins/+/down/#
"""


@pytest.fixture
def bin_08(bin_07: SmartBin) -> SmartBin:
    """Another bin at the same point."""
    return SmartBin.objects.create(
        code="B-0008", point=bin_07.point, categories="FOOD", registered_at=bin_07.registered_at
    )


class Ear:
    """A plain client that keeps what it hears."""

    def __init__(self, *, broker: Broker, login: NewLogin, topics: list[str]) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=f"ear-{login.user}")
        self.client.username_pw_set(login.user, login.password)
        self.client.on_message = self._hear
        self._subscribed: list[int] = []
        self.client.on_subscribe = lambda _c, _u, mid, *_: self._subscribed.append(mid)
        self._topics = topics
        self.client.on_connect = self._subscribe
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()
        assert until(lambda: len(self._subscribed) >= len(topics))

    def _subscribe(self, client: Client, *_: object) -> None:
        for topic in self._topics:
            client.subscribe(topic, qos=1)

    def _hear(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))

    def say(self, topic: str, payload: bytes) -> None:
        self.client.publish(topic, payload, qos=1)


@contextmanager
def ear(*, broker: Broker, login: NewLogin, topics: list[str]) -> Iterator[Ear]:
    """An ear, gone afterwards."""
    made = Ear(broker=broker, login=login, topics=topics)
    try:
        yield made
    finally:
        made.client.disconnect()
        made.client.loop_stop()


def until(is_so: Callable[[], bool], *, within_s: float = 15) -> bool:
    """Wait for it; whether it came."""
    give_up_at = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.02)
    return True


def what_gets_through(*, broker: Broker, bin_07: SmartBin, bin_08: SmartBin) -> set[str]:
    """Bin 08 tries to write on bin 07's topic and to read its replies; what of it arrives, in words."""
    log_in(broker=broker, smart_bin=bin_07)
    thief = log_in(broker=broker, smart_bin=bin_08)
    time.sleep(0.3)  # Mosquitto reads its password file when it gets to the signal
    bridge_login = NewLogin(user=BRIDGE_LOGIN[0], password=BRIDGE_LOGIN[1])
    up, down = "fenfen/bins/{}/up/drop-offs", "fenfen/bins/{}/down/replies"
    with (
        ear(broker=broker, login=bridge_login, topics=["fenfen/bins/+/up/#"]) as bridge,
        ear(
            broker=broker,
            login=thief,
            topics=["fenfen/bins/B-0007/down/replies", "fenfen/bins/B-0008/down/#", "fenfen/#"],
        ) as bin_client,
    ):
        bin_client.say(up.format("B-0007"), b"forged")
        bin_client.say(up.format("B-0008"), b"own")
        assert until(lambda: (up.format("B-0008"), b"own") in bridge.heard), "the broker lets nothing through at all"
        bridge.say(down.format("B-0007"), b"secret")
        bridge.say(down.format("B-0008"), b"own")
        assert until(lambda: (down.format("B-0008"), b"own") in bin_client.heard)
        time.sleep(0.2)
        return {payload.decode() for _, payload in [*bridge.heard, *bin_client.heard]} - {"own"}


def test_a_bin_neither_writes_nor_reads_anothers_topics(broker: Broker, bin_07: SmartBin, bin_08: SmartBin) -> None:
    assert what_gets_through(broker=broker, bin_07=bin_07, bin_08=bin_08) == set()


@pytest.mark.parametrize("kind", ["mosquitto", "amqtt"])
def test_without_the_acl_it_would(kind: str, tmp_path: Path, bin_07: SmartBin, bin_08: SmartBin) -> None:
    """The control: with rules that do not name the user, both get through."""
    acl = tmp_path / "wide-acl"
    acl.write_text(WIDE_ACL)
    with running_broker(kind=kind, folder=tmp_path, acl=acl) as broker:
        assert what_gets_through(broker=broker, bin_07=bin_07, bin_08=bin_08) == {"forged", "secret"}


def test_a_wrong_or_revoked_password_does_not_get_in(broker: Broker, bin_07: SmartBin) -> None:
    login = log_in(broker=broker, smart_bin=bin_07)
    time.sleep(0.3)
    with connected(broker=broker, login=login):
        pass
    for wrong in (NewLogin(user="B-0007", password="wrong"), NewLogin(user="nobody", password=login.password)):
        with pytest.raises(NotConnected), connected(broker=broker, login=wrong):
            pass
    revoke_mqtt_login(smart_bin=bin_07)
    write_password_file(path=broker.passwords, bridge_login=BRIDGE_LOGIN)
    broker.read_passwords()
    time.sleep(0.3)
    with pytest.raises(NotConnected), connected(broker=broker, login=login):
        pass


@pytest.mark.parametrize(("payload", "is_retained"), [(b"kept", True), (b"x" * 1_200_000, False)])
def test_what_mosquitto_cuts_a_bin_off_for(payload: bytes, is_retained: bool, tmp_path: Path, bin_07: SmartBin) -> None:
    with running_broker(kind="mosquitto", folder=tmp_path) as broker:
        login = log_in(broker=broker, smart_bin=bin_07)
        time.sleep(0.3)
        with connected(broker=broker, login=login) as client:
            client.publish(topic="fenfen/bins/B-0007/up/status", payload=payload, is_retained=is_retained)
            assert until(lambda: not client.is_connected())


def test_an_acl_that_is_not_understood_is_refused() -> None:
    for line in ("topic read fenfen/#", "pattern readwrite x", "pattern deny x", "nonsense", "user"):
        with pytest.raises(ValueError, match="not understood"):
            read_acl(text=line)


@pytest.mark.parametrize(
    ("access", "topic", "is_fine"),
    [
        ("write", "fenfen/bins/B-1/up/drop-offs", True),
        ("write", "fenfen/bins/B-1/up/a/b", True),
        ("write", "fenfen/bins/B-2/up/drop-offs", False),
        ("write", "fenfen/bins/B-1/down/replies", False),
        ("read", "fenfen/bins/B-1/down/replies", True),
        ("read", "fenfen/bins/B-1/down/#", True),
        ("read", "fenfen/bins/B-1/#", False),
        ("read", "fenfen/bins/+/down/#", False),
        ("read", "fenfen/#", False),
        ("read", "#", False),
        ("read", "fenfen/bins/B-1/up/drop-offs", False),
    ],
)
def test_what_the_acl_lets_bin_1_do(access: str, topic: str, is_fine: bool) -> None:
    rules = read_acl(text=(ROOT / "mosquitto" / "acl").read_text())
    assert is_allowed(rules=rules, user="B-1", access=access, topic=topic) is is_fine
    assert is_allowed(rules=rules, user="fenfen-bridge", access="read", topic="fenfen/bins/+/up/#")


def make_certificates(folder: Path) -> None:
    """A throw-away CA, a certificate of it for localhost, and a second CA that signed nothing."""
    folder.mkdir()
    today = dt.datetime.now(dt.UTC)

    def certificate(
        name: str, issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer[0].subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - dt.timedelta(days=1))
            .not_valid_after(today + dt.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        )
        if issuer:
            names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        made = builder.sign(issuer[1] if issuer else key, hashes.SHA256())
        (folder / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / f"{name}.key").write_bytes(key.private_bytes(*pem))
        return made, key

    ours = certificate("ca", None)
    certificate("unknown-ca", None)
    certificate("server", ours)


def test_tls_with_the_right_ca_works_and_with_an_unknown_one_does_not(tmp_path: Path, bin_07: SmartBin) -> None:
    make_certificates(tmp_path / "certs")
    with running_broker(kind="mosquitto", folder=tmp_path) as broker:
        login = log_in(broker=broker, smart_bin=bin_07)
        time.sleep(0.3)
        address = broker.address(user=login.user, password=login.password, is_tls=True)
        with MqttBinClient(address=address, code="B-0007", ca_file=str(tmp_path / "certs" / "ca.crt")):
            pass
        with (
            ear(broker=broker, login=NewLogin(*BRIDGE_LOGIN), topics=["fenfen/bins/+/up/#"]) as bridge,
            MqttBinClient(
                address=address,
                code="B-0007",
                ca_file=str(tmp_path / "certs" / "ca.crt"),
                client_id="ear-fenfen-bridge",
            ),
        ):
            assert not until(lambda: not bridge.client.is_connected(), within_s=0.5), "a bin pushed the bridge out"
        unknown = MqttBinClient(address=address, code="B-0007", ca_file=str(tmp_path / "certs" / "unknown-ca.crt"))
        with pytest.raises(ssl.SSLCertVerificationError), unknown:
            pass


def test_a_new_password_file_is_read_without_anybodys_help(tmp_path: Path, bin_07: SmartBin) -> None:
    """mosquitto/start.sh, as the container runs it: Mosquitto is told when the file has changed, and ends with it."""
    with running_broker(kind="mosquitto", folder=tmp_path, has_own_start=True) as broker:
        login = make_mqtt_login(smart_bin=bin_07, now=timezone.now())
        write_password_file(path=broker.passwords, bridge_login=BRIDGE_LOGIN)
        assert until(lambda: gets_in(broker=broker, login=login))
        with connected(broker=broker, login=login) as client:
            revoke_mqtt_login(smart_bin=bin_07)
            write_password_file(path=broker.passwords, bridge_login=BRIDGE_LOGIN)
            assert until(lambda: not client.is_connected()), "a bin that was revoked stays on the line"
        assert not gets_in(broker=broker, login=login)
        assert broker.child is not None
        broker.child.process.terminate()
        assert broker.child.process.wait(timeout=10) == 0


def gets_in(*, broker: Broker, login: NewLogin) -> bool:
    """Whether the broker lets the bin in."""
    try:
        with connected(broker=broker, login=login):
            return True
    except NotConnected:
        return False
