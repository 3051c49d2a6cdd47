"""A shop's settlement as an xlsx file: every redemption, the totals, and no cell that a spreadsheet runs."""

import datetime as dt
import io

import xlsxwriter
from django.utils import timezone
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lib.csv_output import escape_formula
from points.models import ShopSettlement
from points.redemption_codes import grouped
from points.reward_rules import yuan

HEADINGS = ("领取时间", "兑换码", "奖品", "数量", "积分", "金额(元)")
WIDTHS = (18, 18, 32, 8, 10, 12)
FIRST_LINE = 5  # behind three lines of head, an empty one and the headings
# Nothing that somebody typed is taken for a formula, a link or a number; sums are written as values.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def settlement_sheet(*, settlement: ShopSettlement) -> bytes:
    """The file. A closed settlement never changes, and neither does its file, to the byte."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"title": f"{settlement}", "created": settlement.closed_at.astimezone(dt.UTC)})
        sheet = book.add_worksheet("结算单")
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        _write_head(book=book, sheet=sheet, settlement=settlement)
        last = _write_lines(book=book, sheet=sheet, settlement=settlement)
        _write_total(book=book, sheet=sheet, settlement=settlement, row=last + 1)
    return out.getvalue()


def _write_head(*, book: Workbook, sheet: Worksheet, settlement: ShopSettlement) -> None:
    bold = book.add_format({"bold": True})
    closed_by = settlement.closed_by.display_name or settlement.closed_by.username
    head = (
        f"商户：{settlement.shop.name}",
        f"月份：{settlement.year}年{settlement.month}月",
        f"结账：{timezone.localtime(settlement.closed_at):%Y-%m-%d %H:%M} {closed_by}，"
        f"每元 {settlement.points_per_yuan} 分",
    )
    for row, text in enumerate(head):
        sheet.write_string(row, 0, escape_formula(text=text), bold)
    for column, heading in enumerate(HEADINGS):
        sheet.write_string(FIRST_LINE - 1, column, heading, bold)
    sheet.freeze_panes(FIRST_LINE, 0)


def _write_lines(*, book: Workbook, sheet: Worksheet, settlement: ShopSettlement) -> int:
    """Write every redemption; returns the last row."""
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
    money = book.add_format({"num_format": "0.00"})
    row = FIRST_LINE - 1
    for line in settlement.lines.order_by("collected_at", "pk").iterator():
        row += 1
        amount = yuan(points=line.points, points_per_yuan=settlement.points_per_yuan)
        sheet.write_datetime(row, 0, timezone.localtime(line.collected_at).replace(tzinfo=None), moment)
        sheet.write_string(row, 1, grouped(code=line.code))
        sheet.write_string(row, 2, escape_formula(text=line.reward_name))
        sheet.write_number(row, 3, line.quantity)
        sheet.write_number(row, 4, line.points)
        sheet.write_number(row, 5, float(amount), money)
    return row


def _write_total(*, book: Workbook, sheet: Worksheet, settlement: ShopSettlement, row: int) -> None:
    bold = book.add_format({"bold": True})
    total = yuan(points=settlement.points, points_per_yuan=settlement.points_per_yuan)
    sheet.write_string(row, 0, f"合计 {settlement.redemption_count} 单", bold)
    sheet.write_number(row, 4, settlement.points, bold)
    sheet.write_number(row, 5, float(total), book.add_format({"bold": True, "num_format": "0.00"}))
