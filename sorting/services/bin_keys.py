"""A bin's signing keys: made, rotated, revoked. Encrypted at rest; the clear text is shown once."""

import base64
import datetime as dt
import secrets as random
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q

from lib.errors import DomainError
from people import secrets
from sorting.models import BinKey, SmartBin

KEY_BYTES = 32
KEY_PREFIX = "whsec_"
OVERLAP_H = 24  # how long the key before stays valid: time to bring the new one to the bin


class BinRevoked(DomainError):
    """A revoked bin gets no key, unless it is taken into service again."""

    code = "bin_revoked"
    message = "此桶已停用,重新启用后才能生成密钥 (the bin is revoked)"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key in clear text, and until when the one before it still counts."""

    key: str = field(repr=False)
    previous_valid_until: dt.datetime | None


@transaction.atomic
def make_bin_key(*, smart_bin: SmartBin, now: dt.datetime, is_reinstated: bool = False) -> NewKey:
    """Make the bin's new key. The one before stays valid for OVERLAP_H hours, an older one no longer.

    `is_reinstated` takes a revoked bin into service again.

    :raises BinRevoked: the bin is revoked.
    """
    locked = SmartBin.objects.select_for_update().get(pk=smart_bin.pk)
    if locked.revoked_at is not None:
        if not is_reinstated:
            raise BinRevoked
        SmartBin.objects.filter(pk=locked.pk).update(revoked_at=None)
    # At most two are valid: what was still running out ends now.
    BinKey.objects.filter(bin=locked, expires_at__gt=now).update(expires_at=now)
    until = now + dt.timedelta(hours=OVERLAP_H)
    has_previous = BinKey.objects.filter(bin=locked, expires_at__isnull=True).update(expires_at=until)
    key = KEY_PREFIX + base64.b64encode(random.token_bytes(KEY_BYTES)).decode()
    BinKey.objects.create(bin=locked, secret_encrypted=secrets.encrypt(text=key), created_at=now)
    return NewKey(key=key, previous_valid_until=until if has_previous else None)


@transaction.atomic
def revoke_bin(*, smart_bin: SmartBin, now: dt.datetime) -> None:
    """End every key of the bin at once: stolen, sold, broken. Its drop-offs stay."""
    SmartBin.objects.filter(pk=smart_bin.pk, revoked_at__isnull=True).update(revoked_at=now)
    BinKey.objects.filter(_valid(now=now), bin=smart_bin).update(expires_at=now)


def _valid(*, now: dt.datetime) -> Q:
    return Q(expires_at__isnull=True) | Q(expires_at__gt=now)
