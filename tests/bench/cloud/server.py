"""HTTP, as little of it as clients of AWS need: it must cost less than what is measured.

`POST /bench/VERB` is for whoever measures: a JSON object in, JSON out. Everything else is a call to AWS.
"""

import asyncio
import json
import time
from collections import Counter
from urllib.parse import parse_qsl

from faultproxy.quotas import Quotas
from harness.faults import throttled
from harness.wire import Call

from .account import Account
from .ec2 import Ec2
from .ecs import Ecs
from .elb import Elb
from .ledger import Ledger


class Server:
    """Answers for one account."""

    def __init__(self, shape):
        self._account = Account(shape)
        self._ecs = Ecs(self._account)
        self._query = {"elasticloadbalancing": Elb(self._account), "ec2": Ec2(self._account)}
        self.begin()

    def begin(self, quotas=False, latency=0.0, keeps_ledger=False):
        """Forgets everything but the account, and the ledger if it is to; from here on calls need the quotas and take so many seconds."""
        self._calls, self._throttled, self._bytes = Counter(), Counter(), 0
        if not keeps_ledger:
            self._ledger = Ledger()
        self._quotas = Quotas() if quotas else None
        self.latency, self._times = latency, []

    def seen(self):
        """The calls since the beginning, those that were throttled, the seconds from the first to the last, and bytes sent."""
        span = self._times[-1] - self._times[0] if self._times else 0.0
        return {"calls": self._calls, "throttled": self._throttled, "seconds": span, "bytes": self._bytes}

    def tasks(self, most):
        """The first tasks there are, as DescribeTasks tells them."""
        asked = [task.arn for task in self._account.tasks[:most]]
        return [json.loads(self._ecs.tasks[arn]) for arn in asked]

    def answer(self, call):
        """Status, content type and body."""
        self._calls[call.action.replace("AnyScaleFrontendService", "application-autoscaling")] += 1
        self._times.append(time.monotonic())
        if self._quotas and not self._quotas.take(call.action):
            self._throttled[call.action] += 1
            answer = throttled(call)
            return answer.status, answer.headers["Content-Type"], answer.body
        body = self._body(call)
        self._bytes += len(body)
        return 200, "text/xml" if call.service in self._query else "application/x-amz-json-1.1", body

    def _body(self, call):
        if call.service == "ecs":
            return self._ecs.answer(call.operation, call.body)
        if call.service == "dynamodb":
            return self._ledger.answer(call.operation, call.body)
        if call.service in self._query:
            return self._query[call.service].answer(call.operation, dict(parse_qsl(call.body.decode())))
        if call.operation.endswith("DescribeScalableTargets"):
            return b'{"ScalableTargets":[]}'
        raise NotImplementedError(call.action)


class Connection(asyncio.Protocol):
    """One request after the other."""

    def __init__(self, server):
        self._server, self._seen, self._transport = server, b"", None

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._seen += data
        while (end := self._seen.find(b"\r\n\r\n")) >= 0:
            method, path, headers = _head(self._seen[:end].decode("latin-1"))
            body_end = end + 4 + int(headers.get("content-length", 0))
            if len(self._seen) < body_end:
                return
            body, self._seen = self._seen[end + 4:body_end], self._seen[body_end:]
            if path.startswith("/bench/"):
                told = getattr(self._server, path.removeprefix("/bench/"))(**json.loads(body))
                self._send(200, "application/json", json.dumps(told).encode())
            else:
                answer = self._server.answer(Call(method, path, headers, body))
                asyncio.get_running_loop().call_later(self._server.latency, self._send, *answer) \
                    if self._server.latency else self._send(*answer)

    def _send(self, status, content_type, body):
        head = f"HTTP/1.1 {status} .\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


def _head(text):
    first, *lines = text.split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.split(":", 1) for line in lines)
    return method, path, {name.lower(): value.strip() for name, value in pairs}


async def serve(shape, ready):
    """Serves until the process ends; tells `ready` the port."""
    state = Server(shape)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(state), "127.0.0.1", 0)
    ready(server.sockets[0].getsockname()[1])
    await server.serve_forever()
