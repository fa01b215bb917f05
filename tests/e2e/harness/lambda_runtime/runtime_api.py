"""The Lambda runtime API (2018-06-01): where a function's process asks for work and leaves its answers."""

import json
import queue
import re
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ..place import FUNCTION_ARN

_ANSWER = re.compile(r"/2018-06-01/runtime/invocation/([^/]+)/(response|error)$")


class Work:
    """One invocation, from event to answer."""

    def __init__(self, event, deadline):
        self.id, self.body = str(uuid.uuid4()), event if isinstance(event, bytes) else json.dumps(event).encode()
        self.deadline_ms = int((time.time() + deadline) * 1000)
        self.kind, self.answer = None, None
        self.done = threading.Event()


class RuntimeApi:
    """Serves the API to one process until closed."""

    def __init__(self):
        self._waiting, self._under_way, self.init_error = queue.Queue(), {}, None
        self._closed = False
        handler = type("Handler", (_Handler,), {"api": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def hand_out(self, work):
        self._waiting.put(work)

    def next(self):
        """The next invocation; nothing once closed."""
        while not self._closed:
            try:
                work = self._waiting.get(timeout=0.1)
            except queue.Empty:
                continue
            self._under_way[work.id] = work
            return work
        return None

    def answered(self, work_id, kind, body):
        work = self._under_way.pop(work_id)
        work.kind, work.answer = kind, body
        work.done.set()

    def close(self):
        self._closed = True
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A process that was killed is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    api = None

    def do_GET(self):
        work = self.api.next() if self.path == "/2018-06-01/runtime/invocation/next" else None
        if work is None:
            return self._send(404, b"{}")
        return self._send(200, work.body, {
            "Lambda-Runtime-Aws-Request-Id": work.id,
            "Lambda-Runtime-Deadline-Ms": str(work.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN,
            "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
        })

    def do_POST(self):
        body = self._body()
        match = _ANSWER.match(self.path)
        if match:
            self.api.answered(match[1], match[2], body)
        elif self.path == "/2018-06-01/runtime/init/error":
            self.api.init_error = body
        self._send(202, b'{"status":"OK"}')

    def _body(self):
        """The body, in pieces where its length isn't told."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return b"".join(pieces)

    def _send(self, status, body, headers=None):
        self.send_response_only(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_):
        """Pytest shows what matters."""
