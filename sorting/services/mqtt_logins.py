"""A bin's log-in at the MQTT broker: made, shown once, revoked; and the broker's password file.

The user name is the bin's code. A log-in lets a bin knock; whether its messages count is up to its signature.
"""

import contextlib
import datetime as dt
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from lib.errors import DomainError
from lib.mosquitto_passwords import hash_password, is_password, password_lines, read_password_lines
from sorting.models import MqttLogin, SmartBin
from sorting.services.bin_keys import BinRevoked

PASSWORD_BYTES = 24
BRIDGE_USER = "fenfen-bridge"  # as in mosquitto/acl
# A colon ends the user's name in the password file; the others mean something in topics.
_UNFIT = frozenset(":/+#$")


class BinCodeUnfit(DomainError):
    """A code that cannot be a user name and a level of a topic."""

    code = "bin_code_unfit"
    message = "桶号不能用作 MQTT 用户名:不得含 : / + # $ 或不可见字符 (the bin's code cannot be an MQTT user name)"


@dataclass(frozen=True, slots=True)
class NewLogin:
    """A log-in with its password in clear text."""

    user: str
    password: str = field(repr=False)


def is_fit(*, code: str) -> bool:
    """Whether a bin's code can be a user name at the broker and a level of a topic."""
    return code.isprintable() and not _UNFIT & set(code) and code == code.strip() and code not in ("", BRIDGE_USER)


@transaction.atomic
def make_mqtt_login(*, smart_bin: SmartBin, now: dt.datetime) -> NewLogin:
    """Make the bin's password at the broker; one that it had before is no longer valid.

    It counts from the next time that the broker reads its password file.

    :raises BinCodeUnfit: the code cannot be a user name.
    :raises BinRevoked: the bin is revoked.
    """
    if not is_fit(code=smart_bin.code):
        raise BinCodeUnfit
    locked = SmartBin.objects.select_for_update().get(pk=smart_bin.pk)
    if locked.revoked_at is not None:
        raise BinRevoked
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    MqttLogin.objects.update_or_create(
        bin=locked, defaults={"password_hash": hash_password(password=password), "made_at": now}
    )
    return NewLogin(user=locked.code, password=password)


def revoke_mqtt_login(*, smart_bin: SmartBin) -> bool:
    """Take the bin's log-in away; whether it had one."""
    deleted, _ = MqttLogin.objects.filter(bin=smart_bin).delete()
    return deleted > 0


def password_hashes() -> dict[str, str]:
    """The user name and password hash of every bin that may log in: none of a revoked bin."""
    logins = MqttLogin.objects.filter(bin__revoked_at__isnull=True)
    return {code: kept for code, kept in logins.values_list("bin__code", "password_hash") if is_fit(code=code)}


def write_password_file(*, path: Path, bridge_login: tuple[str, str] | None) -> int:
    """Write the broker's password file, whole or not at all, readable by its group (0640); how many users it has.

    `bridge_login` is the bridge's own user name and password. Where nothing changed, the file is left as it is.

    :raises OSError: it cannot be written.
    """
    hashes = password_hashes()
    if bridge_login is not None:
        user, password = bridge_login
        # The line that is there already stays, so that the file changes only when a log-in does.
        kept = _line_before(path=path, user=user)
        hashes[user] = kept if is_password(password=password, password_hash=kept) else hash_password(password=password)
    lines = password_lines(hashes=hashes).encode()
    if not path.is_file() or path.read_bytes() != lines:
        _replace(path=path, content=lines)
    return len(hashes)


def _line_before(*, path: Path, user: str) -> str:
    return read_password_lines(text=path.read_text(encoding="utf8")).get(user, "") if path.is_file() else ""


def _replace(*, path: Path, content: bytes) -> None:
    descriptor, unfinished = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), 0o640)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(unfinished).unlink()
        raise
