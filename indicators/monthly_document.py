"""月报: a month as a document of tables, before it becomes an xlsx and a PDF. Pure: what was read in, cells out."""

from collections.abc import Sequence
from fractions import Fraction

from django.utils import timezone

from indicators.catalogue import Computed
from indicators.facts import CommunityFacts, Period
from indicators.formulas import (
    RECOVERABLE_CATEGORIES,
    Figure,
    Number,
    accuracy_random_sample,
    participation,
    rate,
    recovery_bin_side,
    recovery_weighed,
)
from indicators.published import number_text
from indicators.queries.monthly import FigureOfMonth, Month, MonthSum
from lib.documents import Cell, ChartKind, Document, DocumentTable, TableChart

UNITS = {"rate": "%", "households": "户", "kg/person/day": "千克/人·日", "kg": "吨"}
FIGURE_HEADINGS = ("指标", "单位", "本月", "目标", "对照目标", "上月", "分子", "分母", "样本", "已发布", "发布标记")
FIGURE_WIDTHS = (15, 6, 6, 7, 5, 6, 9, 9, 4, 6, 9)
COMMUNITY_HEADINGS = (
    *("小区", "街道/乡镇", "登记户", "参与户", "参与率(%)"),
    *("投放(千克)", "可回收和厨余(千克)", "桶端回收率(%)", "清运(千克)", "过磅回收率(%)", "核验", "准确", "准确率(%)"),
)
COMMUNITY_WIDTHS = (9, 7, 4, 4, 6, 8, 10, 7, 8, 7, 4, 4, 6)
TREND_HEADINGS = ("月份", "投放(千克)", "可回收和厨余(千克)", "占比(%)", "清运(千克)")
TREND_WIDTHS = (6, 8, 8, 6, 8)
CHARTED_COMMUNITIES_MAX = 16


def monthly_document(*, month: Month) -> Document:
    """The report of a month."""
    read_at = timezone.localtime(month.read_at)
    return Document(
        title=f"{month.period.starts_on.year}年{month.period.starts_on.month}月生活垃圾分类月报",
        lines=(
            f"{month.period.starts_on} 至 {month.period.ends_on},全区。数据截至 {read_at:%Y-%m-%d %H:%M}。",
            _publication_line(month=month),
            "— 表示没有数据,不算 0。比率由分子、分母合计后相除,不取各小区比率的平均。",
            *(("还有没结算的记录,数字可能再变。",) if month.is_stale else ()),
        ),
        tables=[
            DocumentTable(
                title="指标对照目标",
                headings=FIGURE_HEADINGS,
                widths=FIGURE_WIDTHS,
                rows=[_figure_row(each, period=month.period) for each in month.figures],
                note="分子、分母的单位见总览里各指标的口径;“重述”表示现在的数和发布的不同,发布的数不改。",
            ),
            DocumentTable(
                title="各小区",
                headings=COMMUNITY_HEADINGS,
                widths=COMMUNITY_WIDTHS,
                rows=[
                    (each.name, month.subdistricts.get(each.community_id, ""), *_sums([each], period=month.period))
                    for each in month.communities
                ],
                totals=("合计", None, *_sums(month.communities, period=month.period)) if month.communities else (),
                note="过磅回收率和桶端回收率不混用;准确率只用随机抽样。",
                charts=_community_charts(count=len(month.communities)),
            ),
            DocumentTable(
                title="近十二个月",
                headings=TREND_HEADINGS,
                widths=TREND_WIDTHS,
                rows=[_trend_row(each) for each in month.trend],
                charts=(
                    TableChart(title="投放和清运(千克)", kind=ChartKind.COLUMN, columns=(1, 4)),
                    TableChart(title="可回收和厨余占投放(%)", kind=ChartKind.LINE, columns=(3,)),
                ),
            ),
        ],
        signers=("编制", "审核"),
    )


def _community_charts(*, count: int) -> tuple[TableChart, ...]:
    """Of a district whose communities still stand side by side; of more the ranking is read, not seen."""
    if not 0 < count <= CHARTED_COMMUNITIES_MAX:
        return ()
    return (
        TableChart(title="各小区回收率(%)", kind=ChartKind.COLUMN, columns=(7, 9)),
        TableChart(title="各小区参与率(%)", kind=ChartKind.COLUMN, columns=(4,)),
    )


