"""manage.py restore FILE: a backup's rows and keys into an empty database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from worker.backup import BackupRefused, Restored, restore_backup


class Command(BaseCommand):
    """Exit code 1 where the file or the database is refused, 2 where there is no such file."""

    help = "从备份恢复 (restore a backup into an empty database; an SQLite backup may go into PostgreSQL)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE, --replace and --json."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--replace", action="store_true", help="覆盖已有数据 (lose what the database holds now)")
        parser.add_argument("--json", action="store_true", dest="is_json")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore it and say what to do next."""
        source: Path = options["file"]
        if not source.is_file():
            raise CommandError(f"没有这个文件 no such file: {source}", returncode=2)
        try:
            restored = restore_backup(source=source, is_replacing=options["replace"])
        except BackupRefused as error:
            raise CommandError(error.text) from error
        for line in _advice(restored=restored):
            self.stderr.write(line)
        if options["is_json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "rows": restored.row_count,
                        "row_counts": restored.manifest.row_counts,
                        "keys_to_set": restored.keys_to_set,
                        "missing_migrations": restored.missing_migration_count,
                    },
                    indent=1,
                )
            )
            return
        self.stdout.write(
            f"已恢复 {restored.row_count:,} 行,与清单一致(备份于 {restored.manifest.made_at})。\n"
            f"{restored.row_count:,} rows are back, counted and equal to the manifest. Next: verify_ledger --json"
        )


def _advice(*, restored: Restored) -> list[str]:
    lines = [
        f"{variable} 来自环境变量,与备份的不同: 请改成 {settings.KEYS_DIR} 里恢复出来的值,否则读不出加密的数据。\n"
        f"{variable} comes from the environment and differs: set it to the value in {settings.KEYS_DIR}."
        for variable in restored.keys_to_set
    ]
    if restored.missing_migration_count:
        lines.append(
            f"还有 {restored.missing_migration_count} 项迁移未执行: 请运行 migrate。"
            f"{restored.missing_migration_count} migrations are not applied to it: run migrate."
        )
    return lines
