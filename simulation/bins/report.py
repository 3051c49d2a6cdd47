"""What a simulation says at its end: as one JSON document, or in words. Pure."""

from collections.abc import Iterator

from simulation.bins.calibration import HOUSEHOLDS_A_POINT_MAX, HOUSEHOLDS_A_POINT_MIN
from simulation.bins.layout import Layout
from simulation.bins.running import Outcome, Plan

_NOT_CHECKED_ELSEWHERE = "平台的表:不是本库 (the platform's tables: another database; only its answers were checked)"


def as_document(*, plan: Plan, outcome: Outcome) -> dict[str, object]:
    """The whole outcome for programs."""
    counters, figures, verdict = outcome.counters, outcome.figures, outcome.verdict
    return {
        "district": plan.layout.tag,
        "bins": len(plan.layout.bins),
        "households": plan.layout.households,
        "from": plan.days[0].isoformat(),
        "to": plan.days[-1].isoformat(),
        "sent": figures.sent,
        "accepted": figures.accepted,
        "duplicate": figures.duplicate,
        "conflict": figures.conflict,
        "rejected": figures.refused,
        "refused": dict(sorted(counters.refused.items())),
        "messages": counters.messages,
        "same_answers": counters.same_answers,
        "heartbeats": counters.heartbeats,
        "retries": counters.retries,
        "faults": outcome.fault_counts,
        "events_per_s": round(figures.events_a_second, 1),
        "seconds": {stage: round(took, 3) for stage, took in outcome.seconds.items()},
        "expected": None
        if verdict is None
        else {
            "drop_offs": verdict.drop_offs,
            "weight_g": verdict.weight_g,
            "household_days": verdict.household_days,
            "points": verdict.points,
            "right_count": verdict.right_count,
        },
        "check": {
            "ok": outcome.is_clean,
            "differences": [] if verdict is None else verdict.differences,
            "difference_count": 0 if verdict is None else verdict.difference_count,
            "surprises": counters.surprises,
            "surprise_count": counters.surprise_count,
            "failures": counters.failures,
            "unsent": len(counters.unsent_event_ids),
            "not_checked": [_NOT_CHECKED_ELSEWHERE] if verdict is None else verdict.not_checked,
        },
    }


def as_lines(*, plan: Plan, outcome: Outcome) -> Iterator[str]:
    """The same for people."""
    counters, figures, verdict = outcome.counters, outcome.figures, outcome.verdict
    yield (
        f"{plan.days[0]} – {plan.days[-1]} · {len(plan.layout.bins)} 个桶 bins · "
        f"{plan.layout.households:,} 户 households · {plan.layout.tag}"
    )
    yield (
        f"发送 sent {figures.sent:,} · 接收 accepted {figures.accepted:,} · 重复 duplicate {figures.duplicate:,} · "
        f"冲突 conflict {figures.conflict:,} · 拒收 rejected {figures.refused:,} · "
        f"每秒 events/s {figures.events_a_second:,.0f}"
    )
    if outcome.fault_counts:
        yield "故障 faults: " + " · ".join(f"{fault} {count:,}" for fault, count in outcome.fault_counts.items())
    if verdict is None:
        yield f"没有核对 not checked: {_NOT_CHECKED_ELSEWHERE}"
    else:
        yield (
            f"平台应有 must hold: {verdict.drop_offs:,} 次 drop-offs · {verdict.weight_g / 1_000_000:,.3f} 吨 tonnes · "
            f"{verdict.household_days:,} 户日 household-days · {verdict.points:,} 积分 points"
        )
        yield from (f"没有核对 not checked: {each}" for each in verdict.not_checked)
        yield from (f"✗ {each}" for each in verdict.differences)
    yield from (f"✗ {each}" for each in (*counters.surprises, *counters.failures))
    if counters.unsent_event_ids:
        yield f"没有发出 not sent: {len(counters.unsent_event_ids):,}"
    yield "✓ 一致 equal" if outcome.is_clean else "✗ 不一致 NOT EQUAL"


def crowding(*, layout: Layout) -> str | None:
    """A remark where a point has more or fewer households than points have in the world."""
    each = layout.households / layout.point_count
    if HOUSEHOLDS_A_POINT_MIN <= each <= HOUSEHOLDS_A_POINT_MAX:
        return None
    return (
        f"每个投放点 {each:.0f} 户,实际为 {HOUSEHOLDS_A_POINT_MIN}-{HOUSEHOLDS_A_POINT_MAX} 户 "
        "(households a point; in the world 60-350)"
    )
