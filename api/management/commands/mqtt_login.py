"""`mqtt_login BIN`: make a bin's password at the MQTT broker and print it, once; or revoke it."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lib.errors import DomainError
from sorting.models import SmartBin
from sorting.services.mqtt_logins import make_mqtt_login, revoke_mqtt_login


class Command(BaseCommand):
    help = "为智能桶生成新的 MQTT 口令,只显示这一次 (a bin's new MQTT password, shown once)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bin", metavar="BIN", help="桶号 (the bin's code)")
        parser.add_argument("--json", action="store_true", help="标准输出为一个 JSON 文档")
        parser.add_argument("--revoke", action="store_true", help="取消此桶的 MQTT 登录 (take its log-in away)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make or revoke.

        :raises CommandError: exit code 1 where there is no such bin, it is revoked, or its code is no user name.
        """
        smart_bin = SmartBin.objects.filter(code=options["bin"]).first() if "\x00" not in options["bin"] else None
        if smart_bin is None:
            raise CommandError(f"没有桶号为 {options['bin']!r} 的智能桶 (no such bin)", returncode=1)
        if options["revoke"]:
            had_one = revoke_mqtt_login(smart_bin=smart_bin)
            self._print({"bin": smart_bin.code, "revoked": had_one}, is_json=options["json"])
            return
        try:
            made = make_mqtt_login(smart_bin=smart_bin, now=timezone.now())
        except DomainError as error:
            raise CommandError(f"{smart_bin.code}: {error.text}", returncode=1) from error
        self._print({"bin": smart_bin.code, "user": made.user, "password": made.password}, is_json=options["json"])
        self.stderr.write(
            "请立即写入该桶;服务器重新读取口令文件后生效 (shown once; counts when the broker reads its file)"
        )

    def _print(self, document: dict[str, str | bool], *, is_json: bool) -> None:
        if is_json:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        for name, value in document.items():
            self.stdout.write(f"{name}: {value}")
