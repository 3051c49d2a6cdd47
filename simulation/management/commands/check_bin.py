"""check_bin --listen PORT | --url URL: does a bin, or a platform, keep to docs/device-protocol.md?"""

import json
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from simulation.client import BinIdentity, is_address
from simulation.conformance.bin_rules import judge
from simulation.conformance.findings import Finding, print_findings
from simulation.conformance.platform_rules import Asking, judge_platform
from simulation.conformance.trial_platform import Trial, trial_server

QUIET_S = 8.0  # nothing more is coming: longer than a patient bin's first pauses


class Command(BaseCommand):
    help = "检查桶或平台是否符合接入协议 (does a bin, or a platform, keep to the device protocol?)"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--listen", metavar="[HOST:]PORT", help="作为测试平台等桶来传 (a platform to try a bin on)")
        which.add_argument("--url", help="作为桶去问一个平台 (ask this platform as a bin; leaves one drop-off of 1 g)")
        parser.add_argument("--bin", required=True, help="桶号 (the bin's code)")
        parser.add_argument("--key", required=True, help="密钥 whsec_… (its key)")
        parser.add_argument("--seconds", type=float, default=300.0, help="最多等多久 (how long to wait; default 300)")
        parser.add_argument("--json", action="store_true", help="标准输出只有一个 JSON (one JSON document)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Try, judge, print.

        :raises CommandError: exit code 2 for wrong usage, 1 where a rule was broken.
        """
        sender = BinIdentity(code=options["bin"], key=options["key"])
        if not sender.key.startswith("whsec_"):
            raise CommandError("--key 应以 whsec_ 开头 (must begin with whsec_)", returncode=2)
        if options["url"]:
            if not is_address(base_url=options["url"]):
                raise CommandError(f"不是网址 (not the address of a server): {options['url']}", returncode=2)
            findings = judge_platform(asking=Asking(base_url=options["url"].rstrip("/"), sender=sender))
        else:
            findings = self._try_bin(sender=sender, address=options["listen"], seconds=options["seconds"])
        self._print(findings=findings, is_json=options["json"])
        if not all(finding.is_passed for finding in findings):
            raise CommandError("有未通过的规则 (a rule was broken)", returncode=1)

    def _try_bin(self, *, sender: BinIdentity, address: str, seconds: float) -> list[Finding]:
        host, _, port = address.rpartition(":")
        trial = Trial(key=sender.key)
        try:
            server = trial_server(trial=trial, host=host or "127.0.0.1", port=int(port))
        except (OSError, ValueError, OverflowError) as error:
            raise CommandError(f"--listen {address}: {error}", returncode=2) from error
        with server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.stderr.write(
                f"在 http://{host or '127.0.0.1'}:{server.server_port} 等待桶 {sender.code},"
                "请让它有至少 12 条待传记录 (waiting for the bin; have at least 12 drop-offs ready)"
            )
            _wait_for_the_end(trial=trial, seconds=seconds)
            server.shutdown()
        with trial.lock:
            return judge(tries=sorted(trial.tries, key=lambda each: each.began_s), bin_code=sender.code)

    def _print(self, *, findings: list[Finding], is_json: bool) -> None:
        passed = all(finding.is_passed for finding in findings)
        if is_json:
            document = {"ok": passed, "findings": [finding.as_json() for finding in findings]}
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=1))
            return
        print_findings(findings=findings, console=Console())


def _wait_for_the_end(*, trial: Trial, seconds: float) -> None:
    """Until the script is through and the bin has fallen silent, or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with trial.lock:
            is_through = not trial.script and trial.tries
            last_s = trial.tries[-1].ended_s if trial.tries else 0.0
        if is_through and time.monotonic() - last_s > QUIET_S:
            return
        time.sleep(0.1)
