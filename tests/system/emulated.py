"""`python -m emulated`: the acceptance stories against emulators, with ECS played by `ecs`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cloud import Cloud
from ecs import Ecs
from harness.place import ACCOUNT, CREDENTIALS, REGION
from harness.proxy import Proxy
from harness.server import MotoServer
from system import System


def main():
    with MotoServer() as server, Proxy(server.url) as watched, Cloud(watched.url) as cloud, \
            tempfile.TemporaryDirectory() as folder:
        system = System(Path(folder), cloud.url, cloud.ca)
        environment = {
            **os.environ, **CREDENTIALS, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": cloud.url,
            "AWS_CA_BUNDLE": str(cloud.ca), "SSL_CERT_FILE": str(cloud.ca), "AWS_EC2_METADATA_DISABLED": "true",
        }
        command_line = str(system.command_line(Path(folder)).binary)
        with Ecs(server.url, watched, system.tell):
            done = subprocess.run([sys.executable, "-m", "acceptance", "--emulated", "--account", ACCOUNT, "--built", str(system.binaries()),
                                   "--command-line", command_line], env=environment)
    sys.exit(done.returncode)


main()
