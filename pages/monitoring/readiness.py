"""Whether this process can do its work: the database answers and has every migration. Redis is told, not required."""

from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

REDIS_TIMEOUT_S = 0.5  # a frozen broker must not make a ready process look dead


@dataclass(frozen=True, slots=True)
class Readiness:
    """What /readyz answers. Without Redis the tally watch goes on alone: only slower, nothing is lost."""

    is_database_reachable: bool
    missing_migration_count: int
    is_redis_reachable: bool

    @property
    def is_ready(self) -> bool:
        """Whether requests may be sent here."""
        return self.is_database_reachable and self.missing_migration_count == 0


def read_readiness() -> Readiness:
    """Ask the database and Redis now; never raises because one of them is gone."""
    is_redis_reachable = _redis_answers()
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except Error:
        return Readiness(is_database_reachable=False, missing_migration_count=0, is_redis_reachable=is_redis_reachable)
    return Readiness(
        is_database_reachable=True,
        missing_migration_count=len(_migrations_on_disk() - applied.keys()),
        is_redis_reachable=is_redis_reachable,
    )


@cache
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    """Read once: the files of a running process do not change."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _redis_answers() -> bool:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S
    )
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()
