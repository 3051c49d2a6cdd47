"""A register as a document: tables whose totals are the sums of their own rows, and no name of a household.

Doors stand beside the verdicts of a guide's own register and nowhere else (RegisterScope.shows_doors).
"""

import datetime as dt

from django.utils import timezone

from guides.models import Problem, ScenePhoto
from guides.queries.register_verdicts import VerdictLine
from guides.queries.registers import Register, ShiftLine
from lib.documents import Cell, Document, DocumentTable, Picture
from people.models import User
from sorting.models import VerificationSource

LEFT_OPEN = "没有下岗"


def register_document(*, register: Register, now: dt.datetime) -> Document:
    """The document of a register, made now."""
    scope = register.scope
    days = " 至 ".join(f"{day:%Y-%m-%d}" for day in sorted({scope.first, scope.last}))
    return Document(
        title=f"督导台账 {scope.community.name}",
        lines=(
            f"日期:{days}",
            f"督导员:{name_of(scope.guide) if scope.guide else '全部'}",
            f"生成时间:{timezone.localtime(now):%Y-%m-%d %H:%M}",
        ),
        tables=[
            _shifts(register),
            _verdict_days(register),
            _verdicts(register),
            _spot_checks(register),
            _problems(register),
            _gatherings(register),
            _home_visits(register),
        ],
        signers=("督导员", "小区负责人", "街道(乡镇)"),
    )


def name_of(user: User) -> str:
    """What people call the guide."""
    return user.display_name or user.get_username()


def _shifts(register: Register) -> DocumentTable:
    rows = [_shift(line) for line in register.shifts]
    minutes = sum(row[4] for row in rows if isinstance(row[4], int))
    late, early = (sum(bool(row[column]) for row in rows) for column in (5, 6))
    return DocumentTable(
        title="值班",
        headings=("上岗", "下岗", "督导员", "投放点", "时长(分钟)", "迟到(分钟)", "早退(分钟)", "照片"),
        widths=(9, 9, 6, 8, 6, 6, 6, 6),
        rows=rows,
        totals=(f"合计 {len(rows)} 班", "", "", "", minutes, f"{late} 次", f"{early} 次", ""),
    )


