"""A line between two programs that can be cut: a TCP relay on a port of its own."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class CutLine:
    """Relays every connection to (host, port) until `cut`, which breaks them all; `mend` takes new ones again."""

    def __init__(self, *, host: str, port: int) -> None:
        self._target = (host, port)
        self._sockets: set[socket.socket] = set()
        self._listener = _listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._accept()

    def cut(self) -> None:
        """Whoever is connected is cut off, whoever comes is refused."""
        # shutdown wakes the thread that accepts, which close alone does not.
        for each in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._sockets.clear()

    def mend(self) -> None:
        """Take connections again, on the same port."""
        self._listener = _listen(self.port)
        self._accept()

    def _accept(self) -> None:
        threading.Thread(target=self._take, args=(self._listener,), daemon=True).start()

    def _take(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
                self._sockets |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=_relay, args=(source, sink), daemon=True).start()


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(50)
    return listener


def _relay(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65_536):
            sink.sendall(part)
    for each in (source, sink):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


@contextlib.contextmanager
def cut_line(*, host: str, port: int) -> Iterator[CutLine]:
    """A line that is cut for good at the end."""
    line = CutLine(host=host, port=port)
    try:
        yield line
    finally:
        line.cut()
