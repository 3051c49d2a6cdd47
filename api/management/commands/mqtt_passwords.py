"""`mqtt_passwords OUT`: write the broker's password file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from api.management.commands.mqtt_bridge import broker_address
from sorting.services.mqtt_logins import write_password_file


class Command(BaseCommand):
    help = (
        "写出 MQTT 服务器的口令文件 (the broker's password file: every bin with a log-in, and the bridge of MQTT_URL)"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", metavar="OUT", type=Path, help="文件 (the file; its group may read it)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it, whole or not at all.

        :raises CommandError: MQTT_URL is wrong (exit code 2), or the file cannot be written (1).
        """
        address = broker_address()
        try:
            count = write_password_file(path=options["out"], bridge_login=(address.user, address.password))
        except OSError as error:
            raise CommandError(f"无法写入 (cannot be written): {error}", returncode=1) from error
        self.stderr.write(f"{count} 个用户 (users); 让服务器重新读取 (have the broker read it): kill -HUP")
