"""Terraform, on a copy of the modules, against a moto server."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from harness.place import CREDENTIALS, REGION

ROOT = Path(__file__).resolve().parents[2]

#: What a policy opts in to that allows everything.
EVERYTHING = {
    "registration": {"mode": "repair", "confirm_after": "0s", "grace": "0s"},
    "security_groups": {
        "mode": "repair",
        "confirm_after": "0s",
        "repair_with": ["modify-network-interface", "update-service", "stop-task"],
    },
}


@cache
def plugins():
    """Where this machine keeps Terraform's providers, if it keeps them anywhere: a folder to give to `terraform init`."""
    if os.environ.get("TF_PLUGIN_DIR"):
        return os.environ["TF_PLUGIN_DIR"]
    # Not in what is built or committed, which is most of a disk.
    skipped = ["(", "-name", "target", "-o", "-name", ".git", ")", "-prune"]
    found = subprocess.run(["find", "/", "-xdev", *skipped, "-o", "-name", "terraform-provider-aws*", "-type", "f", "-print"],
                           capture_output=True, text=True)
    for line in found.stdout.splitlines():
        # HOST/hashicorp/aws/VERSION/PLATFORM/terraform-provider-aws_…
        folders = Path(line).parents
        if len(folders) > 5 and folders[2].name == "aws":
            return str(folders[5])
    return None


class Stack:
    """A copy of the repository as `infra/deploy` sees it, and what is at `endpoint` as the account."""

    def __init__(self, folder, endpoint):
        self.folder, self.endpoint = Path(folder), endpoint
        self.variables = {}
        shutil.copytree(ROOT / "infra", self.folder / "infra",
                        ignore=shutil.ignore_patterns(".terraform", "terraform.tfstate*", "*.auto.tfvars"))
        for name in ("Cargo.toml", "Cargo.lock", "functions", "shared", "tests"):
            (self.folder / name).symlink_to(ROOT / name)

    @property
    def environment(self):
        path = os.pathsep.join([str(ROOT / ".venv/bin"), os.environ["PATH"]])
        kept = {name: os.environ[name] for name in ("HOME", "CARGO_HOME", "RUSTUP_HOME") if name in os.environ}
        return {
            **kept, **CREDENTIALS, "PATH": path, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "3", "TF_IN_AUTOMATION": "1", "TF_CLI_ARGS": "-no-color",
            "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull,
            **({"TF_PLUGIN_DIR": plugins()} if plugins() else {}),
            # Moto has no saved queries; the plan covers them.
            **{f"TF_VAR_{name}": value if isinstance(value, str) else json.dumps(value)
               for name, value in {"saved_queries": False, **self.variables}.items()},
        }

    def terraform(self, module, *arguments, ok=True, stdin=None, **more):
        return self.run("terraform", f"-chdir={self.folder}/infra/{module}", *arguments, ok=ok, stdin=stdin, **more)

    def init(self, module):
        self.terraform(module, "init", "-input=false", *([f"-plugin-dir={plugins()}"] if plugins() else []))

    def deploy(self, *arguments, ok=True, **more):
        return self.run(str(self.folder / "infra/deploy"), *arguments, ok=ok, **more)

    def run(self, *command, ok=True, stdin=None, without=(), **more):
        """Runs a command; its output, both streams together. It fails the test unless it ends as it should."""
        environment = {name: value for name, value in {**self.environment, **more}.items() if name not in without}
        done = subprocess.run(command, env=environment, cwd=self.folder, input=stdin, text=True, timeout=1800,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert (done.returncode == 0) == ok, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def binaries(self, folder=None):
        """Where the functions are built; `GUARD_BINARIES` names a folder with debug builds to use instead."""
        named = folder or os.environ.get("GUARD_BINARIES")
        built = self.folder / "built"
        for function in ("registrar", "guard", "audit"):
            place = built / function / "bootstrap"
            if not place.exists():
                source = Path(named) / function if named else ROOT / f"target/lambda/{function}/bootstrap"
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, place)
                subprocess.run(["strip", place], check=False, stderr=subprocess.DEVNULL)
        return built
