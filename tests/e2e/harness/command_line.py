"""The command line `ecs-nlb-guard` as a person or a script runs it: in a pipe, or at a terminal."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from .place import CREDENTIALS, REGION


@dataclass
class Ran:
    """What came of it. At a terminal everything is in `out`."""

    status: int
    out: str
    err: str = ""

    def lines(self):
        return self.out.splitlines()


@dataclass
class CommandLine:
    """The program with an environment of its own: nothing is inherited."""

    binary: Path
    home: Path
    environment: dict = field(default_factory=dict)

    def at(self, endpoint):
        """With credentials, in the Region of the tests, at this endpoint."""
        return self.where(**CREDENTIALS, AWS_REGION=REGION, AWS_ENDPOINT_URL=endpoint)

    def where(self, **variables):
        """With more variables; `None` takes one away."""
        merged = {**self.environment, **variables}
        return CommandLine(self.binary, self.home, {name: value for name, value in merged.items() if value is not None})

    def full_environment(self):
        return {"HOME": str(self.home), "PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true",
                **self.environment}

    def start(self, *words, **options):
        """Starts it, and leaves it running."""
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "text": True, **options}
        return subprocess.Popen([self.binary, *words], env=self.full_environment(), cwd=self.home, **options)

    def run(self, *words, stdin=None, timeout=120):
        """Runs it with its output in pipes."""
        options = {"stdin": subprocess.PIPE} if stdin is not None else {}
        process = self.start(*words, **options)
        out, err = process.communicate(stdin, timeout=timeout)
        return Ran(process.returncode, out, err)

    def run_at_terminal(self, *words, columns=100, interrupt_after=None, timeout=120):
        """Runs it at a terminal this wide; `interrupt_after` is how many seconds later Ctrl-C is typed."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        at_terminal = self.where(TERM="xterm-256color")
        process = at_terminal.start(*words, stdin=slave, stdout=slave, stderr=slave, text=False, start_new_session=True)
        os.close(slave)
        if interrupt_after is not None:
            threading.Timer(interrupt_after, process.send_signal, [signal.SIGINT]).start()
        seen, deadline = b"", time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            seen += part
        os.close(master)
        return Ran(process.wait(timeout=10), seen.decode().replace("\r\n", "\n"))
