"""`ecs-nlb-guard plan`: what repair mode would do, and what it wouldn't and why."""

import json

import pytest
from harness.lambda_runtime import repairing
from scenes import EverythingWrong, until_rest


@pytest.fixture
def broken(account):
    return EverythingWrong(account)


@pytest.mark.usefixtures("broken")
def test_plan_without_a_ledger_would_only_register_and_says_why(cli, proxy):
    ran = cli.run("plan", "--rule", "target-*")
    assert ran.status == 0, ran.err
    done, _, rest = ran.out.partition("Not done, and why")
    assert "Nothing is done now" in done and done.count("register ") >= 3 and "deregister" not in done
    assert "Done by this policy" not in done and 'Done if the policy said mode = "repair" there' in done
    assert "deregister" in rest and "there is no ledger" in rest
    assert "No repair is known for" in rest and "target-foreign" in rest
    assert proxy.changes() == []


def test_plan_tells_what_a_registrar_that_repairs_then_does(broken, cli, start_registrar, account):
    ledger, policy = account.ledger(), repairing(managed="exclusive")
    planned = cli.where(GUARD_POLICY=policy).run("plan", "--rule", "target-*", "--ledger-table", ledger.name).out
    would = planned.partition("Not done, and why")[0]
    assert "Done by this policy" in would and "Done if the policy said" not in would
    until_rest(start_registrar(policy, ledger=ledger), {})
    for task in broken.forgotten:
        assert f"register {task.address}:8080 in web" in would
    assert f"deregister {broken.dead.address}:8080 from web" in would
    assert f"deregister {broken.hijacked.address}:8080 from web" in would
    assert broken.targets() == broken.cure


@pytest.mark.usefixtures("web")
def test_plan_of_a_healthy_account_is_nothing(cli):
    ran = cli.run("plan", "--rule", "target-*")
    assert ran.status == 0 and "There is nothing to do." in ran.out


@pytest.mark.usefixtures("broken")
def test_plan_tells_how_the_policy_stands(cli):
    assert "it repairs nothing anywhere" in cli.run("plan").out
    repairing = cli.where(GUARD_POLICY='[registration]\nmode = "repair"')
    assert "it repairs targets, at least somewhere" in repairing.run("plan").out


@pytest.mark.usefixtures("broken")
def test_plan_as_json_has_every_repair_with_what_becomes_of_it_worst_first(cli):
    only_web = '[[override]]\ncluster = "prod"\nservice = "web"\nregistration.mode = "repair"'
    ran = cli.where(GUARD_POLICY=only_web).run("plan", "--rule", "target-*", "--json")
    told = json.loads(ran.out)
    assert told["account"] == "111122223333" and told["region"] == "us-east-1" and told["unread"] == []
    outcomes = {(entry["rule"], entry["outcome"]) for entry in told["plan"]}
    assert ("target-missing", "done") in outcomes and ("target-foreign", "no-repair") in outcomes
    assert all(entry.get("reason") for entry in told["plan"] if entry["outcome"] == "not-done")
    order = ["critical", "high", "medium", "low"]
    severities = [order.index(entry["severity"]) for entry in told["plan"]]
    assert severities == sorted(severities)
    observed = json.loads(cli.run("plan", "--rule", "target-*", "--json").out)["plan"]
    assert "done" not in {entry["outcome"] for entry in observed}
