"""A static scan has no failed check, and every suppression says why and suppresses something."""

import json
import os
import re
import subprocess

import pytest
from stack import ROOT

CHECKOV = ROOT / ".venv-scan/bin/checkov"


def test_checkov_finds_nothing_unexplained():
    checkov = os.environ.get("CHECKOV", CHECKOV)
    if not os.path.exists(checkov):
        pytest.fail(f"{checkov} is not there: make scan")
    # It asks a server of its maker's for settings, and goes on without them.
    environment = {**os.environ, "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "LOG_LEVEL": "CRITICAL"}
    done = subprocess.run([checkov, "--directory", ROOT / "infra", "--framework", "terraform", "--output", "json", "--quiet",
                           "--skip-download"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    report = json.loads(done.stdout[done.stdout.index("{"):])
    failed = [f"{one['check_id']} {one['resource']}: {one['check_name']}" for one in report["results"]["failed_checks"]]
    assert failed == []
    assert report["summary"]["passed"] > 150
    skipped = {one["check_id"] for one in report["results"].get("skipped_checks", [])}
    for path in (ROOT / "infra").glob("*/*.tf"):
        for check, reason in re.findall(r"#checkov:skip=([^:\n]+):?(.*)", path.read_text()):
            assert len(reason.split()) > 3, f"{path}: {check} doesn't say why"
            assert not skipped or check in skipped, f"{path}: {check} suppresses nothing"
