"""数据质量: how far the figures of each community can be trusted, part by part."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from indicators.quality import OBSERVATIONS_MIN, PARTS, QualityFacts, QualityPart, parts_of, score_of
from indicators.queries.quality import Quality, RefusedCount, read_quality
from lib.documents import Cell
from pages.access import for_roles
from pages.bureau.asked import Asked, AskedWrongly, read_asked
from pages.bureau.overview import asked_context, render_asked_wrongly
from pages.bureau.shell import render_bureau
from pages.reading_out import NO_DATA
from pages.table_file import asked_format, table_file
from people.models import Role
from people.standing import Standing

WORST_FIRST_MAX = 100  # so many communities on the screen; the file has all of them
REASONS = {
    "event_id_invalid": "事件号不合规",
    "method_unknown": "识别方式不认识",
    "category_unknown": "类别不认识",
    "weight_out_of_range": "重量不可能(不在 1 克至 50 千克)",
    "occurred_at_invalid": "投放时间不合规",
    "occurred_in_future": "投放时间在将来",
    "occurred_too_long_ago": "投放时间超过 45 天",
    "field_invalid": "字段不合规",
    "conflict": "同一事件号,内容不同",
}
FILE_HEADINGS = (
    *("小区", "街道/乡镇", "得分", "有数据的项"),
    *(f"{name}{end}" for name in PARTS for end in ("", "(分子)", "(分母)")),
    "观测不足",
)


@dataclass(frozen=True, slots=True)
class QualityRow:
    """One community. `cells` are (what a narrow screen calls it, share, good ÷ whole, whether something is amiss)."""

    name: str
    within: str
    scope: str
    score: Fraction | None
    parts: Sequence[QualityPart]
    few: str
    is_without_loads: bool

    @property
    def score_text(self) -> str:
        """From 0 to 100."""
        return NO_DATA if self.score is None else f"{float(100 * self.score):.1f}"

    @property
    def known_count(self) -> int:
        """How many parts have a share."""
        return sum(1 for part in self.parts if part.share is not None)

    @property
    def cells(self) -> list[tuple[str, str, str, bool]]:
        """The parts, as the table has them."""
        return [
            (part.name, _percent(part.share), f"{part.good:,} / {part.whole:,}" if part.whole else "", _is_amiss(part))
            for part in self.parts
        ]


@require_safe
@for_roles(Role.OFFICER)
def quality(request: HttpRequest, standing: Standing) -> HttpResponse:
    """`?from=&to=&scope=` say what, as on the first screen; `format=` gives the table as a file."""
    try:
        asked = read_asked(parameters=request.GET.dict(), standing=standing, today=timezone.localdate())
    except AskedWrongly as error:
        return render_asked_wrongly(request, error=error, current="bureau-quality")
    found = read_quality(period=asked.period, community_ids=asked.community_ids)
    rows = _rows(asked=asked, found=found)
    if file_format := asked_format(request):
        return table_file(
            name=f"quality-{asked.period.starts_on}-{asked.period.ends_on}",
            title="数据质量",
            headings=FILE_HEADINGS,
            rows=[_file_cells(row=row) for row in rows],
            file_format=file_format,
        )
    facts = [found.by_community.get(place.community_id, QualityFacts()) for place in asked.places]
    context = {
        "heading": "数据质量",
        "rows": rows[:WORST_FIRST_MAX],
        "left_out_count": max(0, len(rows) - WORST_FIRST_MAX),
        "parts": list(PARTS.items()),
        "observations_min": OBSERVATIONS_MIN,
        "sums": _sums(facts=facts),
        "reasons": _reasons(refused=found.refused),
    } | asked_context(asked=asked)
    return render_bureau(request, "pages/bureau/quality.html", context, current="bureau-quality")


def _rows(*, asked: Asked, found: Quality) -> list[QualityRow]:
    """The worst first, those without a score at the end."""
    rows = []
    for place in asked.places:
        facts = found.by_community.get(place.community_id, QualityFacts())
        parts = parts_of(facts=facts)
        rows.append(
            QualityRow(
                name=place.name,
                within=place.subdistrict,
                scope=f"c{place.community_id}",
                score=score_of(facts=facts, parts=parts),
                parts=parts,
                few="、".join(f"{word} {count:,}" for word, count in facts.few) if facts.has_data else NO_DATA,
                is_without_loads=facts.is_without_loads,
            )
        )
    rows.sort(key=lambda row: (row.score is None, row.score or 0, row.name))
    return rows


def _sums(*, facts: Sequence[QualityFacts]) -> list[tuple[str, str]]:
    """The first line of the screen: what is amiss, counted."""
    silent_count = sum(each.silent_bin_count for each in facts)
    return [
        ("投放", f"{sum(each.drop_off_count for each in facts):,} 次"),
        (
            "静默的桶",
            f"{silent_count:,} / {sum(each.bin_count for each in facts):,} 个",
        ),
        ("缺号", f"{sum(each.missing_count for each in facts):,} 条"),
        ("重量不可信", f"{sum(each.implausible_count for each in facts):,} 次"),
        ("迟到的投放", f"{sum(each.late_count for each in facts):,} 次"),
        ("没有清运单的小区", f"{sum(each.is_without_loads for each in facts):,} 个"),
        ("有观测不足的小区", f"{sum(1 for each in facts if each.has_data and each.few):,} 个"),
    ]


def _reasons(*, refused: Sequence[RefusedCount]) -> list[tuple[str, str, str, str]]:
    """Reason, events, of them replayed, of them from bins that nobody knows; the most frequent first."""
    counts, replayed, unknown = Counter[str](), Counter[str](), Counter[str]()
    for each in refused:
        counts[each.code] += each.count
        replayed[each.code] += each.replayed_count
        unknown[each.code] += each.count if each.community_id is None else 0
    return [
        (REASONS.get(code, code), f"{count:,}", f"{replayed[code]:,}", f"{unknown[code]:,}")
        for code, count in counts.most_common()
    ]


def _file_cells(*, row: QualityRow) -> list[Cell]:
    cells: list[Cell] = [row.name, row.within, row.score_text, row.known_count]
    for part in row.parts:
        cells += [_percent(part.share), part.good, part.whole]
    return [*cells, row.few]


def _percent(share: Fraction | None) -> str:
    """Rounded down, so that 100 % is only what is whole."""
    return NO_DATA if share is None else f"{int(1_000 * share) / 10:.1f} %"


def _is_amiss(part: QualityPart) -> bool:
    return part.share is not None and part.share < 1
