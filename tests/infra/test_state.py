"""One checkout, several accounts: whose state it is, what is asked before it changes, and what a destroy keeps."""

import json
import re

import pytest
from harness.place import ACCOUNT, OTHER_ACCOUNT, REGION
from harness.server import MotoServer
from stack import Stack
from test_deploy import left

HERE, THERE = (f"{account}-{REGION}-twin" for account in (ACCOUNT, OTHER_ACCOUNT))


@pytest.fixture(scope="module")
def twin(server, tmp_path_factory):
    """A guard whose name stands in a file, where the docs say that variables go."""
    twin = Stack(tmp_path_factory.mktemp("twin"), server.url)
    twin.variables = {"alarms": False, "dashboard": False, "restrict_dead_letters": False}
    (twin.folder / "infra/guard/guard.auto.tfvars").write_text('name = "twin"\n')
    twin.up = ("up", "--yes", "--no-build", "--no-sweep", "--architecture", "x86_64", "--lambda-dir", str(twin.binaries()))
    twin.deploy(*twin.up)
    return twin


@pytest.fixture(scope="module")
def other_account():
    """Another account, where the credentials at hand may be somebody else's at any time."""
    with MotoServer(OTHER_ACCOUNT) as server:
        yield server


@pytest.fixture
def there(twin, other_account):
    """The same checkout, with credentials of the other account."""
    here, twin.endpoint = twin.endpoint, other_account.url
    yield twin
    twin.endpoint = here


def workspaces(stack):
    return set(stack.terraform("guard", "workspace", "list").replace("*", " ").split()) - {"default"}


def plan(stack):
    out = stack.deploy("plan", "--architecture", "x86_64")
    found = re.search(r"Plan: (\d+) to add, (\d+) to change, (\d+) to destroy", out)
    return tuple(map(int, found.groups())) if found else (0, 0, 0) if "No changes" in out else out


def test_the_name_of_a_file_is_the_name(twin, aws):
    assert "twin-ledger" in aws("dynamodb").list_tables()["TableNames"]
    assert workspaces(twin) == {HERE}


def test_a_plan_in_another_account_destroys_nothing(there):
    added, changed, destroyed = plan(there)
    assert added > 40 and (changed, destroyed) == (0, 0)
    there.deploy(*there.up)
    assert workspaces(there) == {HERE, THERE} and plan(there) == (0, 0, 0)


def test_the_first_account_is_as_it_was(twin):
    assert plan(twin) == (0, 0, 0)


@pytest.mark.parametrize("former", [f"twin-{REGION}", f"ecs-nlb-guard-{REGION}", "default"])
def test_a_workspace_of_the_former_name_moves(twin, former):
    twin.terraform("guard", "workspace", "select", HERE)
    state = twin.folder / "former.tfstate"
    state.write_text(twin.terraform("guard", "state", "pull"))
    if former == "default":
        twin.terraform("guard", "workspace", "select", "default")
        twin.terraform("guard", "state", "push", "-force", str(state))
    else:
        twin.terraform("guard", "workspace", "new", f"-state={state}", former)
    twin.terraform("guard", "workspace", "delete", "-force", HERE)
    assert plan(twin) == (0, 0, 0)
    assert workspaces(twin) == {HERE, THERE}


def test_another_accounts_state_is_refused(there):
    there.terraform("guard", "workspace", "select", THERE)
    mine = json.loads(there.terraform("guard", "state", "pull"))
    there.terraform("guard", "workspace", "select", HERE)
    foreign = there.folder / "foreign.tfstate"
    foreign.write_text(there.terraform("guard", "state", "pull"))
    there.terraform("guard", "workspace", "select", THERE)
    there.terraform("guard", "state", "push", "-force", str(foreign))
    out = there.deploy("plan", "--architecture", "x86_64", ok=False)
    assert f"is that of the guard twin in account {ACCOUNT}, {REGION}, and not of the guard twin in account {OTHER_ACCOUNT}" in out
    foreign.write_text(json.dumps(mine))
    there.terraform("guard", "state", "push", "-force", str(foreign))


def test_what_is_lost_for_good_is_refused_and_nobody_is_no_yes(twin, aws):
    twin.variables["report_bucket_name"] = "twin-elsewhere"
    try:
        out = twin.deploy("plan", "--architecture", "x86_64")
        assert "`up` would refuse this plan without --allow-destroy" in out and "aws_s3_bucket.reports" in out
        out = twin.deploy(*twin.up, ok=False)
        assert "the plan deletes what can't be had back, so nothing was changed" in out
    finally:
        del twin.variables["report_bucket_name"]
    twin.variables["log_level"] = "debug"
    try:
        out = twin.deploy(*(part for part in twin.up if part != "--yes"), ok=False, stdin="")
        assert "nobody is here to be asked" in out
        # A plan that was read is the plan that is applied.
        twin.deploy("plan", "--architecture", "x86_64")
        twin.variables["log_level"] = "error"
        twin.deploy(*twin.up, "--plan", str(twin.folder / f"target/deploy/{HERE}.tfplan"))
        settings = aws("lambda").get_function_configuration(FunctionName="twin-audit")["Environment"]["Variables"]
        assert settings["RUST_LOG"] == "debug"
    finally:
        del twin.variables["log_level"]


def test_a_destroy_keeps_ledger_logs_and_bucket_and_a_deploy_takes_them_up_again(twin, aws):
    def made():
        return aws("dynamodb").describe_table(TableName="twin-ledger")["Table"]["CreationDateTime"]

    before = made()
    assert "is gone from us-east-1, but for its ledger, logs, bucket and key" in twin.deploy("down", "--yes")
    kept = set(left(aws, "twin"))
    assert kept == {"twin", "twin-ledger", f"twin-{ACCOUNT}-{REGION}", "twin-registrar", "twin-guard", "twin-audit"}
    assert aws("lambda").list_functions()["Functions"] == [] or "twin-audit" not in {
        one["FunctionName"] for one in aws("lambda").list_functions()["Functions"]}
    twin.deploy(*twin.up)
    assert made() == before and plan(twin) == (0, 0, 0)


def test_a_destroy_that_is_meant_leaves_nothing_in_its_account_and_all_in_the_other(there, server, aws):
    there.deploy("down", "--yes", "--allow-destroy")
    there.endpoint = server.url
    assert workspaces(there) == {HERE} and "twin-ledger" in left(aws, "twin")
    assert "is gone from us-east-1." in there.deploy("down", "--yes", "--allow-destroy")
    assert left(aws, "twin") == [] and workspaces(there) == set()
