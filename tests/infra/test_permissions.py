"""What `ecs-nlb-guard permissions` prints is what the roles allow, and Terraform takes it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from test_roles import FUNCTIONS, WATCHED, allowed, roles  # noqa: F401 (a fixture)

ROOT = Path(__file__).resolve().parents[2]


def permissions(*words):
    folder = os.environ.get("GUARD_BINARIES")
    binary = Path(folder) / "ecs-nlb-guard" if folder else ROOT / "target/release/ecs-nlb-guard"
    return subprocess.run([binary, "permissions", *words], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_command_line_prints_what_a_role_allows(roles, name):  # noqa: F811
    # Which Regions are enabled is asked by the command line alone.
    beside = {"ec2:DescribeRegions"} if name == "audit" else set()
    watched = {action for action in allowed(roles[name]) if action.split(":")[0] in WATCHED}
    assert allowed(json.loads(permissions("--for", name))["Statement"]) == watched | beside


@pytest.mark.parametrize("name", FUNCTIONS)
def test_terraform_takes_what_the_command_line_prints(name, tmp_path):
    (tmp_path / "main.tf").write_text(permissions("--for", name, "--terraform"))
    done = subprocess.run(["terraform", f"-chdir={tmp_path}", "fmt", "-check", "-diff"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
