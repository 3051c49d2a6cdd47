"""A guide is told when the roster changes for them, in the transaction of the change."""

import datetime as dt
from collections.abc import Sequence

from guides.models import RosterSlot
from people.models import StaffNoticeKind, User
from people.services.staff_notices import notify_staff


def tell_planned(*, slots: Sequence[RosterSlot], now: dt.datetime) -> None:
    """Each guide, of all that was just planned for them: one notice a guide."""
    of_guide: dict[int, list[RosterSlot]] = {}
    for slot in slots:
        of_guide.setdefault(slot.guide_id, []).append(slot)
    for guide_id, planned in of_guide.items():
        _tell(
            guide_id=guide_id,
            text=f"新排班 {len(planned)} 班:{';'.join(slot_words(slot) for slot in planned[:SLOTS_SAID_MAX])}"
            + (" 等" if len(planned) > SLOTS_SAID_MAX else ""),
            about=f"planned/{planned[0].pk}",
            now=now,
        )


def tell_substituted(*, slot: RosterSlot, before: User, now: dt.datetime) -> None:
    """Who comes now and who came before; in the slot's transaction. Back with who was planned first, it says so."""
    after = slot.guide
    told = "回到您来值" if slot.stands_in_for_id is None else f"请您替 {_name(slot.stands_in_for)} 值班"
    # The same two may be exchanged more than once: the moment tells the changes apart.
    about = f"{slot.pk}/{now.isoformat()}"
    _tell(guide_id=after.pk, text=f"排班有变:{slot_words(slot)},{told}。", about=about, now=now)
    text = f"排班有变:{slot_words(slot)} 改由 {_name(after)} 值班,您不用去。"
    _tell(guide_id=before.pk, text=text, about=about, now=now)


def tell_removed(*, slot: RosterSlot, now: dt.datetime) -> None:
    """Whose shift was taken off the roster."""
    text = f"排班取消:{slot_words(slot)},您不用去。"
    _tell(guide_id=slot.guide_id, text=text, about=f"removed/{slot.pk}", now=now)


SLOTS_SAID_MAX = 6  # a notice has 300 characters


def slot_words(slot: RosterSlot) -> str:
    """As 11月24日 07:00–09:00 东门."""
    day = f"{slot.on_date.month}月{slot.on_date.day}日"
    return f"{day} {slot.starts_at:%H:%M}–{slot.ends_at:%H:%M} {slot.point.name}"


def _tell(*, guide_id: int, text: str, about: str, now: dt.datetime) -> None:
    notify_staff(user_ids=[guide_id], kind=StaffNoticeKind.ROSTER, text=text, reference=f"roster/{about}", now=now)


def _name(user: User | None) -> str:
    return "" if user is None else user.display_name or user.get_username()
