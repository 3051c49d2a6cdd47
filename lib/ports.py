"""Free ports of this machine, for servers that a command starts for itself."""

import random
import socket

# Under the 32768 from which Linux takes the ports of outgoing connections: one of those may be taken by any connection
# between our look and the server's own bind.
FIRST, LAST = 20_000, 32_000
TRIES = 200


def free_port() -> int:
    """A port of 127.0.0.1 that nobody holds just now.

    Raises:
        OSError: TRIES ports in a row are taken.
    """
    chance = random.SystemRandom()
    for _ in range(TRIES):
        port = chance.randint(FIRST, LAST)
        if is_free(port=port):
            return port
    raise OSError(f"no free port of 127.0.0.1 between {FIRST} and {LAST} in {TRIES} tries")


def is_free(*, port: int) -> bool:
    """Whether we could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
