"""`ecs-nlb-guard plan`: what repair mode would do, and what it wouldn't and why."""

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
    done, _, rest = ran.out.partition("It would not do this")
    assert "Nothing is done now" in done and done.count("register ") >= 3 and "deregister" not in done
    assert "deregister" in rest and "there is no ledger" in rest
    assert "No repair is known for this" in rest and "target-foreign" in rest
    assert proxy.changes() == []


def test_plan_tells_what_a_registrar_that_repairs_then_does(broken, cli, start_registrar, account):
    ledger, policy = account.ledger(), repairing(managed="exclusive")
    planned = cli.where(GUARD_POLICY=policy).run("plan", "--rule", "target-*", "--ledger-table", ledger.name).out
    would = planned.partition("It would not do this")[0]
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
