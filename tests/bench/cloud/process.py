"""Starts and stops the server's process."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]


class Cloud:
    """A server for an account of this shape; it ends with the `with` block."""

    def __init__(self, shape):
        self.shape = shape

    def __enter__(self):
        environment = {**os.environ, "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS / 'e2e'}"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.cloud", str(self.shape.services), str(self.shape.tasks),
             "stale" if self.shape.stale else "healthy"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True)
        port = self._process.stdout.readline().strip()
        if not port:
            raise RuntimeError(f"the server did not start (exit code {self._process.wait()})")
        self.url = f"http://127.0.0.1:{int(port)}"
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def begin(self, quotas=False, latency=0.0, keeps_ledger=False):
        """Nothing was called yet; from here on AWS's quotas hold or not, and calls take so many seconds."""
        self._tell("begin", quotas=quotas, latency=latency, keeps_ledger=keeps_ledger)

    def seen(self):
        """What was called since; see `Server.seen`."""
        return self._tell("seen")

    def tasks(self, most):
        """The first tasks there are, as DescribeTasks tells them."""
        return self._tell("tasks", most=most)

    def _tell(self, verb, **arguments):
        request = urllib.request.Request(f"{self.url}/bench/{verb}", data=json.dumps(arguments).encode())
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())
