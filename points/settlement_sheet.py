"""A shop's settlement as an xlsx file: every redemption and the totals."""

from django.utils import timezone

from lib.document_xlsx import make_xlsx
from lib.documents import Cell, Document, DocumentTable
from points.models import ShopSettlement
from points.redemption_codes import grouped
from points.reward_rules import yuan

HEADINGS = ("领取时间", "兑换码", "奖品", "数量", "积分", "金额(元)")
WIDTHS = (9, 9, 16, 4, 5, 6)


def settlement_sheet(*, settlement: ShopSettlement) -> bytes:
    """The file. A closed settlement never changes, and neither does its file, to the byte."""
    rate = settlement.points_per_yuan
    closed_by = settlement.closed_by.display_name or settlement.closed_by.username
    rows: list[tuple[Cell, ...]] = [
        (
            timezone.localtime(line.collected_at),
            grouped(code=line.code),
            line.reward_name,
            line.quantity,
            line.points,
            float(yuan(points=line.points, points_per_yuan=rate)),
        )
        for line in settlement.lines.order_by("collected_at", "pk").iterator()
    ]
    total = float(yuan(points=settlement.points, points_per_yuan=rate))
    totals = (f"合计 {settlement.redemption_count} 单", "", "", "", settlement.points, total)
    document = Document(
        title="商户结算单",
        lines=(
            f"商户：{settlement.shop.name}",
            f"月份：{settlement.year}年{settlement.month}月",
            f"结账：{timezone.localtime(settlement.closed_at):%Y-%m-%d %H:%M} {closed_by}，每元 {rate} 分",
        ),
        tables=[DocumentTable(title="兑换明细", headings=HEADINGS, widths=WIDTHS, rows=rows, totals=totals)],
    )
    return make_xlsx(document=document, made_at=settlement.closed_at)
