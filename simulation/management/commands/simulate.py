"""simulate --bins N --households N --days N: bins of their own mind against a running platform, checked at the end."""

import datetime as dt
import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from api.device.mqtt.address import PORTS
from simulation.bins.district import RealHouseholds, prepare_district
from simulation.bins.faults import Fault, UnknownFault, parse_faults
from simulation.bins.key_file import KeyFileError, read_cards, read_keys
from simulation.bins.layout import Layout, plan_district, plan_foreign
from simulation.bins.mqtt_way import MqttClient
from simulation.bins.own_platform import own_platform
from simulation.bins.report import as_document, as_lines, crowding
from simulation.bins.running import Outcome, Plan, Simulation
from simulation.bins.sending import Pace
from simulation.client import DeviceClient, is_address
from simulation.server import ServerError
from sorting.models import SmartBin
from sorting.services.mqtt_logins import make_mqtt_login

DAYS_MAX = 40  # the device door takes nothing older than 45 days
BINS_MAX = 5_000
HOUSEHOLDS_MAX = 1_000_000
SENDERS_MAX = 64


class Command(BaseCommand):
    help = "模拟智能桶,从平台之外发送并核对 (simulated bins from outside, and what the platform must hold then)"

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("--bins", type=int, default=20, metavar="N", help="桶数 (bins; two stand at a point)")
        add("--households", type=int, default=2_000, metavar="N", help="户数 (households)")
        add("--days", type=int, default=7, metavar="N", help=f"天数,到昨天为止 (days, ending yesterday; 1-{DAYS_MAX})")
        add("--rate", default="max", metavar="R", help="时间加快倍数;max 或 0 为尽快 (times real time; max: at once)")
        add("--live", action="store_true", help="从今天起按真实时间 (from today on, by the clock)")
        add("--faults", default="", metavar="LIST", help=f"all 或 (or) {','.join(Fault)}")
        add("--seed", default="1", help="同一种子,同样的事件 (the same seed, the same events)")
        add("--via", choices=("http", "mqtt"), default="http", help="入口 (which door)")
        add("--base-url", metavar="URL", help="运行中的平台 (a running server on this database; default: start one)")
        add("--broker-url", metavar="URL", help="mqtt://host:port (mqtt: its broker; mqtt_bridge must be running)")
        add("--keys", type=Path, metavar="FILE", help="别人的平台:桶与密钥 (another platform's bins and keys)")
        add("--cards", type=Path, metavar="FILE", help="其卡号,一行一个 (its cards, one a line)")
        add("--senders", type=int, default=4, metavar="N", help="发送线程 (sending threads)")
        add("--flush-minutes", type=int, default=30, metavar="M", help="桶每隔几分钟发送 (a bin sends every M minutes)")
        add("--json", action="store_true", help="标准输出只有一个 JSON (one JSON document)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, make, send, wait, check, report.

        :raises CommandError: exit code 2 for wrong usage, 1 where something is not as it must be.
        """
        try:
            plan, keys = _plan(options=options)
        except (UnknownFault, KeyFileError) as error:
            raise CommandError(str(error), returncode=2) from error
        if remark := crowding(layout=plan.layout):
            self.stderr.write(remark)
        try:
            outcome = self._simulate(plan=plan, keys=keys, options=options)
        except (RealHouseholds, ServerError) as error:
            raise CommandError(str(error), returncode=1) from error
        if options["json"]:
            self.stdout.write(json.dumps(as_document(plan=plan, outcome=outcome), ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(as_lines(plan=plan, outcome=outcome)))
        if not outcome.is_clean:
            raise CommandError("与应有的不一致 (not what it must be)", returncode=1)

    def _simulate(self, *, plan: Plan, keys: dict[str, str] | None, options: dict[str, Any]) -> Outcome:
        base_url = options["base_url"]
        with ExitStack() as stack:
            district = None if keys is not None else prepare_district(layout=plan.layout, now=timezone.now())
            platform = None if base_url else stack.enter_context(own_platform())
            url = base_url or (platform.base_url if platform else "")
            simulation = Simulation(
                plan=plan,
                make_client=_mqtt_clients(plan=plan, url=options["broker_url"])
                if options["via"] == "mqtt"
                else lambda: DeviceClient(base_url=url),
                keys=keys or (district.keys if district else {}),
                district=district,
                platform=platform,
            )
            return simulation.run(say=self.stderr.write)


def _plan(*, options: dict[str, Any]) -> tuple[Plan, dict[str, str] | None]:
    """The plan, and the keys where they come from a file.

    :raises CommandError: exit code 2 for numbers out of range or options that do not go together.
    """
    for name, most in (
        ("bins", BINS_MAX),
        ("households", HOUSEHOLDS_MAX),
        ("days", DAYS_MAX),
        ("senders", SENDERS_MAX),
    ):
        if not 1 <= options[name] <= most:
            raise CommandError(f"--{name} 应为 1 至 {most:,} (1 to {most:,})", returncode=2)
    if not 0 <= options["flush_minutes"] <= 24 * 60:
        raise CommandError("--flush-minutes 应为 0 至 1440 (0 to 1440)", returncode=2)
    if options["base_url"] and not is_address(base_url=options["base_url"]):
        raise CommandError(f"不是网址 (not the address of a server): {options['base_url']}", returncode=2)
    if options["keys"] and not options["base_url"]:
        raise CommandError("--keys 只与 --base-url 同用 (--keys needs --base-url)", returncode=2)
    _check_broker(options=options)
    rate = _rate(text=options["rate"], is_live=options["live"])
    faults = parse_faults(text=options["faults"], can_kill=not options["base_url"] and options["via"] == "http")
    layout, keys = _layout(options=options, faults=faults)
    days, starts_at = _days(count=options["days"], is_live=options["live"])
    plan = Plan(
        layout=layout,
        days=days,
        faults=faults,
        time_zone=ZoneInfo(settings.TIME_ZONE),
        pace=Pace(starts_at=starts_at, rate=rate),
        flush_s=options["flush_minutes"] * 60,
        sender_count=min(options["senders"], len(layout.bins)),
    )
    return plan, keys


def _layout(*, options: dict[str, Any], faults: frozenset[Fault]) -> tuple[Layout, dict[str, str] | None]:
    if options["keys"] is None:
        district = plan_district(
            seed=options["seed"], bins=options["bins"], households=options["households"], faults=sorted(faults)
        )
        return district, None
    keys = read_keys(path=options["keys"])
    cards = read_cards(path=options["cards"]) if options["cards"] else []
    foreign = plan_foreign(seed=options["seed"], codes=sorted(keys), cards=cards, households=options["households"])
    return foreign, keys


def _check_broker(*, options: dict[str, Any]) -> None:
    if (options["via"] == "mqtt") != bool(options["broker_url"]):
        raise CommandError("--via mqtt 与 --broker-url 须同用 (--via mqtt and --broker-url go together)", returncode=2)
    if options["via"] == "http":
        return
    if options["keys"]:
        raise CommandError("--keys 只用于 http (--keys: http only)", returncode=2)
    parts = urlsplit(options["broker_url"])
    if parts.scheme not in PORTS or not parts.hostname:
        raise CommandError("--broker-url 应如 mqtt://host:1883 (must look like mqtt://host:1883)", returncode=2)


def _mqtt_clients(*, plan: Plan, url: str) -> Callable[[], MqttClient]:
    """Makes clients; every bin gets a new log-in, which the broker knows when it has read its password file again."""
    parts = urlsplit(url)
    codes = [each.code for each in plan.layout.bins]
    now = timezone.now()
    passwords = {
        each.code: make_mqtt_login(smart_bin=each, now=now).password for each in SmartBin.objects.filter(code__in=codes)
    }
    host, port, is_tls = parts.hostname or "", parts.port or PORTS[parts.scheme], parts.scheme == "mqtts"
    return lambda: MqttClient(host=host, port=port, is_tls=is_tls, passwords=passwords)


def _rate(*, text: str, is_live: bool) -> float:
    """How many times real time; 0 for as fast as answered."""
    try:
        rate = 0.0 if text == "max" else float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate < float("inf"):
        raise CommandError(f"--rate 应为正数或 max (a positive number or max): {text}", returncode=2)
    if is_live and rate not in (0.0, 1.0):
        raise CommandError("--live 就是真实时间 (--live is real time: no --rate)", returncode=2)
    return 1.0 if is_live else rate


def _days(*, count: int, is_live: bool) -> tuple[list[dt.date], dt.datetime]:
    """The days, and the moment of simulated time at which the run begins."""
    now = timezone.localtime()
    first = now.date() if is_live else now.date() - dt.timedelta(days=count)
    days = [first + dt.timedelta(days=number) for number in range(count)]
    # Live, what happened since midnight goes in at once, as from a bin that was without a network.
    return days, now if is_live else dt.datetime.combine(first, dt.time(), now.tzinfo)
