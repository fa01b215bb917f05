"""Cases in which a removal, a registration or an accusation would be wrong though much speaks for it."""

import pytest
from fix_scenes import Shop
from harness.account.deployments import use_native_strategy
from harness.events import scheduled, sqs
from harness.lambda_runtime import repairing
from scenes import SWEEP, Web, deliver_until_rest, until_rest


@pytest.mark.parametrize("service", ["lives on", "is deleted"])
def test_what_is_registered_by_hand_after_a_sweep_saw_the_old_target_gone_stays(web, account, start_registrar, start_audit, service):
    """The event of the task's end is lost, and sweeps are the audit's: it is the audit that ends what the ledger knows."""
    ledger, queue = account.ledger(), account.queue()
    registrar = start_registrar(ledger=ledger, queue=queue)
    audit = start_audit(repairing(), ledger, GUARD_REGISTRAR_QUEUE_URL=queue.url)
    for task in web.tasks:
        queue.send(task.event())
    queue.deliver(registrar)
    old = web.tasks.pop(0)
    old.stop()
    if service == "is deleted":
        for task in web.tasks:
            task.stop()
        web.service.set(status="INACTIVE", desired_count=0)
    audit.invoke(sqs({}))
    old.is_forgotten()
    heir = web.neighbour().start_task(address=old.address)
    web.group.register(*heir.target())
    for _ in range(2):
        audit.invoke(sqs({}))
        queue.deliver(registrar)
    assert heir.target() in web.group.targets()


def test_who_only_reads_ends_nothing(web, account, start_registrar, cli, proxy):
    ledger = account.ledger()
    until_rest(start_registrar(ledger=ledger), SWEEP)
    web.tasks.pop(0).stop()
    cli.run("audit", "--ledger-table", ledger.name)
    assert {"dynamodb:Query"} <= set(proxy.calls)
    assert len([call for call in proxy.log if call.action == "dynamodb:UpdateItem"]) == 0


def changed_back(web):
    """Blue/green that rests in its alternate group, changed to ROLLING, which counts from the next deployment on."""
    alternate = web.vpc.target_group("alternate")
    for task in web.tasks:
        web.group.deregister(*task.target())
        alternate.register(*task.target())
    use_native_strategy(web.service, web.group, alternate, "BLUE_GREEN", serving=alternate)
    web.service.set(currentServiceDeployment=None,
                    deploymentConfiguration={"strategy": "ROLLING", "maximumPercent": 200, "minimumHealthyPercent": 100})
    return alternate


def test_a_strategy_that_was_changed_moves_no_task(account, start_audit):
    changed_back(Shop(account))
    assert [one for one in start_audit().invoke({}).report["findings"] if one["severity"] != "low"] == []


def test_a_task_is_registered_where_the_service_still_serves(account, registrar):
    web = Web(account)
    alternate = changed_back(web)
    forgotten = web.service.start_task(registered=False)
    until_rest(registrar, SWEEP)
    assert forgotten.target() in alternate.targets() and web.group.targets() == set()


def test_a_healthy_port_that_a_definition_only_mapped_stays(account, registrar):
    web = Web(account, earlier_ports=[8081])
    task = web.tasks[0]
    web.group.register(task.address, 8081)
    deliver_until_rest(registrar, task.event(), scheduled())
    assert (task.address, 8081) in web.group.targets()


@pytest.mark.parametrize("protocol", ["QUIC", "TCP_QUIC"])
def test_a_quic_group_is_only_reported(account, registrar, proxy, protocol):
    web = Web(account)
    web.group.becomes(protocol=protocol)
    dead = web.dead_task(remembered=True)
    deliver_until_rest(registrar, dead.event())
    assert proxy.changes() == []
