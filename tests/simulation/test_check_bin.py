"""check_bin: our own client passes, a sloppy one is told why not, and our own platform passes."""

import base64
import hmac
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from lib.ports import free_port
from tests.own_server import OwnServer

KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()
TAPS = [{"card": "A0000001", "category": "FOOD", "weight_g": 100 + number} for number in range(16)]


def start_check(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "check_bin", "--bin", "B-0007", "--json"]
    return subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def start_trial(port: int, seconds: int = 90) -> "subprocess.Popen[str]":
    check = start_check("--listen", str(port), "--key", KEY, "--seconds", str(seconds))
    assert check.stderr is not None
    assert "等待桶" in check.stderr.readline()
    return check


def findings_of(check: "subprocess.Popen[str]") -> dict[str, dict[str, Any]]:
    stdout, stderr = check.communicate(timeout=150)
    assert stdout, stderr
    return {finding["rule"]: finding for finding in json.loads(stdout)["findings"]}


def test_the_example_client_keeps_every_rule(tmp_path: Path) -> None:
    port = free_port()
    check = start_trial(port)
    client = subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "examples" / "bin_client.py"), str(tmp_path / "kept.sqlite3")],
        env=os.environ | {"FENFEN_URL": f"http://127.0.0.1:{port}", "BIN_CODE": "B-0007", "BIN_KEY": KEY},
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        client.communicate("".join(json.dumps(tap) + "\n" for tap in TAPS), timeout=120)
        findings = findings_of(check)
    finally:
        client.kill()
        check.kill()
    assert [finding for finding in findings.values() if not finding["passed"]] == []
    assert check.returncode == 0
    assert len(findings) >= 15


def sloppy_bin(*, url: str, seconds: float) -> None:
    """Its clock is right for it alone, each try is a new message, it waits for nobody and believes no refusal."""
    secret, events = (
        base64.b64decode(KEY.removeprefix("whsec_")),
        [
            {
                "event_id": f"e-{n}",
                "category": "FOOD",
                "weight_g": 0.5 * n,
                "occurred_at": "2026-11-23 07:12",
                "sequence": 5,
                "fingerprint": "TUlO" * 100,
            }
            for n in range(12)
        ],
    )
    deadline, off_s, number = time.monotonic() + seconds, 0, 0
    while time.monotonic() < deadline:
        number += 1
        body, stamp = json.dumps({"bin": "B-0007", "events": events}), str(int(time.time()) + off_s)
        digest = hmac.digest(secret, f"m-{number}.{stamp}.{body}".encode(), "sha256")
        headers = {"webhook-id": f"m-{number}", "webhook-timestamp": stamp}
        headers["webhook-signature"] = "v1," + base64.b64encode(digest).decode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers), timeout=1):
                pass
        except urllib.error.HTTPError as error:
            off_s = 3_600 if number > 5 and error.code == 401 else off_s
        except OSError:
            pass
        time.sleep(0.05)


def test_a_sloppy_bin_is_told_what_it_did_wrong() -> None:
    port = free_port()
    check = start_trial(port, seconds=12)
    try:
        sloppy_bin(url=f"http://127.0.0.1:{port}/api/v1/device/drop-offs", seconds=8)
        findings = findings_of(check)
    finally:
        check.kill()
    failed = {rule for rule, finding in findings.items() if not finding["passed"]}
    assert failed == {
        *("clock", "same_message", "retry_after", "pause", "patience", "forgets", "splits", "sets_aside"),
        *("weight", "occurred_at", "sequence", "biometric"),
    }
    assert check.returncode == 1


def test_a_bin_with_another_key_is_told_that_its_signature_is_wrong() -> None:
    port = free_port()
    check = start_trial(port, seconds=2)
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", b"{}", {"webhook-id": "1"})
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=10)
    findings = findings_of(check)
    assert not findings["signature"]["passed"]
    assert check.returncode == 1


def test_our_own_platform_keeps_every_rule(own_server: OwnServer) -> None:
    check = start_check("--url", own_server.url, "--key", own_server.key)
    findings = findings_of(check)
    assert [finding for finding in findings.values() if not finding["passed"]] == []
    assert check.returncode == 0
    assert own_server.rows("SELECT weight_g FROM sorting_dropoff") == [(1,)]


def test_a_platform_that_is_away_fails_and_a_wrong_address_is_wrong_usage() -> None:
    check = start_check("--url", f"http://127.0.0.1:{free_port()}", "--key", KEY)
    assert not any(finding["passed"] for finding in findings_of(check).values())
    assert check.returncode == 1
    for wrong in (("--url", "nowhere"), ("--listen", "nowhere")):
        check = start_check(*wrong, "--key", KEY)
        check.communicate(timeout=60)
        assert check.returncode == 2
