"""Starts and stops the server's process."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from ..place import ACCOUNT, REGION

HARNESS = Path(__file__).resolve().parents[1]


class MotoServer:
    """A moto server on a free loopback port. It ends with the `with` block, and with this process whatever kills it."""

    def __init__(self, account=ACCOUNT):
        self._account = account

    def __enter__(self):
        environment = {
            **os.environ,
            "PYTHONPATH": str(HARNESS.parent),
            "MOTO_ACCOUNT_ID": self._account,
            "AWS_DEFAULT_REGION": REGION,
        }
        # In a session of its own, so that Ctrl-C reaches it only through us.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "harness.server"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True,
        )
        try:
            port = self._process.stdout.readline().strip()
            if not port:
                raise RuntimeError(f"the moto server did not start (exit code {self._process.wait()})")
        except BaseException:
            self.__exit__()
            raise
        self.url = f"http://127.0.0.1:{int(port)}"
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def reset(self):
        """An empty account, and every switch back as it was."""
        self._post("/moto-api/reset", b"")
        self.stage("reset")

    def stage(self, verb, **arguments):
        """Tells the server what no AWS call could; see `routes.Verbs` for the verbs."""
        return json.loads(self._post(f"/stage/{verb}", json.dumps(arguments).encode()))

    def _post(self, path, body):
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, data=body)) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.read().decode()}") from None
