"""`mqtt_bridge`: take bins' messages from the MQTT broker and answer them, until SIGTERM."""

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections
from prometheus_client import start_http_server

from api.device.mqtt.address import BrokerAddress, parse_broker_url
from api.device.mqtt.bridge import CLIENT_ID, WORKERS, Bridge
from sorting.services.mqtt_logins import write_password_file

PASSWORDS_EVERY_S = 10.0  # how long a log-in that was just made or revoked waits for the file

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Exit code 2 without a broker's address, 0 after SIGTERM or SIGINT."""

    help = "把 MQTT 消息交给平台并回复 (the device door over MQTT); MQTT_URL=mqtt://user:password@host:port"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--client-id", default=CLIENT_ID, help="两个网桥须用不同的名字 (two bridges: two names)")
        parser.add_argument("--workers", type=int, default=WORKERS, help="同时处理的消息数 (messages at once)")
        parser.add_argument("--passwords", type=Path, metavar="FILE", help="持续更新的口令文件 (kept up to date)")
        parser.add_argument("--metrics-port", type=int, metavar="PORT", help="Prometheus 指标端口 (for Prometheus)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bridge.

        :raises CommandError: MQTT_URL is missing or wrong, or its CA file cannot be read; exit code 2.
        """
        if options["workers"] < 1:
            raise CommandError("--workers 至少为 1 (at least 1)", returncode=2)
        address = broker_address()
        try:
            bridge = Bridge(
                address=address,
                ca_file=settings.MQTT_CA_FILE,
                client_id=options["client_id"],
                workers=options["workers"],
            )
        except OSError as error:  # an SSLError is one
            raise CommandError(
                f"MQTT_CA_FILE 无法读取 (cannot be read): {error.strerror or error}", returncode=2
            ) from error
        stop = threading.Event()

        def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ask_to_stop)
        if options["metrics_port"]:
            start_http_server(options["metrics_port"])
        passwords: Path | None = options["passwords"]
        if passwords:
            keep_passwords(path=passwords, address=address)
        bridge.start()
        while not stop.wait(PASSWORDS_EVERY_S):
            if passwords:
                keep_passwords(path=passwords, address=address)
        bridge.stop()


def broker_address() -> BrokerAddress:
    """The address of the settings.

    :raises CommandError: there is none, or it is wrong; exit code 2.
    """
    if not settings.MQTT_URL:
        raise CommandError("没有设置 MQTT_URL (MQTT_URL is not set): mqtt://user:password@host:port", returncode=2)
    try:
        return parse_broker_url(url=settings.MQTT_URL)
    except ValueError as error:
        raise CommandError(str(error), returncode=2) from None


def keep_passwords(*, path: Path, address: BrokerAddress) -> None:
    """Bring the broker's password file up to date; what fails is logged and tried again."""
    close_old_connections()
    try:
        write_password_file(path=path, bridge_login=(address.user, address.password))
    except (OSError, DatabaseError) as error:
        log.warning("mqtt_passwords_not_written", error=str(error)[:200])
