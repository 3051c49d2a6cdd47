"""One simulation from its plan to its verdict: bins in threads of their own, the main thread watching the platform."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError
from django.db.models import Min, Sum
from django.utils import timezone

from points.models import DaySettlement
from simulation.bins.checking import Verdict, check_district
from simulation.bins.counters import Counters
from simulation.bins.deliveries import Delivery, Outbox
from simulation.bins.district import PreparedDistrict
from simulation.bins.faults import Fault
from simulation.bins.layout import Layout
from simulation.bins.own_platform import OwnPlatform
from simulation.bins.screen import Figures, SimulationScreen
from simulation.bins.sending import Client, Fleet, Pace, in_background
from simulation.demo_waiting import wait_for_tally
from sorting.models import DropOffBatch

POLL_S = 0.2
LOOK_EVERY_S = 1.0  # at the platform's tables, or more seldom where looking takes long
KILL_PATIENCE_S = 10.0
KILL_AFTER_MESSAGES = 40  # of the middle day: under way, and more to come


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated. `rate` 0: as fast as answered."""

    layout: Layout
    days: Sequence[dt.date]
    faults: frozenset[Fault]
    time_zone: ZoneInfo
    pace: Pace
    flush_s: int
    sender_count: int


@dataclass(slots=True)
class Outcome:
    """What became of it. `verdict` is None where the platform's tables are not ours to read."""

    counters: Counters
    figures: Figures
    fault_counts: dict[str, int]
    seconds: dict[str, float] = field(default_factory=dict)
    verdict: Verdict | None = None

    @property
    def is_clean(self) -> bool:
        is_equal = self.verdict is None or self.verdict.is_equal
        return is_equal and not self.counters.surprise_count and not self.counters.failures


class Simulation:
    """One run through the clients of `make_client`. `district` is None where the platform is somebody else's."""

    def __init__(
        self,
        *,
        plan: Plan,
        make_client: Callable[[], Client],
        keys: dict[str, str],
        district: PreparedDistrict | None,
        platform: OwnPlatform | None,
    ) -> None:
        self._plan = plan
        self._district = district
        self._platform = platform
        self._counters = Counters()
        self._outbox = Outbox(layout=plan.layout, faults=plan.faults, time_zone=plan.time_zone, flush_s=plan.flush_s)
        self._fleet = Fleet(
            make_client=make_client,
            keys=keys,
            sender_count=plan.sender_count,
            is_fresh=district is not None and district.is_fresh,
            counters=self._counters,
        )
        self._kill_is_due = threading.Event()
        self._is_killed = threading.Event()
        self._simulated_to = plan.days[0]
        self._looked: tuple[float | None, int | None] = (None, None)
        self._look_again_s = 0.0

    def run(self, *, say: Callable[[str], None]) -> Outcome:
        """Send everything, wait for the tally, check. Ctrl-C ends the sending, and what was sent is checked."""
        started_s = time.monotonic()
        with SimulationScreen() as screen:
            self._send(screen=screen, started_s=started_s)
            sent_s = time.monotonic()
            self._counters.retries = self._fleet.retries
            self._look_again_s = 0.0
            figures = self._figures(seconds=sent_s - started_s)
            screen.show(figures, is_last=True)
        counts = {fault: count for fault, count in sorted(self._outbox.counts.items()) if count}
        if self._is_killed.is_set():
            counts["killed"] = 1
        outcome = Outcome(counters=self._counters, figures=figures, fault_counts=counts)
        outcome.seconds["sending"] = sent_s - started_s
        if self._district is not None:
            wait_for_tally(say=say)
            outcome.seconds["tally"] = time.monotonic() - sent_s
            checked_s = time.monotonic()
            plan = self._plan
            outcome.verdict = check_district(
                layout=plan.layout, district=self._district, days=self._days_begun(), faults=plan.faults,
                time_zone=plan.time_zone, counters=self._counters,
            )  # fmt: skip
            outcome.seconds["check"] = time.monotonic() - checked_s
        return outcome

    def _send(self, *, screen: SimulationScreen, started_s: float) -> None:
        errors: list[BaseException] = []
        is_over = in_background(
            lambda: self._fleet.run(deliveries=self._deliveries(), pace=self._plan.pace), errors=errors
        )
        try:
            while not is_over.wait(POLL_S):
                if self._platform is not None and self._kill_is_due.is_set() and not self._is_killed.is_set():
                    self._platform.kill_web()
                    self._is_killed.set()
                    self._platform.restart_web()
                screen.show(self._figures(seconds=time.monotonic() - started_s))
        except KeyboardInterrupt:
            self._fleet.stop()
            is_over.wait()
        finally:
            self._fleet.stop()
        self._counters.unsent_event_ids |= self._outbox.held_event_ids()
        if errors:
            raise errors[0]

    def _deliveries(self) -> Iterator[Delivery]:
        """Every delivery of every day, then what was held back. Once the sending is stopped no further day begins."""
        days = self._plan.days
        for number, on in enumerate(days):
            if self._fleet.is_stopped:
                return
            self._simulated_to = on
            for count, delivery in enumerate(self._outbox.deliveries_of_day(on=on)):
                if number == len(days) // 2 and count == KILL_AFTER_MESSAGES and Fault.KILL in self._plan.faults:
                    self._kill_is_due.set()
                    self._is_killed.wait(timeout=KILL_PATIENCE_S)  # what follows meets a dead server
                yield delivery
        if not self._fleet.is_stopped:
            yield from self._outbox.rest()

    def _days_begun(self) -> list[dt.date]:
        return [on for on in self._plan.days if on <= self._simulated_to]

    def _figures(self, *, seconds: float) -> Figures:
        counters = self._counters
        oldest_s, points = self._look()
        return Figures(
            seconds=seconds,
            simulated_to=self._simulated_to.isoformat(),
            sent=counters.sent,
            accepted=counters.fates["accepted"],
            duplicate=counters.fates["duplicate"],
            conflict=counters.fates["conflict"],
            refused=counters.fates["rejected"],
            retries=self._fleet.retries,
            heartbeats=counters.heartbeats,
            oldest_untallied_s=oldest_s,
            points=points,
        )

    def _look(self) -> tuple[float | None, int | None]:
        """The age of the oldest untallied batch and the points so far; where it costs much, looked at more seldom."""
        started_s = time.monotonic()
        if self._district is None or started_s < self._look_again_s:
            return self._looked
        try:
            oldest = DropOffBatch.objects.filter(tallied_at=None).aggregate(at=Min("received_at"))["at"]
            points = DaySettlement.objects.aggregate(points=Sum("awarded_points"))["points"] or 0
        except (OperationalError, InterfaceError):  # away for a moment: the last figures stay
            return self._looked
        self._looked = ((timezone.now() - oldest).total_seconds() if oldest else 0.0, points)
        took_s = time.monotonic() - started_s
        self._look_again_s = time.monotonic() + max(LOOK_EVERY_S, 20 * took_s)
        return self._looked
