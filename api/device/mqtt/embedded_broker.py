"""The broker of the embedded set-up: amqtt on a loopback port, with Mosquitto's password file and ACL.

`python -m api.device.mqtt.embedded_broker --port N --passwords FILE --acl FILE`. Without Django: it holds no data, and
whatever it loses the bins send again.
"""

import argparse
import asyncio
import logging
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from amqtt.broker import Broker
from amqtt.contexts import Action, BaseContext
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from lib.mosquitto_passwords import is_password, read_password_lines

CONNECTIONS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the ACL: `user` None is every user, whose name stands for %u in the topic."""

    user: str | None
    access: str
    topic: str


def read_acl(*, text: str) -> list[Rule]:
    """The rules of a Mosquitto ACL file that says `read` or `write` in every rule.

    :raises ValueError: a line that we do not know; to overlook it might let somebody in.
    """
    rules: list[Rule] = []
    user: str | None = None
    for line in text.splitlines():
        words = line.split()
        match words:
            case []:
                continue
            case [first, *_] if first.startswith("#"):
                continue
            case ["user", name]:
                user = name
            case ["pattern", ("read" | "write") as access, topic]:
                rules.append(Rule(user=None, access=access, topic=topic))
            case ["topic", ("read" | "write") as access, topic] if user is not None:
                rules.append(Rule(user=user, access=access, topic=topic))
            case _:
                raise ValueError(f"not understood in the ACL: {line}")
    return rules


def is_allowed(*, rules: Sequence[Rule], user: str, access: str, topic: str) -> bool:
    """Whether a user may read or write a topic, or read all that a filter with wildcards names."""
    return any(
        _covers(rule=(rule.topic.replace("%u", user) if rule.user is None else rule.topic), topic=topic)
        for rule in rules
        if rule.access == access and rule.user in (None, user)
    )


def _covers(*, rule: str, topic: str) -> bool:
    allowed, asked = rule.split("/"), topic.split("/")
    for position, level in enumerate(allowed):
        if level == "#":
            return len(asked) >= position
        if position >= len(asked) or asked[position] == "#" or level not in ("+", asked[position]):
            return False
    return len(allowed) == len(asked)


class PasswordFile(BaseAuthPlugin):  # type: ignore[misc]
    """Lets in whoever the password file knows; the file is read again when it has changed."""

    @dataclass
    class Config:
        """Where the file is."""

        path: str = ""

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._path = Path(self.config.path)
        self._changed_at_ns = 0
        self._hashes: dict[str, str] = {}

    async def authenticate(self, *, session: Session) -> bool:
        """Whether user name and password fit. Nobody gets in while there is no file."""
        if not self._path.is_file():
            return False
        changed_at_ns = self._path.stat().st_mtime_ns
        if changed_at_ns != self._changed_at_ns:
            self._hashes = read_password_lines(text=self._path.read_text(encoding="utf8"))
            self._changed_at_ns = changed_at_ns
        kept = self._hashes.get(session.username or "")
        return kept is not None and is_password(password=session.password or "", password_hash=kept)


class AclFile(BaseTopicPlugin):  # type: ignore[misc]
    """Lets a user write and read what the ACL says."""

    @dataclass
    class Config:
        """Where the file is."""

        path: str = ""

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._rules = read_acl(text=Path(self.config.path).read_text(encoding="utf8"))

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        """Whether the user may do that."""
        if session is None or not session.username or topic is None:
            return False
        access = "write" if action is Action.PUBLISH else "read"
        return is_allowed(rules=self._rules, user=session.username, access=access, topic=topic)


def configuration(*, port: int, passwords: Path, acl: Path) -> dict[str, object]:
    """amqtt's own configuration."""
    here = __name__ if __name__ != "__main__" else "api.device.mqtt.embedded_broker"
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}", "max_connections": CONNECTIONS_MAX}},
        "plugins": {
            f"{here}.PasswordFile": {"path": str(passwords)},
            f"{here}.AclFile": {"path": str(acl)},
        },
    }


async def serve(*, config: dict[str, object]) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    broker = Broker(config)
    await broker.start()
    await stop.wait()
    await broker.shutdown()


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--passwords", type=Path, required=True)
    parser.add_argument("--acl", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    asyncio.run(serve(config=configuration(port=options.port, passwords=options.passwords, acl=options.acl)))


if __name__ == "__main__":
    main()
