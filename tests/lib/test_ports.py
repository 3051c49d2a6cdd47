"""A port for a server of ours is taken neither by somebody who listens nor by a connection on its way out."""

import socket
from pathlib import Path

import pytest

from lib import ports
from lib.ports import free_port, is_free

OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_a_port_that_is_held_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", free_port()))
        held.listen()
        port = held.getsockname()[1]
        assert not is_free(port=port)
        monkeypatch.setattr(ports, "FIRST", port)
        monkeypatch.setattr(ports, "LAST", port)
        with pytest.raises(OSError, match="no free port"):
            free_port()
    assert free_port() == port


def test_outgoing_connections_take_theirs_elsewhere() -> None:
    first_outgoing, _ = OUTGOING.read_text(encoding="ascii").split()
    assert ports.FIRST <= free_port() <= ports.LAST < int(first_outgoing)
