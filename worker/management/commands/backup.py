"""manage.py backup OUT.tar.gz: the database and the keys in one file, while everything goes on."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from worker.backup import BackupRefused, make_backup


class Command(BaseCommand):
    """Exit code 1 where the backup was refused, 2 where its folder does not exist."""

    help = "备份数据库和密钥 (back up the database and the keys; keep the file as you keep the keys)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """OUT and --json."""
        parser.add_argument("out", type=Path, metavar="OUT.tar.gz")
        parser.add_argument("--json", action="store_true", dest="is_json")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and say what is in it."""
        target: Path = options["out"].resolve()
        if not target.parent.is_dir():
            raise CommandError(f"没有这个文件夹 no such folder: {target.parent}", returncode=2)
        try:
            manifest = make_backup(target=target, now=timezone.now())
        except BackupRefused as error:
            raise CommandError(error.text) from error
        row_count = sum(manifest.row_counts.values())
        if options["is_json"]:
            self.stdout.write(
                json.dumps({"file": str(target), "rows": row_count, "row_counts": manifest.row_counts}, indent=1)
            )
            return
        self.stdout.write(
            f"已备份 {row_count:,} 行,{len(manifest.row_counts)} 张表,含密钥: {target}\n"
            f"{row_count:,} rows and the keys: whoever has this file can read it all."
        )
