"""Start-up checks with ids: what is unsafe or cannot work stops commands, web processes and workers alike.

Django runs them before every management command. Granian and Celery run none, so `config.wsgi` and `config.queue`
call `refuse_unsafe_start` themselves.
"""

import re
import sqlite3
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured

CONFIG_TAG = "config"
SQLITE_VERSION_MIN = (3, 35)  # RETURNING, on which the set-based statements stand
_DIVISION_CODE = re.compile(r"[1-9]\d{5}")

AppConfigs = Sequence[AppConfig] | None


@register(CONFIG_TAG)
def check_secrets(app_configs: AppConfigs, **kwargs: Any) -> list[CheckMessage]:
    """config.E001, E002, E003: the demo's keys outside the demo, and keys that cannot encrypt."""
    errors: list[CheckMessage] = []
    if settings.SECRET_KEY == settings.DEMO_SECRET_KEY and not settings.DEMO:
        errors.append(
            Error(
                "SECRET_KEY is the demo key. 密钥是演示用的。",
                hint=f"Set SECRET_KEY (see .env.example), or start with run.py, which makes {settings.KEYS_DIR}.",
                id="config.E001",
            )
        )
    if settings.DEMO_ENCRYPTION_KEY in settings.ENCRYPTION_KEYS and not settings.DEMO:
        errors.append(
            Error(
                "ENCRYPTION_KEYS holds the demo key. 加密密钥是演示用的。",
                hint=f"Set ENCRYPTION_KEYS (see .env.example), or start with run.py, which makes {settings.KEYS_DIR}.",
                id="config.E002",
            )
        )
    broken = [number for number, key in enumerate(settings.ENCRYPTION_KEYS, start=1) if not _is_fernet_key(key)]
    if broken or not settings.ENCRYPTION_KEYS:
        errors.append(
            Error(
                f"ENCRYPTION_KEYS: no. {', '.join(map(str, broken)) or '1'} is no Fernet key. 加密密钥格式不对。",
                hint="Each is 32 random bytes in URL-safe base64, 44 characters, separated by commas.",
                id="config.E003",
            )
        )
    return errors


@register(CONFIG_TAG)
def check_database(app_configs: AppConfigs, **kwargs: Any) -> list[CheckMessage]:
    """config.E004, E005: DEBUG beside a server's database, and an SQLite that is too old."""
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine == "django.db.backends.postgresql" and settings.DEBUG:
        return [
            Error(
                "DEBUG is on with a PostgreSQL database. 正式数据库不能开调试。",
                hint="Unset DEBUG: its error pages show settings and rows to whoever asks.",
                id="config.E004",
            )
        ]
    if engine == "django.db.backends.sqlite3" and sqlite3.sqlite_version_info < SQLITE_VERSION_MIN:
        return [
            Error(
                f"SQLite {sqlite3.sqlite_version} is too old. SQLite 版本过低。",
                hint="Use a Python built with SQLite 3.35 or newer, or PostgreSQL (DATABASE_URL).",
                id="config.E005",
            )
        ]
    return []


@register(CONFIG_TAG)
def check_district(app_configs: AppConfigs, **kwargs: Any) -> list[CheckMessage]:
    """config.E006: the division code begins every household code, so it must be right before the first one."""
    if _DIVISION_CODE.fullmatch(settings.DIVISION_CODE):
        return []
    return [
        Error(
            f"DIVISION_CODE must be six digits, not {settings.DIVISION_CODE!r}. 行政区划代码必须是六位数字。",
            hint="The district's code in GB/T 2260, for example 411003.",
            id="config.E006",
        )
    ]


@register(CONFIG_TAG)
def check_hosts(app_configs: AppConfigs, **kwargs: Any) -> list[CheckMessage]:
    """config.E007: an open ALLOWED_HOSTS lets anybody's host name into links and cookies."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS is open to every host name. ALLOWED_HOSTS 不能是 *。",
            hint="Name the hosts, separated by commas: ALLOWED_HOSTS=fenfen.example.gov.cn",
            id="config.E007",
        )
    ]


@register(CONFIG_TAG)
def check_code_provider(app_configs: AppConfigs, **kwargs: Any) -> list[CheckMessage]:
    """config.E008: one-time codes must have a way to the phone that exists."""
    provider, url = settings.SIGN_IN_CODE_PROVIDER, settings.SIGN_IN_CODE_URL
    if provider == "console" or (provider == "http" and url.startswith(("https://", "http://"))):
        return []
    return [
        Error(
            f"SIGN_IN_CODE_PROVIDER={provider!r} cannot send codes to {url!r}. 验证码的发送方式不对。",
            hint="console prints codes (demo only); http posts them to SIGN_IN_CODE_URL, which begins with https://",
            id="config.E008",
        )
    ]


@register(CONFIG_TAG)
def check_notice_provider(app_configs: AppConfigs, **kwargs: Any) -> list[CheckMessage]:
    """config.E009: where notices are passed on to phones, there must be a gateway."""
    provider, url = settings.WECHAT_NOTICE_PROVIDER, settings.WECHAT_NOTICE_URL
    if provider in ("none", "console") or (provider == "http" and url.startswith(("https://", "http://"))):
        return []
    return [
        Error(
            f"WECHAT_NOTICE_PROVIDER={provider!r} cannot send notices to {url!r}. 微信消息的发送方式不对。",
            hint="none is off; console prints (demo only); http posts to WECHAT_NOTICE_URL, which begins with https://",
            id="config.E009",
        )
    ]


def refuse_unsafe_start() -> None:
    """Run this module's checks where nobody else does.

    :raises ImproperlyConfigured: one of them found an error; the message carries every id and hint.
    """
    errors = sorted(
        (message for message in run_checks(tags=[CONFIG_TAG]) if message.is_serious()), key=lambda each: str(each.id)
    )
    if errors:
        raise ImproperlyConfigured("\n".join(f"({error.id}) {error.msg} {error.hint}" for error in errors))


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
