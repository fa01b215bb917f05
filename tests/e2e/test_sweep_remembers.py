"""A sweep asks its memory before it asks AWS, and nothing that it tells rests on that."""

import json

import pytest
from fix_scenes import Shop, drains_for_five_seconds
from harness.events import api_call, sqs
from harness.faults import broken, denied
from scenes import PORT

ELB = "elasticloadbalancing"
POLICY = '[registration]\ngrace = "0s"\n[alerts]\nmin_severity = "low"\n'
SEEN = ("opened", "drain-too-short-for-nlb")
BLIND = "guard-permission-denied"
#: What seldom changes.
STEADY = {f"{ELB}:DescribeTargetGroupAttributes", f"{ELB}:DescribeListeners", "ecs:DescribeTaskDefinition"}


@pytest.fixture
def shop(account):
    return Shop(account)


@pytest.fixture
def audit(start_audit, ledger, topic):
    return start_audit(POLICY, ledger, GUARD_TOPIC_ARN=topic.arn)


def sweep(audit, request=None):
    """What the schedule leaves in the audit's queue."""
    return audit.invoke(sqs(request or {})).report


def asked(proxy, since):
    return {action for action, calls in proxy.calls.items() if calls > since.get(action, 0)}


def test_a_healthy_account_is_asked_for_what_seldom_changes_once(shop, audit, ledger, proxy):
    first = sweep(audit)
    assert "remembered" not in first["coverage"] and first["findings"] == []
    calls = dict(proxy.calls)
    assert STEADY <= set(calls)
    second = sweep(audit)
    assert asked(proxy, calls) & STEADY == set() and proxy.calls[f"{ELB}:DescribeTargetHealth"] == 2
    assert second["findings"] == [] and second["coverage"]["remembered"]["facts"] >= len(STEADY)
    assert second["coverage"]["remembered"]["oldest"] >= first["generated_at"]
    # Half a day later they are read again.
    ledger.facts_read(hours_ago=13)
    calls = dict(proxy.calls)
    sweep(audit)
    assert asked(proxy, calls) & STEADY == STEADY - {"ecs:DescribeTaskDefinition"}


def test_who_waits_for_an_answer_is_told_what_is_so_now_unless_told_otherwise(shop, audit, proxy):
    sweep(audit)
    for event, remembers in (({}, False), ({"remembered": True}, True), (sqs({"remembered": False}), False), (sqs({}), True)):
        calls = dict(proxy.calls)
        coverage = audit.invoke(event).report["coverage"]
        assert ("remembered" in coverage) == remembers, event
        assert (asked(proxy, calls) & STEADY == set()) == remembers, event
    assert "remembered" in audit.invoke({"remembered": "yes"}).error["errorMessage"]
    text = audit.invoke({"remembered": True, "format": "text"}).response["body"]
    assert "not read now but remembered, the oldest from 20" in text


def test_what_somebody_changed_is_forgotten_when_cloudtrail_says_so(shop, audit, proxy, topic):
    sweep(audit)
    drains_for_five_seconds(shop)
    change = sqs(api_call(f"{ELB}.amazonaws.com", "ModifyTargetGroupAttributes", {"targetGroupArn": shop.group.arn, "attributes": []}))
    # A message whose change may still be remembered comes again.
    proxy.fails("dynamodb:BatchWriteItem", denied)
    assert audit.invoke(change).failed
    proxy.heal()
    assert sweep(audit)["findings"] == []
    calls = dict(proxy.calls)
    assert audit.invoke(change).failed == [] and asked(proxy, calls) == {"dynamodb:BatchWriteItem"}
    calls = dict(proxy.calls)
    assert [one["rule"] for one in sweep(audit)["findings"]] == [SEEN[1]] and topic.told() == [SEEN]
    # What the finding rests on besides is read afresh with it.
    assert asked(proxy, calls) & STEADY == {f"{ELB}:DescribeTargetGroupAttributes", "ecs:DescribeTaskDefinition"}


def test_listeners_and_a_balancers_attributes_are_forgotten_too(shop, audit, proxy):
    listener, = shop.elbv2.describe_listeners(LoadBalancerArn=shop.vpc.balancer.arn)["Listeners"]
    sweep(audit)
    for name, parameters, forgotten in (
        ("ModifyLoadBalancerAttributes", {"loadBalancerArn": shop.vpc.balancer.arn}, f"{ELB}:DescribeLoadBalancerAttributes"),
        ("ModifyListener", {"listenerArn": listener["ListenerArn"], "port": 8443}, f"{ELB}:DescribeListeners"),
    ):
        audit.invoke(sqs(api_call(f"{ELB}.amazonaws.com", name, parameters)))
        calls = dict(proxy.calls)
        sweep(audit)
        assert forgotten in asked(proxy, calls), name
        calls = dict(proxy.calls)
        sweep(audit)
        assert forgotten not in asked(proxy, calls), name


def test_a_classic_balancer_is_of_no_interest(audit):
    call = api_call(f"{ELB}.amazonaws.com", "ModifyLoadBalancerAttributes", {"loadBalancerName": "old", "loadBalancerAttributes": {}})
    assert audit.invoke(sqs(call)).failed == []


def test_a_ledger_that_hangs_holds_up_neither_what_is_forgotten_nor_a_sweep(shop, audit, proxy):
    proxy.hangs("dynamodb:BatchWriteItem")
    changes = [api_call(f"{ELB}.amazonaws.com", "ModifyTargetGroupAttributes", {"targetGroupArn": f"{shop.group.arn}{n}"})
               for n in range(10)]
    invocation = audit.invoke(sqs(*changes, {}), deadline=60)
    assert len(invocation.failed) == 10 and invocation.report["findings"] == []


