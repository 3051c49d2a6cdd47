"""What is unsafe or cannot work stops the platform before it serves anybody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from config import checks

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS = {
    "a command": [sys.executable, "manage.py", "check"],
    "the web process": [sys.executable, "-c", "import config.wsgi"],
    "the worker": [sys.executable, "-c", "import config.queue"],
}


def start(*, command: list[str], state_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `command` with nothing in its environment but what is given."""
    kept = {"PATH": os.environ["PATH"], "STATE_DIR": str(state_dir), "DATABASE_URL": f"sqlite:///{state_dir}/x.sqlite3"}
    return subprocess.run(
        command, cwd=ROOT, env=kept | environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("name", STARTS)
def test_nothing_starts_with_the_demo_keys(name: str, tmp_path: Path) -> None:
    done = start(command=STARTS[name], state_dir=tmp_path)
    assert done.returncode != 0
    assert "config.E001" in done.stderr
    assert "config.E002" in done.stderr


@pytest.mark.parametrize("name", STARTS)
def test_everything_starts_with_keys_of_its_own(name: str, tmp_path: Path) -> None:
    done = start(
        command=STARTS[name],
        state_dir=tmp_path,
        SECRET_KEY="a secret of this test and of no district",
        ENCRYPTION_KEYS=Fernet.generate_key().decode(),
    )
    assert done.returncode == 0, done.stderr


def test_key_files_do_as_well_as_variables(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "secret_key").write_text("a secret in a file\n")
    (tmp_path / "keys" / "encryption_keys").write_text(Fernet.generate_key().decode() + "\n")
    done = start(command=STARTS["a command"], state_dir=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_demo_may_use_its_keys(tmp_path: Path) -> None:
    assert start(command=STARTS["the web process"], state_dir=tmp_path, FENFEN_DEMO="1").returncode == 0


def test_an_unknown_time_zone_is_named(tmp_path: Path) -> None:
    done = start(command=STARTS["a command"], state_dir=tmp_path, FENFEN_DEMO="1", TIME_ZONE="Asia/Xuchang")
    assert done.returncode != 0
    assert "TIME_ZONE must name a time zone" in done.stderr


@pytest.mark.parametrize("keys", [[], ["too-short"], [Fernet.generate_key().decode(), "not base64 at all"]])
def test_a_key_that_cannot_encrypt_is_refused(keys: list[str], settings: Settings) -> None:
    settings.SECRET_KEY, settings.ENCRYPTION_KEYS = "a secret of this test", keys
    assert [message.id for message in checks.check_secrets(None)] == ["config.E003"]


def test_debug_never_meets_a_servers_database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    settings.DEBUG = True
    assert [message.id for message in checks.check_database(None)] == ["config.E004"]
    settings.DEBUG = False
    assert checks.check_database(None) == []


def test_an_old_sqlite_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 34, 1))
    assert [message.id for message in checks.check_database(None)] == ["config.E005"]


@pytest.mark.parametrize(("code", "is_right"), [("411003", True), ("41100", False), ("4110O3", False), ("", False)])
def test_a_division_code_has_six_digits(code: str, is_right: bool, settings: Settings) -> None:
    settings.DIVISION_CODE = code
    assert (checks.check_district(None) == []) is is_right


def test_an_open_host_list_is_refused(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["fenfen.example", "*"]
    assert [message.id for message in checks.check_hosts(None)] == ["config.E007"]


@pytest.mark.parametrize(
    ("provider", "url", "is_right"),
    [
        ("console", "", True),
        ("http", "https://sms.example/codes", True),
        ("http", "", False),
        ("http", "file:///etc/passwd", False),
        ("pigeon", "", False),
    ],
)
def test_one_time_codes_have_a_way_to_the_phone(provider: str, url: str, is_right: bool, settings: Settings) -> None:
    settings.SIGN_IN_CODE_PROVIDER, settings.SIGN_IN_CODE_URL = provider, url
    assert (checks.check_code_provider(None) == []) is is_right


@pytest.mark.parametrize(
    ("provider", "url", "is_right"),
    [("none", "", True), ("console", "", True), ("http", "https://gateway.example/notices", True), ("http", "", False)],
)
def test_notices_are_passed_on_to_a_gateway_or_not_at_all(
    provider: str, url: str, is_right: bool, settings: Settings
) -> None:
    settings.WECHAT_NOTICE_PROVIDER, settings.WECHAT_NOTICE_URL = provider, url
    assert (checks.check_notice_provider(None) == []) is is_right


def test_the_refusal_carries_every_reason(settings: Settings) -> None:
    settings.DEMO, settings.SECRET_KEY = False, settings.DEMO_SECRET_KEY
    settings.DIVISION_CODE = "1"
    with pytest.raises(ImproperlyConfigured, match=r"(?s)config\.E001.*config\.E006"):
        checks.refuse_unsafe_start()
