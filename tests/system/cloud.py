"""Starts and stops the emulated account, but for what is watched, which is a moto server."""

import os
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

import trustme
from harness.place import ACCOUNT, CREDENTIALS, REGION

HERE = Path(__file__).resolve().parent
PYTHON = HERE.parents[1] / ".venv-system/bin/python"


class Cloud:
    """An AWS account at `url`, which speaks TLS with a certificate that `ca` vouches for. It ends with the `with` block.

    What is watched there is at the URL `watched`.
    """

    def __init__(self, watched):
        self._watched = watched

    def __enter__(self):
        with ExitStack() as stack:
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecs-nlb-guard-")))
            self._certify()
            self._process = stack.enter_context(self._started())
            stack.callback(self._stop)
            port = self._process.stdout.readline().strip()
            if not port:
                raise RuntimeError(f"the emulator did not start: see {self.log}\n{self.log.read_text()[-2000:]}")
            self.url = f"https://127.0.0.1:{int(port)}"
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    @property
    def log(self):
        return self.folder / "emulator.log"

    @property
    def certificate(self):
        """A certificate of 127.0.0.1 that `ca` vouches for, and its key."""
        return self._certificate, self._key

    @property
    def temporary(self):
        """Where the functions' code is unpacked."""
        return self.folder / "tmp"

    def _certify(self):
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1", "localhost")
        self.ca = self.folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca)
        self._key, self._certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        certificate.private_key_pem.write_to_path(self._key)
        for part in certificate.cert_chain_pems:
            part.write_to_path(self._certificate, append=True)

    def _started(self):
        self.temporary.mkdir()
        environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(HERE), "TMPDIR": str(self.temporary), "LOG_LEVEL": "INFO",
            "WATCHED_URL": self._watched, "MINISTACK_ACCOUNT_ID": ACCOUNT, "MINISTACK_REGION": REGION,
            "MINISTACK_SSL_CERT": str(self._certificate), "MINISTACK_SSL_KEY": str(self._key),
            # The functions trust it, too.
            "SSL_CERT_FILE": str(self.ca), **CREDENTIALS,
        }
        # In a session of its own, so that Ctrl-C reaches it only through us.
        with open(self.log, "wb") as log:
            return subprocess.Popen([PYTHON, "-m", "emulator"], env=environment, cwd=self.temporary, stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, stderr=log, start_new_session=True)

    def _stop(self):
        self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
