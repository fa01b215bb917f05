"""How a function starts: from its process's first moment to its first poll, and to its first answer that needed AWS.

Nothing stands between the process and the clock: a socket plays the runtime API, and the process is started without a
shell or a leash.
"""

import contextlib
import os
import re
import select
import signal
import socket
import time
from dataclasses import dataclass

from harness.place import FUNCTION_ARN


@dataclass
class Start:
    """Seconds from the start to the first poll and to the first answer, and those that a warm answer takes."""

    poll: float
    answer: float
    warm: float

    @property
    def start_up(self):
        """What an answer costs more when it is the first."""
        return self.answer - self.warm


def start(binary, settings, event, warm=5):
    """Starts a function, has it answer the event so many times and once more, and ends it."""
    with socket.create_server(("127.0.0.1", 0)) as listener, open(os.devnull, "wb") as nowhere:
        listener.settimeout(30)
        environment = {**settings, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{listener.getsockname()[1]}"}
        out = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), number) for number in (1, 2)]
        began = time.perf_counter()
        pid = os.posix_spawn(binary, [str(binary)], environment, file_actions=out)
        try:
            api = _Api(listener)
            api.polled()
            poll = time.perf_counter() - began
            api.answer_to(event)
            answer = time.perf_counter() - began
            return Start(poll, answer, min(_warm(api, event) for _ in range(warm)))
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _warm(api, event):
    api.polled()
    began = time.perf_counter()
    api.answer_to(event)
    return time.perf_counter() - began


class _Api:
    """The runtime API for one process that does one thing after the other, over one connection or several."""

    def __init__(self, listener):
        self._listener, self._connections = listener, []

    def polled(self):
        """Waits until the function asks for work."""
        path, _, self._poll = self._request()
        assert path.endswith("/invocation/next"), path

    def answer_to(self, event):
        """Hands out an event, and waits for the answer to it."""
        deadline = int((time.time() + 60) * 1000)
        _send(self._poll, event, {
            "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            "Lambda-Runtime-Deadline-Ms": deadline, "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN})
        path, body, connection = self._request()
        assert path.endswith("/response"), (path, body)
        _send(connection, b"{}", {})

    def _request(self):
        """The next request: on a connection that there is, or on a new one."""
        while True:
            ready, _, _ = select.select([self._listener, *self._connections], [], [], 30)
            assert ready, "the function asks for nothing"
            for one in ready:
                if one is self._listener:
                    connection, _ = one.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._connections.append(connection)
                elif request := self._read(one):
                    return *request, one

    def _read(self, connection):
        seen = b""
        while b"\r\n\r\n" not in seen:
            part = connection.recv(65536)
            if not part:
                self._connections.remove(connection)
                connection.close()
                return None
            seen += part
        head, _, body = seen.partition(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].decode()
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        ended = (lambda: body.endswith(b"0\r\n\r\n")) if b"chunked" in head.lower() else (
            lambda: len(body) >= int(length[1] if length else 0))
        while not ended():
            body += connection.recv(65536)
        return path, body


def _send(connection, body, headers):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    with contextlib.suppress(BrokenPipeError):
        connection.sendall(head.encode() + body)


def fastest(starts):
    """The least of each time: whatever else the machine does only adds to it."""
    return Start(*(min(getattr(one, name) for one in starts) for name in ("poll", "answer", "warm")))
