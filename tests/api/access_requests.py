"""What is sent with "METHOD route-name": JSON to the API, a form to a page, a query with GET. Nothing where not named.

It must be a request that would succeed for whoever may make it: a cell of the matrix is then about who asks, not what.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tests.api.access_cast import Owned
from tests.conftest import NOON

PERIOD = {"from": "2026-11-01", "to": "2026-11-30"}
SLIP = {
    "collected_on": "2026-11-23",
    "category": "FOOD",
    "destination": "COMPOSTING",
    "gross_kg": "5700",
    "tare_kg": "2200",
}

REQUESTS: Mapping[str, Callable[[Owned], Any]] = {
    "POST bureau-community-changes": lambda owned: {
        "valid_from": f"{NOON:%Y-%m-%d}",
        "resident_count": 1_234,
        "reason": "社区年报",
    },
    "POST bureau-new-home": lambda owned: {
        "community": owned.community.pk,
        "building": "9",
        "unit": "1",
        "room": "901",
    },
    "POST bureau-household": lambda owned: {"reason": "核对投诉"},
    "POST my-reward": lambda owned: {"key": "tap-of-the-matrix"},
    "POST my-problems": lambda owned: {"place": owned.point.pk, "kind": "OVERFLOW", "client_id": "full-1"},
    "POST my-survey": lambda owned: {"is_reached": "1", "is_aware": "1", "satisfaction": "QUITE"},
    "POST my-consent": lambda owned: {"kind": "PHOTO", "give": "1"},
    "POST my-member-invite": lambda owned: {"name": "小明", "phone": "13800000008"},
    "POST my-new-phone": lambda owned: {"phone": "13800000007"},
    "POST my-choose-home": lambda owned: {"household": owned.household.pk},
    "POST my-sign-in": lambda owned: {"phone": "13800000001"},
    "POST guide-teaching": lambda owned: {
        "kind": "EVENT",
        "topic": "换大米",
        "community": owned.community.pk,
        "on": f"{NOON:%Y-%m-%d}",
        "starts_at": "14:00",
        "ends_at": "15:00",
        "client_id": "gathering-1",
    },
    "POST guide-visit": lambda owned: {"code": owned.household.code, "client_id": "visit-1"},
    "POST guide-gathering": lambda owned: {"code": owned.household.code},
    "POST guide-judge": lambda owned: {"tap": f"{owned.drop_off.pk}.CORRECT", "token": "page1"},
    "POST guide-undo": lambda owned: {"undo": "nobody-said-that"},
    "POST guide-drop-off": lambda owned: {"tap": "CORRECT", "token": "page1"},
    "POST guide-help": lambda owned: {"code": owned.household.code, "seen": "CARD"},
    "POST guide-find": lambda owned: {"code": owned.household.code},
    "POST guide-spot-check": lambda owned: {"looked_at_count": 10, "wrong_count": 2, "client_id": "check-1"},
    "POST guide-problems": lambda owned: {"kind": "DIRTY", "client_id": "problem-1"},
    "POST bureau-tasks": lambda owned: {
        "guide": owned.task.guide_id,
        "point": owned.point.pk,
        "text": "看一下",
        "due_on": f"{NOON:%Y-%m-%d}",
        "client_id": f"task-of-{owned.household.pk}",
    },
    "POST guide-duty": lambda owned: {"point": owned.point.pk},
    "POST guide-pin": lambda owned: {"password": "chen-password-1", "pin": "402817"},
    "POST api-tokens": lambda owned: {"username": "chen", "password": "chen-password-1"},
    "POST api-phone-codes": lambda owned: {"phone": "13800000001"},
    "POST api-phone-tokens": lambda owned: {"phone": "13800000001", "code": "000000"},
    "GET api-drop-offs": lambda owned: {"month": "2026-11"},
    "POST api-consents": lambda owned: {"kind": "PHOTO", "is_given": True},
    "POST api-redemptions": lambda owned: {"reward_id": owned.redemption.reward_id, "idempotency_key": "k"},
    "POST api-guide-look-ups": lambda owned: {"code": owned.household.code},
    "POST api-guide-spot-checks": lambda owned: {"client_id": "s", "looked_at_count": 10, "wrong_count": 1},
    "POST api-guide-point-problems": lambda owned: {"client_id": "p", "kind": "DIRTY"},
    "POST api-guide-verdicts": lambda owned: {"client_id": "v", "verdict": "CORRECT"},
    "POST api-guide-withdrawals": lambda owned: {
        "verdict_client_id": f"judged-{owned.household.code}",
        "client_id": "w",
    },
    "POST api-guide-redemptions": lambda owned: {
        "identifier": owned.card.number,
        "reward_id": owned.redemption.reward_id,
        "idempotency_key": "g",
    },
    "POST api-appeals": lambda owned: {"drop_off_id": owned.drop_off.pk, "subject": "WEIGHT"},
    "POST api-guide-answer": lambda owned: {"is_upheld": False, "answer": "秤是好的"},
    "POST api-bureau-answer": lambda owned: {"is_upheld": False, "answer": "秤是好的"},
    "POST api-bureau-programme-decision": lambda owned: {"is_approved": False},
    "GET api-counter-collections": lambda owned: {"month": "2026-11"},
    "POST api-counter-look-ups": lambda owned: {"code": owned.redemption.code},
    "POST api-counter-collections": lambda owned: {"code": owned.redemption.code},
    "GET api-bureau-indicators": lambda owned: {**PERIOD, "community": owned.community.name},
    "GET api-bureau-community-days": lambda owned: {**PERIOD, "community_id": owned.community.pk},
    "GET api-bureau-data-quality": lambda owned: PERIOD,
    "GET api-bureau-loads": lambda owned: PERIOD,
    "POST api-bureau-openings": lambda owned: {"reason": "住户来电核对"},
    "POST api-bureau-corrections": lambda owned: {
        "household_code": owned.household.code,
        "points": 5,
        "reason": "来电",
    },
    "POST api-bureau-decision": lambda owned: {"is_approved": False},
    "POST bureau-load-new": lambda owned: {**SLIP, "number": "GB-1", "community_0": owned.community.name},
    "POST bureau-load-correct": lambda owned: {
        **SLIP,
        "community_0": owned.community.name,
        "revision": "0",
        "reason": "多写一个 0",
    },
    "GET bureau-publication-draft": lambda owned: {"offer": "2026-10/PROVISIONAL"},
    "POST bureau-report": lambda owned: {"verdict": "accept"},
    "POST bureau-report-deadlines": lambda owned: {
        "starts_on": "2025-01-01",
        "ends_on": "2025-12-31",
        "due_on": "2026-12-01",
    },
    "POST bureau-surveys": lambda owned: {"name": "冬季问卷", "starts_on": "2026-12-01", "ends_on": "2026-12-09"},
    "POST bureau-flag": lambda owned: {"action": "open", "reason": "核对线索"},
    "POST bureau-photo": lambda owned: {"reason": "相似照片核对"},
    "GET bureau-programme-new": lambda owned: {"community": owned.community.pk},
    "POST bureau-programme-new": lambda owned: {
        "community": owned.community.pk,
        "name": "试行方案",
        "reason": "试行",
        "holds_from": "2026-12-01",
        "FOOD-points": "5",
    },
    "POST bureau-programme-decide": lambda owned: {"refuse": "1"},
    "POST device-drop-offs": lambda owned: {"bin": owned.smart_bin.code, "events": []},
    "POST device-status": lambda owned: {"bin": owned.smart_bin.code},
    "POST device-photos": lambda owned: b'{"bin": "%s", "event_id": "e-1"}\n' % owned.smart_bin.code.encode(),
    "POST device-cards": lambda owned: {"bin": owned.smart_bin.code},
}
