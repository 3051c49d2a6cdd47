"""Where the broker is: MQTT_URL, taken apart."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker and the log-in at it."""

    host: str
    port: int
    is_tls: bool
    user: str
    password: str = field(repr=False)

    def __str__(self) -> str:
        """Without the password."""
        return f"{'mqtts' if self.is_tls else 'mqtt'}://{self.host}:{self.port}"


def parse_broker_url(*, url: str) -> BrokerAddress:
    """`mqtt://user:password@host:port` or `mqtts://…` (TLS); the port may be left out.

    :raises ValueError: it is not of that shape. The message never holds the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("MQTT_URL: the port is no number") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("MQTT_URL must look like mqtt://user:password@host:1883 or mqtts://user:password@host:8883")
    if not parts.username or not parts.password:
        raise ValueError("MQTT_URL names no user or no password")
    return BrokerAddress(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        is_tls=parts.scheme == "mqtts",
        user=unquote(parts.username),
        password=unquote(parts.password),
    )
