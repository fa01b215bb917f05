"""Terraform as `infra/deploy` runs it: one workspace for each account, Region and name, and never another's state.

Only Python's standard library is used, and no AWS credentials are read here: Terraform's provider reads them.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "infra/guard"
CALLER = ROOT / "infra/caller"
WORK = ROOT / "target/deploy"

#: `terraform`, or OpenTofu's `tofu`.
TERRAFORM = os.environ.get("TERRAFORM", "terraform")

#: What is lost for good when it is deleted, or replaced.
PRECIOUS = {
    "aws_dynamodb_table": "the ledger: past owners, open alerts and the pause",
    "aws_s3_bucket": "the bucket: reports and the policy",
    "aws_cloudwatch_log_group": "a log group: who repaired what, when and why",
    "aws_kms_key": "the key: nothing encrypted with it can be read again",
}

#: What stays when the guard is taken away: all of the above, and what is configured on it.
KEPT = re.compile(r"^(aws_dynamodb_table|aws_cloudwatch_log_group|aws_kms_key|aws_kms_alias|aws_s3_bucket\w*|aws_s3_object)\.")


class Settings(NamedTuple):
    """What the script must know of the module's variables, wherever they are set."""

    name: str
    architecture: str
    #: Whether `code` says which code Terraform ships.
    code: bool


class Place(NamedTuple):
    """Where a guard is. There is at most one with the same three."""

    account: str
    region: str
    name: str

    @property
    def workspace(self):
        return f"{self.account}-{self.region}-{self.name}"

    def __str__(self):
        return f"guard {self.name} in account {self.account}, {self.region}"


def stop(why):
    sys.exit(f"infra/deploy: {why}")


def run(*command, output=None, directory=None, stdin=None, may_fail=False):
    """Runs a command. Its own words are the error, so nothing is added to them but what to do."""
    command = [str(part) for part in command]
    done = subprocess.run(command, stdout=output, cwd=directory, text=True, input=stdin)
    if done.returncode and not may_fail:
        stop(f"`{' '.join(command[:3])}` failed. Once that is mended, the same command goes on from here.")
    return done.stdout


def terraform(*arguments, module=MODULE, **more):
    return run(TERRAFORM, f"-chdir={module}", *arguments, **more)


def initialize(module=MODULE):
    plugins = os.environ.get("TF_PLUGIN_DIR")
    terraform("init", "-input=false", *([f"-plugin-dir={plugins}"] if plugins else []), module=module, output=subprocess.DEVNULL)


def find(variables):
    """Where the AWS settings at hand and the module's variables point to."""
    initialize(CALLER)
    with tempfile.TemporaryDirectory() as folder:
        state = f"-state={folder}/caller.tfstate"
        terraform("apply", "-auto-approve", "-input=false", state, module=CALLER, output=subprocess.DEVNULL)
        text = terraform("output", "-json", state, module=CALLER, output=subprocess.PIPE)
    caller = {key: value["value"] for key, value in json.loads(text).items()}
    initialize()
    # Terraform knows all the places a variable may come from: the environment, *.auto.tfvars, the command line.
    terraform("workspace", "select", "default", output=subprocess.DEVNULL)
    asked = "jsonencode({name = var.name, architecture = var.architecture, code = var.code != null})\n"
    told = terraform("console", *variables, stdin=asked, output=subprocess.PIPE).strip().splitlines()
    settings = Settings(**json.loads(json.loads(told[-1])))
    return Place(caller["account"], caller["region"], settings.name), settings


def select(place):
    """Makes the place's workspace the current one. A state under a name of former versions moves there."""
    if place.workspace in workspaces():
        terraform("workspace", "select", place.workspace, output=subprocess.DEVNULL)
    elif not move_former(place):
        terraform("workspace", "new", place.workspace, output=subprocess.DEVNULL)
    found = place_of(state())
    if found and found != place:
        stop(f"the state in workspace {place.workspace} is that of the {found}, and not of the {place}: nothing was changed. "
             "Use the credentials of that account, or a backend of its own for each account")


def workspaces():
    listed = terraform("workspace", "list", output=subprocess.PIPE)
    return [line.strip("* \n") for line in listed.splitlines() if line.strip("* \n")]


