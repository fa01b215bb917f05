"""A proxy between the binary and the server: counts requests, makes them fail, steps in between two of them.

    proxy.fails("ecs:DescribeServices", denied)
    proxy.fails("elasticloadbalancing:DescribeTargetHealth", throttled, times=2, mentioning="web")
    proxy.before(number=7, then=function.kill)          # between the sixth call and the seventh
    proxy.before("ec2:DescribeNetworkInterfaces", then=..., nth=2)
    proxy.calls["ecs:DescribeTasks"]

Rules are asked in the order they were made; the first that has an answer gives it.
"""

import http.client
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from .faults import ConnectionLost
from .wire import Answer, Call

#: Calls that change something in the services the guard watches.
CHANGES = ("RegisterTargets", "DeregisterTargets", "ModifyNetworkInterfaceAttribute", "UpdateService", "StopTask")


class Proxy:
    """A running proxy; it ends with the `with` block. With an `ssl.SSLContext` as `tls` it speaks TLS."""

    def __init__(self, upstream, tls=None):
        self._upstream, self._tls = urlsplit(upstream).netloc, tls
        self._lock = threading.Lock()
        self.forget()

    def __enter__(self):
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        if self._tls:
            # The handshake is the handler's business: one that fails mustn't hold up the others.
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
            self.url = f"https://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()

    def forget(self):
        """No calls seen, no rules."""
        self._closed = threading.Event()
        self.log, self._rules, self._stand_ins = [], [], {}

    def heal(self):
        """No rules; the calls seen stay."""
        self._rules = []

    @property
    def calls(self):
        """How often each action was called since the last `forget`."""
        return Counter(call.action for call in self.log)

    def changes(self):
        """The calls that could have changed a service the guard watches."""
        return [call for call in self.log if call.action.partition(":")[2] in CHANGES]

    def fails(self, action, fault, times=None, nth=None, mentioning=None):
        """The action fails: always, the first `times` times, the `nth` time, or where the request mentions a text."""
        return self._add(_Rule(action, None, times, nth, mentioning, instead=lambda call, forward: fault(call)))

    def loses_answer(self, action, fault, times=1):
        """The action is done, but its answer is lost: `fault` is answered instead."""

        def forward_first(call, forward):
            forward()
            return fault(call)

        return self._add(_Rule(action, None, times, None, None, instead=forward_first))

    def hangs(self, action, times=None):
        """The action isn't answered before the proxy closes."""

        def hang(call, _):
            self._closed.wait()
            raise ConnectionLost(call.action)

        return self._add(_Rule(action, None, times, None, None, instead=hang))

    def answers(self, action, answer, times=None, mentioning=None):
        """`answer(call)` in place of the server's answer; where it returns nothing the server answers."""
        return self._add(_Rule(action, None, times, None, mentioning, instead=lambda call, _: answer(call)))

    def rewrites(self, action, change, times=None, mentioning=None):
        """`change(call, answer)` in place of the server's answer."""
        return self._add(_Rule(action, None, times, None, mentioning,
                               instead=lambda call, forward: change(call, forward())))

    def before(self, action=None, then=None, nth=None, number=None):
        """Calls `then()` before a call is forwarded: the `nth` of an action, or the `number`th of all."""

        def step_in(call, _):
            then()

        return self._add(_Rule(action, number, 1, nth, None, instead=step_in))

    def through(self, injection):
        """Every call goes through `injection(call, forward)`, which gives the answer to it."""
        return self._add(_Rule(None, None, None, None, None, instead=injection))

    def serves(self, service, answer):
        """`answer(call)` stands in for the server where a call is for this service."""
        self._stand_ins[service] = answer

    def _add(self, rule):
        self._rules.append(rule)
        return rule

    def serve(self, call):
        """The answer to a call."""
        with self._lock:
            self.log.append(call)
            call.number = len(self.log)
            rules = [rule for rule in self._rules if rule.applies(call)]
        for rule in rules:
            answer = rule.instead(call, lambda: self._forward(call))
            if answer is not None:
                return answer
        return self._forward(call)

    def _forward(self, call):
        if call.service in self._stand_ins:
            return self._stand_ins[call.service](call)
        connection = http.client.HTTPConnection(self._upstream, timeout=60)
        try:
            connection.request(call.method, call.path, call.body, call.headers)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()


class _Rule:
    """When to step in, and what to do `instead`. `hits` tells how often it did."""

    def __init__(self, action, number, times, nth, mentioning, instead):
        self._action, self._number, self._times, self._nth = action, number, times, nth
        self._mentioning, self.instead = mentioning, instead
        self.seen = self.hits = 0

    def applies(self, call):
        if self._action not in (None, call.action) or self._number not in (None, call.number):
            return False
        if self._mentioning and not call.mentions(self._mentioning):
            return False
        self.seen += 1
        if self._nth not in (None, self.seen) or (self._times is not None and self.hits >= self._times):
            return False
        self.hits += 1
        return True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that is gone (killed, as likely as not) is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet an answer
    proxy = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        headers.pop("connection", None)
        try:
            answer = self.proxy.serve(Call(self.command, self.path, headers, body))
        except ConnectionLost:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[:answer.sent])
        self.wfile.flush()
        self.close_connection |= answer.sent is not None

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_POST

    def log_message(self, *_):
        """Pytest shows what matters."""