def _publication_line(*, month: Month) -> str:
    if month.publication is None:
        return "本月数据尚未发布。"
    restated = sum(1 for each in month.figures if _mark(each).startswith("重述"))
    stage = f"本月已发布{month.publication.get_stage_display()}(第 {month.publication.number} 号)"
    return f"{stage},其中 {restated} 项有重述。" if restated else f"{stage},与现在的数一致。"


def _figure_row(each: FigureOfMonth, *, period: Period) -> tuple[Cell, ...]:
    computed, figure = each.computed, each.figure
    target = computed.target(period.ends_on)
    goal = None if target is None else Fraction(target)
    sign = "≤" if computed.is_less_better else "≥"
    return (
        computed.name_zh,
        UNITS[computed.unit],
        _in_unit(figure.value, computed=computed),
        None if goal is None else f"{sign} {_words(goal, computed=computed)}",
        _against(value=figure.value, goal=goal, is_less_better=computed.is_less_better),
        _in_unit(each.before.value, computed=computed),
        _plain(figure.numerator),
        _plain(figure.denominator),
        figure.sample_count,
        None if each.published is None else _published(each),
        _mark(each),
    )


def _against(*, value: Number | None, goal: Fraction | None, is_less_better: bool) -> str | None:
    if goal is None:
        return "没有定"
    if value is None:
        return None
    return "达标" if (value <= goal if is_less_better else value >= goal) else "未达标"


def _published(each: FigureOfMonth) -> Cell:
    text = each.published.value if each.published else ""
    return _in_unit(Fraction(text), computed=each.computed) if text else None


def _mark(each: FigureOfMonth) -> str:
    """Whether the figure is out, and whether it is another today."""
    if each.published is None:
        return "未发布"
    published, figure = each.published, each.figure
    parts = ((published.value, figure.value), (published.numerator, figure.numerator))
    is_same = all(text == number_text(now) for text, now in (*parts, (published.denominator, figure.denominator)))
    if is_same:
        return "已发布"
    if not published.value or figure.value is None:
        return "重述"
    if figure.value == Fraction(published.value):
        return "重述(分子或分母)"
    return f"重述(差 {_words(figure.value - Fraction(published.value), computed=each.computed)})"


def _sums(communities: Sequence[CommunityFacts], *, period: Period) -> tuple[Cell, ...]:
    """The parts of these communities added up, the rates from the sums."""
    taking = participation(communities=communities, period=period)
    bin_side = recovery_bin_side(communities=communities, period=period)
    weighed = recovery_weighed(communities=communities, period=period)
    sample = accuracy_random_sample(communities=communities, period=period)
    recoverable_g = sum(c.drop_off_weights_g.get(each, 0) for c in communities for each in RECOVERABLE_CATEGORIES)
    return (
        sum(each.households.enrolled_count for each in communities),
        sum(each.households.participating_count for each in communities),
        _percent(taking),
        _kg(sum(sum(each.drop_off_weights_g.values()) for each in communities)),
        _kg(recoverable_g),
        _percent(bin_side),
        _kg(sum(sum(each.load_weights_g.values()) for each in communities)),
        _percent(weighed),
        sum(each.random_sample.looked_at_count for each in communities),
        sum(each.random_sample.right_count for each in communities),
        _percent(sample),
    )


def _trend_row(each: MonthSum) -> tuple[Cell, ...]:
    share = rate(numerator=each.recoverable_g, denominator=each.drop_off_g)
    return (
        f"{each.starts_on:%Y-%m}",
        _kg(each.drop_off_g),
        _kg(each.recoverable_g),
        None if share is None else float(100 * share),
        _kg(each.load_g),
    )


def _in_unit(number: Number | None, *, computed: Computed) -> int | float | None:
    """Rates in per cent, kilograms in tonnes; not rounded, so that a cell can be reckoned with."""
    if number is None:
        return None
    if computed.unit == "households":
        return int(number)
    return float({"rate": 100 * number, "kg": Fraction(number) / 1_000}.get(computed.unit, number))


def _words(number: Number, *, computed: Computed) -> str:
    """The same to read, with thousands."""
    value = _in_unit(number, computed=computed)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def _plain(number: Number | None) -> int | float | None:
    if number is None:
        return None
    return int(number) if number == int(number) else float(number)


def _percent(figure: Figure) -> float | None:
    return None if figure.value is None else float(100 * figure.value)


def _kg(weight_g: int) -> float | None:
    """None for nothing: what is not known to have been weighed is no 0."""
    return weight_g / 1_000 if weight_g else None