def move_former(place):
    """Versions up to 0.1 named a workspace NAME-REGION, whatever the account; by hand it was `default`."""
    former = [name for name in (f"{place.name}-{place.region}", f"ecs-nlb-guard-{place.region}", "default")
              if name in workspaces()]
    for workspace in dict.fromkeys(former):
        terraform("workspace", "select", workspace, output=subprocess.DEVNULL)
        before = state()
        if place_of(before) != place:
            continue
        WORK.mkdir(parents=True, exist_ok=True)
        copy = WORK / f"{workspace}.tfstate"
        copy.write_text(json.dumps(before))
        terraform("workspace", "new", f"-state={copy}", place.workspace, output=subprocess.DEVNULL)
        if addresses(state()) != addresses(before):
            stop(f"the state of workspace {workspace} didn't arrive in {place.workspace}; the former one is as it was")
        forget(workspace)
        terraform("workspace", "select", place.workspace, output=subprocess.DEVNULL)
        print(f"The state moved from workspace {workspace} to {place.workspace}; a copy of it is {copy}.")
        return True
    return False


def forget(workspace):
    """The state is elsewhere now. Terraform's own workspace can't be deleted, only emptied."""
    if workspace == "default":
        terraform("workspace", "select", workspace, output=subprocess.DEVNULL)
        terraform("state", "rm", *addresses(state()), output=subprocess.DEVNULL)
    else:
        terraform("workspace", "delete", "-force", workspace, output=subprocess.DEVNULL)


def state():
    """The current workspace's state; empty if there is none."""
    text = terraform("state", "pull", output=subprocess.PIPE)
    return json.loads(text) if text.strip() else {}


def managed(state):
    return [resource for resource in state.get("resources", []) if resource["mode"] == "managed"]


def addresses(state):
    """Every resource's address, those of the module's callers included."""
    found = []
    for resource in managed(state):
        base = ".".join(part for part in (resource.get("module"), resource["type"], resource["name"]) if part)
        for instance in resource["instances"]:
            key = instance.get("index_key")
            found.append(base if key is None else f"{base}[{json.dumps(key)}]")
    return sorted(found)


def place_of(state):
    """Whose state this is, told by the ARN of what every deployment has; nothing if nothing is deployed."""
    for kind, end in (("aws_dynamodb_table", "-ledger"), ("aws_lambda_function", "-audit"), ("aws_sqs_queue", "-audit")):
        for resource in managed(state):
            for instance in resource["instances"] if resource["type"] == kind else []:
                # arn:PARTITION:SERVICE:REGION:ACCOUNT:…NAME
                parts = instance["attributes"].get("arn", "").split(":", 5)
                if len(parts) == 6 and parts[5].endswith(end):
                    return Place(parts[4], parts[3], re.split("[:/]", parts[5])[-1].removesuffix(end))
    return None


def make_plan(place, *arguments):
    """A plan as a file, and the changes in it.

    Where an update of code failed, or something else shipped code, the state says what should run and not what does; no update
    comes of that. Functions are made anew then.
    """
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"{place.workspace}.tfplan"
    terraform("plan", "-input=false", f"-out={path}", *arguments)
    if others := other_code(path):
        print("They run other code than `code` names, and are made anew: " + ", ".join(others))
        terraform("plan", "-input=false", f"-out={path}", *arguments, *(f"-replace={address}" for address in others))
    return path, changes_of(path)


def shown(path):
    return json.loads(terraform("show", "-json", path, output=subprocess.PIPE).splitlines()[-1])


def other_code(path):
    """The functions that a plan leaves as they are although Lambda tells another hash of their code than they should have."""
    def is_other(change):
        wanted, runs = ((change["after"] or {}).get(key) for key in ("source_code_hash", "code_sha256"))
        return change["actions"] == ["no-op"] and wanted and runs and wanted != runs

    return [one["address"] for one in shown(path).get("resource_changes", [])
            if one["type"] == "aws_lambda_function" and is_other(one["change"])]


def changes_of(path):
    """Address, type and actions of every change that a plan makes."""
    plan = shown(path)
    changes = [(one["address"], one["type"], one["change"]["actions"]) for one in plan.get("resource_changes", [])
               if one["mode"] == "managed"]
    changes = [change for change in changes if change[2] not in (["no-op"], ["read"])]
    outputs = [name for name, change in plan.get("output_changes", {}).items() if change["actions"] != ["no-op"]]
    return changes + [(f"output.{name}", "output", ["update"]) for name in outputs]


def lost(changes):
    """What a plan would delete or replace that nobody gets back, with what it is."""
    return [f"{address} ({PRECIOUS[kind]})" for address, kind, actions in changes if kind in PRECIOUS and "delete" in actions]
