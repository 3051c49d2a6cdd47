"""Reporter He of the 科工局, reviewer Qian, and what they work with."""

import datetime as dt
from decimal import Decimal
from typing import Any

from indicators.models import Department, IndicatorMeasure, IndicatorValue, MonthlyReport, ReportState
from indicators.services.reporting import report_value
from people.models import Role, RoleGrant, ScopeKind, User
from tests.conftest import NOON

# A file that ends before its first page: what it begins with says what it is.
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n"
YEAR = (dt.date(2025, 1, 1), dt.date(2025, 12, 31))


def department_called(name: str) -> Department:
    """A department of the plan."""
    return Department.objects.get(name=name)


def make_reporter(*, name: str = "he", department: str = "区科工局") -> User:
    """Somebody who reports for a department."""
    user = User.objects.create_user(username=name, password=f"{name}-password-1", display_name=f"{name}填报员")
    RoleGrant.objects.create(
        user=user,
        role=Role.REPORTER,
        scope_kind=ScopeKind.DEPARTMENT,
        scope_id=department_called(department).pk,
        starts_on=dt.date(2026, 1, 1),
    )
    return user


def make_reviewer(*, name: str = "qian") -> User:
    """Somebody who reviews what departments report."""
    user = User.objects.create_user(username=name, password=f"{name}-password-1", display_name=f"{name}审核员")
    RoleGrant.objects.create(
        user=user, role=Role.REVIEWER, scope_kind=ScopeKind.DISTRICT, starts_on=dt.date(2026, 1, 1)
    )
    return user


def measure_of(*, number: int) -> IndicatorMeasure:
    """The first measure of an indicator."""
    return IndicatorMeasure.objects.select_related("indicator").filter(indicator__number=number).order_by("pk")[0]


def report(*, reporter: User, number: int = 5, now: dt.datetime = NOON, **changed: Any) -> IndicatorValue:
    """81.5 % for 2025, with a PDF, unless said otherwise."""
    said: dict[str, Any] = {
        "measure": measure_of(number=number),
        "department": department_called("区科工局"),
        "starts_on": YEAR[0],
        "ends_on": YEAR[1],
        "value": Decimal("81.5"),
        "value_text": "",
        "note": "年报第 3 页",
        "file_name": "年报.pdf",
        "data": PDF,
    }
    return report_value(**said | changed, reporter=reporter, now=now)


def a_made_report() -> MonthlyReport:
    """The monthly report of October, its files a word each."""
    report, _ = MonthlyReport.objects.get_or_create(
        starts_on=dt.date(2026, 10, 1),
        defaults={
            "requested_by": User.objects.earliest("pk"),
            "requested_at": NOON,
            "finished_at": NOON,
            "state": ReportState.DONE,
            "xlsx": b"x",
            "pdf": b"x",
        },
    )
    return report
