"""`bin_claim`: make a claim code for a bin to be, list the claims, approve or refuse one."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lib.errors import DomainError
from people.models import User
from sorting.categories import WasteCategory
from sorting.models import BinClaim, CollectionPoint
from sorting.services.claims import decide_claim, make_claim

_Row = dict[str, object]


class Command(BaseCommand):
    """Exit code 2 for wrong usage, 1 where the claim cannot be made or decided."""

    help = "智能桶认领码:生成、查看、审批 (claim codes for bins: make, list, decide)"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--by", metavar="USERNAME", help="经办人 (who does it)")
        parser.add_argument("--community", help="小区 (with --point, --bin: makes a code)")
        parser.add_argument("--point", help="投放点 (collection point)")
        parser.add_argument("--bin", help="桶号 (the code that the bin will have)")
        parser.add_argument("--categories", default="FOOD;RESIDUAL", help="收集类别,以 ; 分隔 (joined by ;)")
        parser.add_argument("--approve", type=int, metavar="CLAIM", help="同意 (approve this claim)")
        parser.add_argument("--refuse", type=int, metavar="CLAIM", help="不同意 (refuse this claim)")
        parser.add_argument("--json", action="store_true", help="标准输出为一个 JSON 文档")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make, decide, or list what is waiting.

        :raises CommandError: see the class.
        """
        try:
            if options["approve"] is not None or options["refuse"] is not None:
                document: _Row | list[_Row] = self._decide(options)
            elif options["bin"]:
                document = self._make(options)
            else:
                document = [_row(claim) for claim in _waiting()]
        except DomainError as error:
            raise CommandError(error.text, returncode=1) from error
        self._print(document, is_json=options["json"])

    def _make(self, options: dict[str, Any]) -> _Row:
        point = CollectionPoint.objects.filter(name=options["point"], community__name=options["community"]).first()
        if point is None:
            raise CommandError("没有这个小区的这个投放点 (no such point in this community)", returncode=1)
        categories = [part for part in options["categories"].split(";") if part]
        if not categories or not set(categories) <= set(WasteCategory.values):
            raise CommandError(f"类别须为 {';'.join(WasteCategory.values)} 之中", returncode=2)
        claim, code = make_claim(
            point=point,
            bin_code=options["bin"],
            categories=";".join(categories),
            officer=_officer(options) if options["by"] else None,
            now=timezone.now(),
        )
        return {**_row(claim), "claim_code": code}

    def _decide(self, options: dict[str, Any]) -> _Row:
        if options["approve"] is not None and options["refuse"] is not None:
            raise CommandError("--approve 与 --refuse 只用其一 (one of the two)", returncode=2)
        if not options["by"]:
            raise CommandError("须给出 --by (who decides)", returncode=2)
        is_approved = options["approve"] is not None
        claim = BinClaim.objects.filter(pk=options["approve"] if is_approved else options["refuse"]).first()
        if claim is None:
            raise CommandError("没有这个认领 (no such claim)", returncode=1)
        decide_claim(claim=claim, is_approved=is_approved, officer=_officer(options), now=timezone.now())
        claim.refresh_from_db()
        return _row(claim)

    def _print(self, document: _Row | list[_Row], *, is_json: bool) -> None:
        if is_json:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        rows = document if isinstance(document, list) else [document]
        for row in rows:
            self.stdout.write("  ".join(f"{name}: {'—' if value is None else value}" for name, value in row.items()))
        if not rows:
            self.stdout.write("没有等待审批的认领 (nothing is waiting)")


def _waiting() -> list[BinClaim]:
    waiting = BinClaim.objects.filter(presented_at__isnull=False, decided_at__isnull=True)
    return list(waiting.filter(expires_at__gt=timezone.now()).select_related("point").order_by("pk"))


def _officer(options: dict[str, Any]) -> User:
    officer = User.objects.filter(username=options["by"]).first()
    if officer is None:
        raise CommandError(f"没有用户 {options['by']!r} (no such user)", returncode=2)
    return officer


def _row(claim: BinClaim) -> _Row:
    return {
        "claim": claim.pk,
        "bin": claim.bin_code,
        "point": claim.point.name,
        "serial_number": claim.serial_number or None,
        "model": claim.model_name or None,
        "approved": claim.is_approved,
        "expires_at": timezone.localtime(claim.expires_at).isoformat(timespec="seconds"),
    }
