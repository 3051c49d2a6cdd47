"""`manage.py recompute`: counts every day again from raw drop-offs; `--check` only compares."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from households.models import Community, Household
from indicators.recount import (
    Difference,
    community_day_differences,
    household_day_differences,
    repair_days,
)
from indicators.recount.community_days import FIELDS as COMMUNITY_DAY_FIELDS
from indicators.recount.household_days import FIELDS as HOUSEHOLD_DAY_FIELDS

EXIT_DIFFERENT = 1
DIFFERENCES_LISTED_MAX = 10_000  # a lost table would list millions; the number is said all the same
DIFFERENCES_SHOWN_MAX = 20


class Command(BaseCommand):
    """Says which tallies are not what their drop-offs come to, and without `--check` puts them right."""

    help = "从原始投放记录重算小区日汇总和住户日汇总 (recount every CommunityDay and HouseholdDay)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="只比较,不修改 (compare, change nothing)")
        parser.add_argument("--json", action="store_true", help="JSON")

    def handle(self, **options: Any) -> None:
        is_check = options["check"]
        if is_check:
            community_days, household_days = community_day_differences(), household_day_differences()
        else:
            repair = repair_days()
            community_days, household_days = iter(repair.community_days), iter(repair.household_days)
        entries = itertools.chain(_of_communities(days=community_days), _of_households(days=household_days))
        listed = list(itertools.islice(entries, DIFFERENCES_LISTED_MAX))
        unlisted_count = sum(1 for _ in entries)
        if unlisted_count:
            self.stderr.write(f"另有 {unlisted_count} 处未列出 (and {unlisted_count} more, not listed)")
        is_ok = not listed or not is_check
        if options["json"]:
            self.stdout.write(json.dumps({"ok": is_ok, "differences": listed}, ensure_ascii=False, indent=1))
        else:
            self._write_text(differences=listed, count=len(listed) + unlisted_count, is_check=is_check)
        if not is_ok:
            count = len(listed) + unlisted_count
            raise CommandError(f"{count} 处不一致 (tallies differ from their drop-offs)", returncode=EXIT_DIFFERENT)

    def _write_text(self, *, differences: list[dict[str, object]], count: int, is_check: bool) -> None:
        if not differences:
            self.stdout.write("汇总与原始投放记录一致。 Every tally equals its drop-offs.")
            return
        for each in differences[:DIFFERENCES_SHOWN_MAX]:
            owner = each.get("community") or each.get("household")
            self.stdout.write(
                f"{each['table']} {owner} {each['date']} {each['category']} {each['field']}:"
                f" {_shown(figure=each['stored'])} → {_shown(figure=each['recounted'])}"
            )
        if not is_check:
            self.stdout.write(f"{count} 处已更正 (put right)")


def _of_communities(*, days: Iterator[Difference]) -> Iterator[dict[str, object]]:
    names: Mapping[int, str] = {}
    for difference in days:
        names = names or dict(Community.objects.values_list("pk", "name"))
        yield from _entries(
            difference=difference,
            fields=COMMUNITY_DAY_FIELDS,
            key={"table": "CommunityDay", "community": names.get(difference.owner_id, f"#{difference.owner_id}")},
        )


def _of_households(*, days: Iterator[Difference]) -> Iterator[dict[str, object]]:
    while chunk := list(itertools.islice(days, 500)):
        owner_ids = {difference.owner_id for difference in chunk}
        codes = dict(Household.objects.filter(pk__in=owner_ids).values_list("pk", "code"))
        for difference in chunk:
            yield from _entries(
                difference=difference,
                fields=HOUSEHOLD_DAY_FIELDS,
                key={"table": "HouseholdDay", "household": codes.get(difference.owner_id, f"#{difference.owner_id}")},
            )


def _entries(
    *, difference: Difference, fields: Iterable[str], key: Mapping[str, object]
) -> Iterator[dict[str, object]]:
    """One entry for each field that differs; null where there is no such row."""
    for place, name in enumerate(fields):
        stored = None if difference.stored is None else difference.stored[place]
        recounted = None if difference.recounted is None else difference.recounted[place]
        if stored != recounted:
            yield {
                **key,
                "date": difference.occurred_on.isoformat(),
                "category": difference.category,
                "field": name,
                "stored": stored,
                "recounted": recounted,
            }


def _shown(*, figure: object) -> str:
    return "无 (none)" if figure is None else f"{figure}"