def _shift(line: ShiftLine) -> tuple[Cell, ...]:
    shift, held = line.shift, line.punctuality
    # Of a shift that nobody ended nobody knows how long it was: it adds no minutes.
    is_known = shift.ended_at is not None and not shift.is_left_open
    minutes = int((shift.ended_at - shift.started_at).total_seconds() // 60) if shift.ended_at and is_known else None
    return (
        timezone.localtime(shift.started_at),
        (LEFT_OPEN if shift.is_left_open else timezone.localtime(shift.ended_at)) if shift.ended_at else "在岗",
        name_of(shift.guide),
        shift.point.name,
        minutes,
        held.late_min if held.slot else None,
        held.early_min if held.slot and not shift.is_left_open else None,
        _picture(shift.photo),
    )


def _verdict_days(register: Register) -> DocumentTable:
    rows: list[tuple[Cell, ...]] = [
        (
            day.on_date,
            day.guide_name,
            day.correct_count,
            day.contaminated_count,
            day.misplaced_count,
            day.withdrawn_count,
            day.standing_count,
        )
        for day in register.verdict_days
    ]
    return DocumentTable(
        title="核验汇总",
        headings=("日期", "督导员", "合格", "混投", "误投", "撤回", "有效核验"),
        widths=(8, 8, 6, 6, 6, 6, 7),
        rows=rows,
        totals=("合计", "", *(_sum(rows, column) for column in range(2, 7))),
    )


def _verdicts(register: Register) -> DocumentTable:
    shows_doors = register.scope.shows_doors
    rows = [_verdict(line, shows_doors=shows_doors) for line in register.verdicts]
    given_count = sum(day.standing_count + day.withdrawn_count for day in register.verdict_days)
    sampled_count = sum(line.verification.source == VerificationSource.RANDOM_SAMPLE for line in register.verdicts)
    door = ("门牌",) if shows_doors else ()
    return DocumentTable(
        title="核验明细",
        headings=("时间", "督导员", "投放点", *door, "投放类别", "结论", "来由", "依据", "备注"),
        widths=(9, 5, 8, *((5,) if shows_doors else ()), 5, 10, 8, 21, 22),
        rows=rows,
        totals=(f"合计 {len(rows)} 条", "", "", *("" for _ in door), "", "", f"随机抽样 {sampled_count} 条", "", ""),
        note=f"共 {given_count} 条,这里只列最早的 {len(rows)} 条。缩短日期可以看到其余的。"
        if given_count > len(rows)
        else "",
    )


def _verdict(line: VerdictLine, *, shows_doors: bool) -> tuple[Cell, ...]:
    given = line.verification
    said = str(given.get_verdict_display())
    if given.actual_category:
        said = f"{said}(实为{given.get_actual_category_display()})"
    is_sampled = given.source == VerificationSource.RANDOM_SAMPLE
    return (
        timezone.localtime(given.verified_at),
        name_of(given.guide),
        line.point_name,
        *((line.door or None,) if shows_doors else ()),
        str(given.drop_off.get_category_display()),
        f"{said} 已撤回" if line.is_taken_back else said,
        str(given.get_source_display()) if is_sampled else f"指导:{given.get_source_display()}",
        given.rule,
        given.note,
    )


def _spot_checks(register: Register) -> DocumentTable:
    rows: list[tuple[Cell, ...]] = [
        (
            timezone.localtime(check.checked_at),
            name_of(check.guide),
            check.point.name,
            str(check.get_category_display()) if check.category else "各类",
            check.looked_at_count,
            check.wrong_count,
            None if check.purity_rate is None else round(check.purity_rate * 100),
            "有" if check.is_staffed else "无",
            check.note,
        )
        for check in register.spot_checks
    ]
    return DocumentTable(
        title="抽查",
        headings=("时间", "督导员", "投放点", "容器", "查(袋)", "错(袋)", "纯净度(%)", "有人值守", "备注"),
        widths=(9, 6, 8, 6, 5, 5, 6, 5, 12),
        rows=rows,
        totals=(f"合计 {len(rows)} 次", "", "", "", _sum(rows, 4), _sum(rows, 5), "", "", ""),
    )


def _problems(register: Register) -> DocumentTable:
    rows = [_problem(problem) for problem in register.problems]
    open_count = sum(problem.rectified_at is None for problem in register.problems)
    return DocumentTable(
        title="问题与整改",
        headings=(
            "发现时间",
            "发现人",
            "地点",
            "问题",
            "照片",
            "整改期限",
            "整改时间",
            "整改人",
            "整改说明",
            "整改照片",
        ),
        widths=(9, 6, 8, 10, 7, 9, 9, 6, 9, 7),
        rows=rows,
        totals=(f"合计 {len(rows)} 个", "", "", "", "", "", f"未整改 {open_count} 个", "", "", ""),
    )


def _problem(problem: Problem) -> tuple[Cell, ...]:
    return (
        timezone.localtime(problem.found_at),
        problem.finder,
        problem.point.name + (f" {problem.bin.code}" if problem.bin else ""),
        ":".join(filter(None, (str(problem.get_kind_display()), problem.note))),
        _picture(problem.photo),
        timezone.localtime(problem.due_at),
        timezone.localtime(problem.rectified_at) if problem.rectified_at else "未整改",
        name_of(problem.rectified_by) if problem.rectified_by else "",
        problem.rectified_note,
        _picture(problem.rectified_photo),
    )


def _gatherings(register: Register) -> DocumentTable:
    rows: list[tuple[Cell, ...]] = [
        (
            timezone.localtime(line.gathering.starts_at),
            timezone.localtime(line.gathering.ends_at),
            str(line.gathering.get_kind_display()),
            line.gathering.topic,
            name_of(line.gathering.guide),
            line.person_count,
            line.home_count,
            _picture(line.gathering.photo),
        )
        for line in register.gatherings
    ]
    return DocumentTable(
        title="培训与活动",
        headings=("开始", "结束", "种类", "主题", "督导员", "签到(人次)", "签到(户次)", "照片"),
        widths=(9, 9, 6, 14, 6, 6, 6, 6),
        rows=rows,
        totals=(f"合计 {len(rows)} 场", "", "", "", "", _sum(rows, 5), _sum(rows, 6), ""),
    )


def _home_visits(register: Register) -> DocumentTable:
    rows: list[tuple[Cell, ...]] = [
        (timezone.localtime(visit.visited_at), name_of(visit.guide), int(visit.is_met), visit.note)
        for visit in register.home_visits
    ]
    return DocumentTable(
        title="入户宣传",
        headings=("时间", "督导员", "见到住户(户)", "说明"),
        widths=(9, 8, 8, 24),
        rows=rows,
        totals=(f"合计 {len(rows)} 次", "", _sum(rows, 2), ""),
    )


def _picture(photo: ScenePhoto | None) -> Cell:
    return Picture(bytes(photo.small)) if photo else ""


def _sum(rows: list[tuple[Cell, ...]], column: int) -> int:
    return sum(cell for row in rows if isinstance(cell := row[column], int))
