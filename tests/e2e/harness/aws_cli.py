"""The AWS CLI as a person uses it: commands pasted into a shell, in an account that is emulated."""

import os
import subprocess
from pathlib import Path

from .place import CREDENTIALS

BIN = Path(__file__).resolve().parents[3] / ".venv-aws/bin"


class AwsCli:
    """A shell that has `aws`, with credentials and the endpoint, and no Region but the one that a command names."""

    def __init__(self, endpoint, home):
        assert (BIN / "aws").is_file(), f"{BIN / 'aws'} is missing: run make .venv-aws/.stamp"
        self._home = home
        self._environment = {
            **CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "",
            "HOME": str(home), "PATH": f"{BIN}:{os.environ['PATH']}"}

    def paste(self, command):
        """Runs the command; returns what it prints. One that fails, fails the test."""
        ran = subprocess.run(["bash", "-c", command], env=self._environment, cwd=self._home, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, f"{command}\nended with {ran.returncode}: {ran.stderr}"
        return ran.stdout
