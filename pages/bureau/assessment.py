"""评估: the plan's 47 indicators over a period as a document, for the mid-term and the final assessment."""

from collections import Counter
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from indicators.catalogue import COMPUTED
from indicators.definitions import DEFINITIONS
from lib.document_pdf import make_pdf
from lib.document_xlsx import make_xlsx
from lib.documents import Cell, Document, DocumentTable
from pages.access import for_roles
from pages.bureau.asked import Asked, AskedWrongly, read_asked
from pages.bureau.dashboard.cards import STATES, UNITS, figure_of
from pages.bureau.dashboard.reading import facts_in_scope
from pages.bureau.overview import render_asked_wrongly
from pages.bureau.plan import ASSESSMENTS, HEADINGS, PlanRow, plan_rows
from pages.reading_out import NO_DATA, value_number
from pages.registers import CONTENT_TYPES, PDF
from people.models import Role
from people.standing import Standing

WIDTHS = (4, 16, 8, 9, 9, 12, 6, 6, 12, 14)
OPEN_HEADINGS = ("责任部门", "序号", "指标", "目标", "数值", "状态")
OPEN_WIDTHS = (12, 4, 18, 10, 10, 6)
FIGURE_HEADINGS = ("指标", "数值", "单位", "分子", "分母", "样本", "公式")
FIGURE_WIDTHS = (14, 7, 7, 10, 10, 6, 30)


@require_safe
@for_roles(Role.OFFICER)
def assessment(request: HttpRequest, standing: Standing, kind: str, file_format: str) -> HttpResponse:
    """The document of a period and scope, as they stand in the address of the 47 indicators."""
    if kind not in ASSESSMENTS or file_format not in CONTENT_TYPES:
        raise Http404
    try:
        asked = read_asked(parameters=request.GET.dict(), standing=standing, today=timezone.localdate())
    except AskedWrongly as error:
        return render_asked_wrongly(request, error=error, current="bureau-plan")
    made_at = timezone.localtime()
    document = assessment_document(
        kind=kind,
        asked=asked,
        rows=plan_rows(asked=asked),
        figures=_figures(asked=asked),
        read_at=f"{made_at:%Y-%m-%d %H:%M}",
    )
    name = f"{kind}-{asked.period.starts_on}-{asked.period.ends_on}"
    make = make_pdf if file_format == PDF else make_xlsx
    return HttpResponse(
        make(document=document, made_at=made_at),
        content_type=CONTENT_TYPES[file_format],
        headers={"Content-Disposition": f'attachment; filename="{name}.{file_format}"'},
    )


def assessment_document(
    *, kind: str, asked: Asked, rows: Sequence[PlanRow], figures: Sequence[tuple[Cell, ...]], read_at: str
) -> Document:
    """What is reached, what is not and who answers for it, and what the computed figures are made of."""
    counts = Counter(row.state for row in rows)
    summary = "、".join(f"{STATES[state].lstrip('✓✗ ')} {counts[state]}" for state in ("met", "missed", "open", "none"))
    return Document(
        title=f"生活垃圾分类{ASSESSMENTS[kind]}",
        lines=(
            f"{asked.scope_name},{asked.period.starts_on} 至 {asked.period.ends_on}。数据截至 {read_at}。",
            f"共 {len(rows)} 行指标口径:{summary}。没有数值的不算达标,也不算未达标。",
            "平台计算的按这段日期和范围算;部门填报的是审核通过的最近一期,期间写在各行;问卷是最近一轮已结束的全区结果。",
        ),
        tables=[
            DocumentTable(title="指标完成情况", headings=HEADINGS, widths=WIDTHS, rows=[row.cells for row in rows]),
            DocumentTable(
                title="未达标和没有数值的",
                headings=OPEN_HEADINGS,
                widths=OPEN_WIDTHS,
                rows=[
                    (row.departments or NO_DATA, row.number, row.name, row.target, row.value, row.state_text)
                    for row in sorted(rows, key=lambda row: (row.departments, row.number))
                    if row.state in ("missed", "none")
                ],
                note="按责任部门排列。",
            ),
            DocumentTable(
                title="平台计算的数从哪里来",
                headings=FIGURE_HEADINGS,
                widths=FIGURE_WIDTHS,
                rows=figures,
                note="分子、分母可以在总览里逐级打开到小区、日期、投放和清运单。",
            ),
        ],
        signers=("编制", "审核", "批准"),
    )


def _figures(*, asked: Asked) -> list[tuple[Cell, ...]]:
    communities = facts_in_scope(asked=asked)
    rows: list[tuple[Cell, ...]] = []
    for computed in COMPUTED:
        definition = DEFINITIONS[computed.code, computed.measure]
        figure = figure_of(computed=computed, communities=communities, period=asked.period)
        rows.append(
            (
                computed.name_zh,
                value_number(value=figure.value, unit=computed.unit),
                UNITS[computed.unit],
                None if figure.numerator is None else float(figure.numerator),
                None if figure.denominator is None else float(figure.denominator),
                figure.sample_count,
                f"{definition.numerator} ÷ {definition.denominator or 1}(第 {definition.version} 版)",
            )
        )
    return rows
