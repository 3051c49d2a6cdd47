"""The rules of docs/device-protocol.md for a bin, judged from what it did on the trial platform. Pure."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from simulation.conformance.findings import NOT_REACHED, Finding
from simulation.conformance.trial_platform import RETRY_AFTER_S, Try

WEIGHT_G_MAX = 50_000
TEXT_LENGTH_MAX = 200
CLOCK_TRIES_MAX = 3
HASTE_S = 0.5  # after an answer that was lost, nobody comes back sooner
FINER_S = 0.1  # what the two ends of a connection may differ by
_BIOMETRIC = re.compile(r"finger|minutia|template|biometr|face|iris|voice|photo|image|指纹|人脸", re.IGNORECASE)
_PERSONAL = re.compile(r"^(name|phone|mobile|id_?card|identity|姓名|电话|身份证)$", re.IGNORECASE)


def judge(*, tries: Sequence[Try], bin_code: str) -> list[Finding]:
    """One finding a rule, in the order of the protocol."""
    believed = [each for each in tries if not each.step.startswith("401")]
    rules: dict[str, tuple[str, Callable[[], str]]] = {
        "signature": ("签名正确 every request is signed", lambda: _signature(tries)),
        "bin": ("报文是本桶的 JSON the body is this bin's", lambda: _bin(tries, bin_code)),
        "not_compressed": ("不压缩 not compressed", lambda: _not_compressed(tries)),
        "clock": ("按 server_time 校准时钟 takes server_time for its clock", lambda: _clock(tries)),
        "new_timestamp": ("每次重试重新签名 each try is signed as of now", lambda: _new_timestamp(believed)),
        "same_message": ("重试时字节与 webhook-id 不变 a retry is the same message", lambda: _same_message(believed)),
        "retry_after": ("遵守 Retry-After waits as long as it is told", lambda: _waits(believed, RETRY_AFTER_S, _TOLD)),
        "pause": ("断线后稍等再传 pauses after a lost answer", lambda: _waits(believed, HASTE_S, ("dropped",))),
        "patience": ("等待较慢的应答 waits for a slow answer", lambda: _patience(believed)),
        "forgets": ("收到 200 后整批删除 forgets the batch after a 200", lambda: _forgets(believed)),
        "splits": ("413 后拆小 splits after 413", lambda: _splits(believed)),
        "new_id": ("409 后换 webhook-id another id after 409", lambda: _new_id(believed)),
        "sets_aside": ("400 后搁置 sets aside what got 400", lambda: _sets_aside(believed)),
        "event_id": ("事件号唯一且不变 event ids are unique and keep their facts", lambda: _event_ids(tries)),
        "weight": ("重量为整克,不报零 whole grams, none of zero", lambda: _first(tries, _weight_fault)),
        "occurred_at": ("投放时间带时区 times are ISO 8601", lambda: _first(tries, _time_fault)),
        "sequence": ("同一 boot_id 内序号递增 sequence grows within a boot", lambda: _sequence(tries)),
        "biometric": ("不上报生物特征和个人信息 nothing biometric or personal", lambda: _biometric(tries)),
    }
    return [Finding(rule, text, check() if tries else NOT_REACHED) for rule, (text, check) in rules.items()]


_TOLD = ("503", "429")


def _pairs(tries: Sequence[Try], steps: Sequence[str]) -> Iterator[tuple[Try, Try | None]]:
    """Each try that was answered by one of the steps, and the one after it."""
    for number, each in enumerate(tries):
        if each.step in steps:
            yield each, tries[number + 1] if number + 1 < len(tries) else None


def _signature(tries: Sequence[Try]) -> str:
    return next((each.signature_fault for each in tries if each.signature_fault), "")


def _bin(tries: Sequence[Try], bin_code: str) -> str:
    for each in tries:
        if each.document.get("bin") != bin_code or not each.events:
            return f"bin = {each.document.get('bin')!r}, {len(each.events)} events"[:120]
    return ""


def _not_compressed(tries: Sequence[Try]) -> str:
    return next((f"Content-Encoding: {said}" for each in tries if (said := each.headers.get("content-encoding"))), "")


def _clock(tries: Sequence[Try]) -> str:
    wrong = [number for number, each in enumerate(tries) if each.step == "401 clock_off"]
    if not wrong:
        return NOT_REACHED
    if len(wrong) > CLOCK_TRIES_MAX or wrong[-1] + 1 == len(tries):
        return f"{len(wrong)} 次 401 clock_off 后时钟仍不对 (still wrong after so many)"
    return ""


def _new_timestamp(tries: Sequence[Try]) -> str:
    for before, after in _pairs(tries, (*_TOLD, "dropped")):
        if after and after.began_s - before.began_s > 2 and _stamp(after) <= _stamp(before):
            return f"webhook-timestamp {_stamp(before)} → {_stamp(after)}"
    return ""


def _same_message(tries: Sequence[Try]) -> str:
    pairs = list(_pairs(tries, (*_TOLD, "dropped")))
    if not pairs:
        return NOT_REACHED
    for before, after in pairs:
        if after is None:
            return f"{before.step} 之后没有重试 (no retry)"
        if after.message_id != before.message_id:
            return f"{before.step} 之后换了 webhook-id (another id)"
        if after.body != before.body:
            return f"{before.step} 之后字节不同 (other bytes)"
    return ""


def _waits(tries: Sequence[Try], seconds: float, steps: Sequence[str]) -> str:
    pairs = list(_pairs(tries, steps))
    if not pairs:
        return NOT_REACHED
    for before, after in pairs:
        if after and (waited_s := after.began_s - before.ended_s) < seconds - FINER_S:
            return f"{before.step}: 等了 {waited_s:.1f} s,应至少 {seconds:g} s (waited too little)"
    return ""


def _patience(tries: Sequence[Try]) -> str:
    slow = [each for each in tries if each.step == "slow 200"]
    if not slow:
        return NOT_REACHED
    hasty = [each for each in tries if slow[0].began_s < each.began_s < slow[0].ended_s]
    return "应答未到就重发 (sent again before the answer)" if hasty else ""


def _forgets(tries: Sequence[Try]) -> str:
    done: set[str] = set()
    for each in tries:
        if again := done & set(each.event_ids):
            return f"{sorted(again)[0]} 在 200 之后又来 (came again after a 200)"
        if each.step.endswith("200"):
            done |= set(each.event_ids)
    return "" if done else NOT_REACHED


def _splits(tries: Sequence[Try]) -> str:
    pairs = [(before, after) for before, after in _pairs(tries, ("413",)) if len(before.events) > 1]
    if not pairs:
        return NOT_REACHED
    for before, after in pairs:
        if after is None or len(after.events) >= len(before.events):
            return f"{len(before.events)} 条 → {len(after.events) if after else 0} 条"
        if after.message_id == before.message_id:
            return "字节不同却用同一 webhook-id (other bytes under the same id)"
    return ""


def _new_id(tries: Sequence[Try]) -> str:
    pairs = list(_pairs(tries, ("409",)))
    if not pairs:
        return NOT_REACHED
    for before, after in pairs:
        if after is None or not set(before.event_ids) & set(after.event_ids):
            return "409 之后丢弃了记录 (the drop-offs were given up)"
        if after.message_id == before.message_id:
            return "仍用同一 webhook-id (the same id again)"
    return ""


def _sets_aside(tries: Sequence[Try]) -> str:
    refused = [each for each in tries if each.step == "400"]
    if not refused:
        return NOT_REACHED
    again = [each for each in tries if each.body == refused[0].body and each.began_s > refused[0].ended_s]
    return "同样的字节又来 (the same bytes again)" if again else ""


def _event_ids(tries: Sequence[Try]) -> str:
    facts: dict[str, Any] = {}
    for each in tries:
        if len(set(each.event_ids)) < len(each.event_ids):
            return "一批内有重复的事件号 (twice in one batch)"
        for event in each.events:
            event_id = event.get("event_id")
            if not isinstance(event_id, str) or not 0 < len(event_id) <= 64 or not event_id.isprintable():
                return f"{event_id!r}"[:80]
            if facts.setdefault(event_id, event) != event:
                return f"{event_id}: 内容变了 (other facts under the same id)"
    return ""


def _first(tries: Sequence[Try], fault: Callable[[dict[str, Any]], str]) -> str:
    return next((said for each in tries for event in each.events if (said := fault(event))), "")


def _weight_fault(event: dict[str, Any]) -> str:
    weight_g = event.get("weight_g")
    return "" if type(weight_g) is int and 1 <= weight_g <= WEIGHT_G_MAX else f"weight_g = {weight_g!r}"[:80]


def _time_fault(event: dict[str, Any]) -> str:
    try:
        moment = dt.datetime.fromisoformat(str(event.get("occurred_at")))
    except ValueError:
        moment = None
    return "" if moment and moment.tzinfo else f"occurred_at = {event.get('occurred_at')!r}"[:80]


def _sequence(tries: Sequence[Try]) -> str:
    last: dict[str, int] = {}
    seen: set[str] = set()
    for each in tries:
        boot_id = str(each.document.get("boot_id") or "")
        for event in each.events:
            sequence, event_id = event.get("sequence"), str(event.get("event_id"))
            if sequence is None or event_id in seen:
                continue
            seen.add(event_id)
            if type(sequence) is not int or sequence <= last.get(boot_id, -1):
                return f"boot_id {boot_id[:20]!r}: {last.get(boot_id)} → {sequence!r}"[:120]
            last[boot_id] = sequence
    return ""


def _biometric(tries: Sequence[Try]) -> str:
    for each in tries:
        for name, value in _leaves(each.document):
            if _BIOMETRIC.search(name) or _PERSONAL.search(name):
                return f"字段 field {name[:40]!r}"
            if isinstance(value, str) and len(value) > TEXT_LENGTH_MAX:
                return f"字段 field {name[:40]!r}: {len(value)} 个字符 (too long for a reference)"
    return ""


def _leaves(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, value


def _stamp(each: Try) -> float:
    return float(each.headers.get("webhook-timestamp") or 0)
