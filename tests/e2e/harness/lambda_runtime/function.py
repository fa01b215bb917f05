"""A function: the shipped binary in a process of its own, invoked through the runtime API."""

import subprocess
import sys
import tempfile
from pathlib import Path

from .invocation import Invocation
from .log import Log
from .runtime_api import RuntimeApi, Work

LEASH = Path(__file__).with_name("leash.py")


class FunctionDied(Exception):
    """The process ended while it was meant to work."""


class Function:
    """A running function; it ends with the `with` block, and `show` is given its log then.

    Start it from the main thread (see `leash`).
    """

    def __init__(self, binary, settings, show=print):
        self._binary, self._settings, self._show = str(binary), settings, show

    def __enter__(self):
        self._api = RuntimeApi()
        with tempfile.NamedTemporaryFile() as output:
            self.log = Log(open(output.name, "rb"))
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LEASH), self._binary],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={**self._settings, "AWS_LAMBDA_RUNTIME_API": self._api.address}, start_new_session=True,
            )
        return self

    def __exit__(self, *_):
        self.kill()
        self._api.close()
        if self._show:
            # Printed, it is what pytest shows of a test that fails.
            self._show(f"--- log of {self._binary} ---\n{self.log.text()}")
        self.log.close()

    def kill(self):
        """`kill -9`, whatever it is doing."""
        self._process.kill()
        self._process.wait()

    def is_alive(self):
        return self._process.poll() is None

    @property
    def pid(self):
        """Its process, which `leash` became."""
        return self._process.pid

    def start_invocation(self, event, deadline=60.0):
        """Hands out an event; `finish` waits for what comes of it."""
        work = Work(event, deadline)
        start = len(self.log)
        self._api.hand_out(work)
        return work, start

    def finish(self, started, within=None):
        work, start = started
        for _ in range(int((within or 60.0) * 20)):
            if work.done.wait(0.05):
                return Invocation(work, self.log, start)
            if not self.is_alive():
                raise FunctionDied(f"exit code {self._process.returncode}: {self.log.text()[-2000:]}")
        raise TimeoutError(f"no answer within {within} s: {self.log.text()[-2000:]}")

    def invoke(self, event, deadline=60.0):
        """Invokes it with an event; `deadline` is how many seconds Lambda gives it."""
        return self.finish(self.start_invocation(event, deadline), within=max(60.0, deadline))

    def wait_for_end(self, within=10.0):
        """Its exit code, where it can't start."""
        return self._process.wait(timeout=within)

    @property
    def init_error(self):
        return self._api.init_error
