"""Refused events replayed on screen: how far was the bin's clock off, what does that change, and then it is done."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from people.models import User
from sorting.alert_rules import skew_text
from sorting.models import BinStatus, ClockRefusal, Fate, RefusedEvent
from sorting.services import ReplayOutcome, preview_replay, replay_refused
from sorting.services.replaying import REASON_LENGTH_MAX, SHIFT_S_MAX, Shift, shifted

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[RefusedEvent]
else:  # Django's own class takes no type parameter
    _ModelAdmin = admin.ModelAdmin

EVENTS_MAX = 1_000  # a batch of a bin: the preview is one page and one transaction
_LIST = "admin:sorting_refusedevent_changelist"
_WORDS = {
    Fate.ACCEPTED: "可以接收",
    Fate.DUPLICATE: "已有相同记录",
    Fate.CONFLICT: "仍被拒收",
    Fate.REJECTED: "仍被拒收",
    None: "不处理",
}


class ShiftForm(forms.Form):
    """How far the bin's clock was off, as the officer sees it on the machine; and why they say so."""

    direction = forms.ChoiceField(
        label="桶的时钟",
        choices=[("AHEAD", "快了(投放时间往前移)"), ("BEHIND", "慢了(投放时间往后移)")],
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(label="天", min_value=0, max_value=SHIFT_S_MAX // 86_400, initial=0)
    hours = forms.IntegerField(label="小时", min_value=0, max_value=23, initial=0)
    minutes = forms.IntegerField(label="分", min_value=0, max_value=59, initial=0)
    seconds = forms.IntegerField(label="秒", min_value=0, max_value=59, initial=0)
    reason = forms.CharField(
        label="依据", max_length=REASON_LENGTH_MAX, help_text="怎么知道的,例如:现场看到桶上的时间是 15:07,实际是 12:02"
    )

    def clean(self) -> dict[str, Any]:
        """A clock that was off by nothing needs no shift."""
        values = super().clean() or {}
        if not self.errors and not 0 < abs(self.shift_s) <= SHIFT_S_MAX:
            self.add_error("seconds", "请填写时钟差了多少:不能是 0,至多 60 年")
        return values

    @property
    def shift_s(self) -> int:
        """What is added to the moments: negative for a clock that ran ahead."""
        values = self.cleaned_data
        off = dt.timedelta(**{name: values[name] for name in ("days", "hours", "minutes", "seconds")})
        return int(off.total_seconds()) * (-1 if values["direction"] == "AHEAD" else 1)


@dataclass(frozen=True, slots=True)
class _Line:
    """One event in the preview."""

    event_id: str
    said: str
    moved: str
    word: str
    message: str
    is_good: bool


class ReplayScreens(_ModelAdmin):
    """The action on the list, and the page behind it."""

    actions = ["replay"]

    def get_urls(self) -> list[URLPattern]:
        """The page before Django's own, which take any address."""
        page = self.admin_site.admin_view(self.replay_view)
        return [path("replay/", page, name="sorting_refusedevent_replay"), *super().get_urls()]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Whoever may correct what was refused; the rows themselves are changed by nobody."""
        return bool(request.user.has_perm("sorting.change_refusedevent"))

    @admin.action(description="按时移重放(桶的时钟不准)", permissions=["replay"])
    def replay(self, request: HttpRequest, events: QuerySet[RefusedEvent]) -> HttpResponse | None:
        """Ask by how much."""
        chosen = list(events.order_by("pk")[: EVENTS_MAX + 1])
        if len({event.bin_code for event in chosen}) > 1:
            self.message_user(request, "时钟是每个桶自己的:请只选同一个桶的事件", messages.ERROR)
        elif len(chosen) > EVENTS_MAX:
            self.message_user(request, f"一次至多 {EVENTS_MAX} 条,请分几次选", messages.ERROR)
        else:
            return self._page(request, chosen=chosen, form=ShiftForm())
        return None

    def replay_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a shift would do; do it where exactly that was shown before."""
        if not self.has_replay_permission(request) or not isinstance(request.user, User):
            raise PermissionDenied
        chosen = _chosen(text=request.POST.get("events", ""))
        if not chosen:
            return redirect(_LIST)
        form = ShiftForm(request.POST)
        if not form.is_valid():
            return self._page(request, chosen=chosen, form=form)
        shift = Shift(seconds=form.shift_s, officer=request.user, reason=form.cleaned_data["reason"])
        if "foreseen" in request.POST and "change" not in request.POST:
            done = _replay_as_foreseen(chosen=chosen, shift=shift, foreseen=request.POST["foreseen"])
            if done is not None:
                text = f"已接收 {done.accepted} 条,已有 {done.duplicate} 条,仍被拒收 {done.refused} 条"
                self.message_user(request, text, messages.SUCCESS if done.accepted else messages.WARNING)
                return redirect(_LIST)
        outcome = preview_replay(refused=chosen, now=timezone.now(), shift=shift)
        return self._page(request, chosen=chosen, form=form, shift=shift, outcome=outcome)

    def _page(
        self,
        request: HttpRequest,
        *,
        chosen: list[RefusedEvent],
        form: ShiftForm,
        shift: Shift | None = None,
        outcome: ReplayOutcome | None = None,
    ) -> HttpResponse:
        lines = _lines(chosen=chosen, shift_s=shift.seconds, outcome=outcome) if shift and outcome else []
        context: dict[str, object] = {
            "title": "按时移重放",
            "form": form,
            "bin_code": chosen[0].bin_code,
            "events": ",".join(str(event.pk) for event in chosen),
            "event_count": len(chosen),
            "known": _known_of_clock(bin_code=chosen[0].bin_code),
            "lines": lines,
            "outcome": outcome,
        }
        if shift and outcome:
            foreseen = _foreseen(outcome=outcome, shift=shift)
            is_changed = "change" not in request.POST and request.POST.get("foreseen") not in (None, foreseen)
            context |= {"foreseen": foreseen, "is_changed": is_changed}
        page = "admin/sorting/refusedevent/replay.html"
        return render(request, page, self.admin_site.each_context(request) | {"opts": self.opts} | context)


def _chosen(*, text: str) -> list[RefusedEvent]:
    """The events that the page was made of: of one bin, as many as one page bears."""
    ids = [int(part) for part in text.split(",") if part.isascii() and part.isdigit()][:EVENTS_MAX]
    chosen = list(RefusedEvent.objects.filter(pk__in=ids).order_by("pk"))
    return chosen if len({event.bin_code for event in chosen}) == 1 else []


@transaction.atomic
def _replay_as_foreseen(*, chosen: list[RefusedEvent], shift: Shift, foreseen: str) -> ReplayOutcome | None:
    """Replay, and write down that it was done; None, and nothing is done, where it would come out otherwise by now."""
    outcome = replay_refused(refused=chosen, now=timezone.now(), shift=shift)
    if _foreseen(outcome=outcome, shift=shift) != foreseen:
        transaction.set_rollback(True)
        return None
    settled = {event.row_id for event in outcome.events if event.fate in (Fate.ACCEPTED, Fate.DUPLICATE)}
    LogEntry.objects.log_actions(
        user_id=shift.officer.pk,
        queryset=[event for event in chosen if event.pk in settled],
        action_flag=CHANGE,
        change_message=f"按时移 {shift.seconds} 秒重放:{shift.reason}",
    )
    return outcome


def _foreseen(*, outcome: ReplayOutcome, shift: Shift) -> str:
    """By which shift which event comes to what: short enough for a page to bring it back."""
    fates = sorted((event.row_id, str(event.fate)) for event in outcome.events)
    return hashlib.sha256(f"{shift.seconds} {fates}".encode()).hexdigest()


def _lines(*, chosen: list[RefusedEvent], shift_s: int, outcome: ReplayOutcome) -> list[_Line]:
    fates = {event.row_id: event for event in outcome.events}
    lines = []
    for event in chosen:
        what = fates[event.pk]
        moved = shifted(event=event.payload, shift_s=shift_s)
        lines.append(
            _Line(
                event_id=event.event_id,
                said=_moment(event.payload),
                moved=_moment(moved),
                word=_WORDS[what.fate],
                message=what.message,
                is_good=what.fate in (Fate.ACCEPTED, Fate.DUPLICATE),
            )
        )
    return lines


def _moment(event: Any) -> str:
    """The moment that the event names, on the district's clock; as it stands where it is none."""
    text = event.get("occurred_at") if isinstance(event, dict) else None
    if not isinstance(text, str):
        return "—"
    try:
        moment = dt.datetime.fromisoformat(text)
        local = timezone.localtime(moment) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return text[:40]
    return f"{local:%Y-%m-%d %H:%M:%S}"


def _known_of_clock(*, bin_code: str) -> str:
    """What the bin itself last gave away of its clock; "" where nothing is known."""
    refused = ClockRefusal.objects.filter(bin__code=bin_code).first()
    if refused is not None:
        return skew_text(skew_s=(refused.signed_at - refused.refused_at).total_seconds())
    status = BinStatus.objects.filter(bin__code=bin_code).first()
    return skew_text(skew_s=status.clock_skew_s) if status is not None and abs(status.clock_skew_s) >= 1 else ""