def test_what_is_found_is_what_an_audit_finds_that_remembers_nothing(shop, audit, start_audit, proxy):
    drains_for_five_seconds(shop)
    for _ in range(2):
        sweep(audit)
        swept = audit.invoke({"remembered": True}).report
        fresh = audit.invoke({}).report
        assert swept["findings"] == fresh["findings"] != []
        # As it isn't any more: what was found is read afresh.
        shop.group.attribute("deregistration_delay.timeout_seconds", 6)
    calls = dict(proxy.calls)
    shop.group.attribute("deregistration_delay.timeout_seconds", 300)
    assert sweep(audit)["findings"] == []
    assert proxy.calls[f"{ELB}:DescribeTargetGroupAttributes"] == calls[f"{ELB}:DescribeTargetGroupAttributes"] + 1


def test_no_alert_is_resolved_by_what_is_remembered(shop, audit, topic, proxy):
    sweep(audit)
    drains_for_five_seconds(shop)
    # It isn't seen before it is read again …
    assert sweep(audit)["findings"] == [] and topic.told() == []
    # … unless somebody asks, who can't tell the ledger: what it remembers is older than what was told.
    proxy.fails("dynamodb:BatchWriteItem", denied)
    audit.invoke({})
    proxy.heal()
    assert topic.told() == [SEEN]
    for _ in range(2):
        assert len(sweep(audit)["findings"]) == 1 and topic.told() == []
    shop.group.attribute("deregistration_delay.timeout_seconds", 300)
    assert sweep(audit)["findings"] == [] and topic.told() == [("resolved", SEEN[1])]
    calls = dict(proxy.calls)
    sweep(audit)
    assert asked(proxy, calls) & STEADY == set()


def test_what_somebody_asked_for_is_remembered_by_the_next_sweep(shop, audit, topic, proxy):
    sweep(audit)
    drains_for_five_seconds(shop)
    assert audit.invoke({}).report["findings"] != [] and topic.told() == [SEEN]
    calls = dict(proxy.calls)
    swept = sweep(audit)
    assert len(swept["findings"]) == 1 and topic.told() == []
    # It is read afresh once: what is found rests on it.
    assert proxy.calls[f"{ELB}:DescribeTargetGroupAttributes"] == calls[f"{ELB}:DescribeTargetGroupAttributes"] + 1


def test_a_finding_costs_the_memory_of_what_it_rests_on_alone(shop, account, audit, proxy):
    other = shop.neighbour("api", desired=1)
    other.start_task()
    balancer = shop.vpc.load_balancer("page", kind="application")
    page = shop.vpc.target_group("page", balancer=balancer, Protocol="HTTP", HealthCheckProtocol="HTTP")
    shop.cluster.service("page", {page: PORT}, desired=0)
    drains_for_five_seconds(shop)
    sweep(audit)
    calls = dict(proxy.calls)
    report = sweep(audit)
    assert {"drain-too-short-for-nlb", "balancer-not-network"} <= {finding["rule"] for finding in report["findings"]}
    attributes = f"{ELB}:DescribeTargetGroupAttributes"
    assert proxy.calls[attributes] == calls[attributes] + 1 and report["coverage"]["remembered"]["facts"] > 2


def test_a_denied_read_is_not_taken_back_by_what_is_remembered(shop, audit, topic, proxy):
    sweep(audit)
    proxy.fails(f"{ELB}:DescribeTargetGroupAttributes", denied)
    audit.invoke({})
    assert topic.told() == [("opened", BLIND)]
    assert sweep(audit)["coverage"]["unread"] and topic.told() == []
    proxy.heal()
    sweep(audit)
    assert topic.told() == [("resolved", BLIND)]


def test_alerts_that_can_not_be_read_might_be_open(shop, audit, proxy):
    sweep(audit)
    calls = dict(proxy.calls)
    proxy.fails("dynamodb:Query", denied)
    assert "remembered" not in sweep(audit)["coverage"] and STEADY <= asked(proxy, calls)


@pytest.mark.parametrize("action, fault", [("dynamodb:BatchGetItem", denied), ("dynamodb:BatchGetItem", broken),
                                           ("dynamodb:BatchWriteItem", denied)])
def test_a_memory_that_fails_costs_calls_and_nothing_else(shop, audit, proxy, topic, action, fault):
    proxy.fails(action, fault)
    for _ in range(2):
        calls = dict(proxy.calls)
        invocation = audit.invoke(sqs({}))
        report = invocation.report
        assert invocation.failed == [] and report["coverage"]["unread"] == [] and "remembered" not in report["coverage"]
        assert STEADY <= asked(proxy, calls)
        assert "AWS is asked" in invocation.logged_text() or "the next sweep asks AWS" in invocation.logged_text()
    assert topic.told() == []


def test_what_another_version_kept_and_what_makes_no_sense_is_read_again(shop, audit, ledger, proxy):
    sweep(audit)
    for change in ({"version": {"S": "0.0.0"}}, {"fact": {"S": json.dumps({"listeners": "none"})}}):
        ledger.change_facts(change)
        calls = dict(proxy.calls)
        report = sweep(audit)
        assert STEADY <= asked(proxy, calls) and report["findings"] == [] and "remembered" not in report["coverage"]
    assert sweep(audit)["coverage"]["remembered"]


def test_a_function_that_repairs_remembers_nothing(shop, start_registrar, ledger, proxy):
    registrar = start_registrar(POLICY, ledger)
    for _ in range(2):
        calls = dict(proxy.calls)
        assert "remembered" not in registrar.invoke({"remembered": True}).report["coverage"]
        assert "dynamodb:BatchGetItem" not in asked(proxy, calls)
