"""`bin_key BIN`: make a bin's new signing key and print it, once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sorting.models import SmartBin
from sorting.services.bin_keys import OVERLAP_H, BinRevoked, make_bin_key, revoke_bin


class Command(BaseCommand):
    help = "为智能桶生成新的签名密钥,只显示这一次 (a bin's new signing key, shown once)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bin", metavar="BIN", help="桶号 (the bin's code)")
        parser.add_argument("--json", action="store_true", help="标准输出为一个 JSON 文档")
        parser.add_argument("--reinstate", action="store_true", help="重新启用已停用的桶 (take a revoked bin back)")
        parser.add_argument("--revoke", action="store_true", help="立即停用此桶,不生成密钥 (revoke the bin at once)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make or revoke.

        :raises CommandError: exit code 1 where there is no such bin, or it is revoked.
        """
        now = timezone.now()
        smart_bin = SmartBin.objects.filter(code=options["bin"]).first() if "\x00" not in options["bin"] else None
        if smart_bin is None:
            raise CommandError(f"没有桶号为 {options['bin']!r} 的智能桶 (no such bin)", returncode=1)
        if options["revoke"]:
            revoke_bin(smart_bin=smart_bin, now=now)
            self._print({"bin": smart_bin.code, "revoked_at": timezone.localtime(now).isoformat()}, options=options)
            return
        try:
            made = make_bin_key(smart_bin=smart_bin, now=now, is_reinstated=options["reinstate"])
        except BinRevoked as revoked:
            raise CommandError(f"{smart_bin.code}: {revoked.text}; --reinstate", returncode=1) from revoked
        until = made.previous_valid_until
        self._print(
            {
                "bin": smart_bin.code,
                "key": made.key,
                "previous_valid_until": timezone.localtime(until).isoformat() if until else None,
            },
            options=options,
        )

    def _print(self, document: dict[str, str | None], *, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        for name, value in document.items():
            self.stdout.write(f"{name}: {value or '—'}")
        if "key" in document:
            self.stderr.write(f"请立即写入该桶;旧密钥在 {OVERLAP_H} 小时后失效 (shown once; bring it to the bin now)")
