"""For every look-up a removal rests on: while it fails the removal is withheld, once it answers the removal is done.

Each scene has one target to remove. That it is removed in the end shows that nothing but the failure stood in the way.
"""

import re
from xml.etree import ElementTree

import pytest
from harness.account.deployments import start_rolling_deployment, use_native_strategy
from harness.events import message_ids, scheduled, sqs
from harness.faults import broken, cut_off, denied, throttled
from harness.lambda_runtime import repairing
from harness.wire import json_answer
from scenes import PORT, Web, deliver_until_rest

WRONG = PORT + 1


class Scene(Web):
    """The healthy service, another one in another cluster, and something to remove."""

    def __init__(self, account, **service):
        super().__init__(account, **service)
        self.dev = account.cluster("dev")
        self.api = self.neighbour(cluster=self.dev)
        self.api_task = self.api.start_task()
        self.policy = repairing()


def stale(account):
    """A dead task's target."""
    scene = Scene(account)
    scene.events = [scene.dead_task().event()]
    return scene


def exclusive(account):
    """A target no one knows, in a group of exclusive management."""
    scene = Scene(account)
    scene.group.register(scene.subnet.address(99), PORT)
    scene.policy, scene.events = repairing(managed="exclusive"), [scheduled()]
    return scene


def hijacked(account):
    """A dead task's target whose address a task of the other cluster's service got."""
    scene = Scene(account)
    dead, scene.heir = scene.hijacked_task(heir=scene.api)
    scene.events = [dead.event()]
    return scene


def wrong_port(account):
    """A task registered on the right port and on one its service had before."""
    scene = Scene(account, earlier_ports=[WRONG])
    task = scene.service.start_task()
    scene.tasks.append(task)
    scene.group.register(task.address, WRONG)
    scene.group.set_state(task.address, WRONG, "unhealthy", "Target.FailedHealthChecks")
    scene.events = [task.event()]
    return scene


def wrong_port_beside_a_deployment(account):
    """The same, while the other service is being deployed: only its revisions tell which groups it uses."""
    scene = wrong_port(account)
    start_rolling_deployment(scene.api)
    return scene


def wrong_port_of_a_native_strategy(account):
    """The same, where only the service's revision tells which of two groups serves."""
    scene = wrong_port(account)
    alternate = scene.vpc.target_group("alternate")
    use_native_strategy(scene.service, scene.group, alternate, serving=scene.group)
    return scene


ELB = "elasticloadbalancing"

# The scene, the look-up, and what the request mentions where only some of its kind fail.
LOOK_UPS = [
    (stale, "ecs:DescribeClusters", None),
    (stale, "ecs:DescribeServices", None),
    (stale, "ecs:ListTasks", None),
    (stale, "ecs:DescribeTasks", None),
    (stale, "ecs:ListClusters", None),
    (stale, "ecs:ListTasks", "dev"),
    (stale, "ecs:DescribeTasks", "dev"),
    (stale, f"{ELB}:DescribeTargetGroups", None),
    (stale, f"{ELB}:DescribeTargetHealth", None),
    (stale, f"{ELB}:DescribeTags", None),
    (stale, "ec2:DescribeSubnets", None),
    (stale, "ec2:DescribeNetworkInterfaces", None),
    (stale, "dynamodb:GetItem", None),
    (stale, "dynamodb:Query", None),
    (exclusive, "ecs:ListClusters", None),
    (exclusive, "ecs:ListServices", None),
    (exclusive, "ecs:DescribeServices", None),
    (exclusive, "ec2:DescribeSubnets", None),
    (exclusive, "ec2:DescribeNetworkInterfaces", None),
    (hijacked, "ecs:ListClusters", None),
    (hijacked, "ecs:ListTasks", "dev"),
    (hijacked, "ecs:DescribeTasks", "dev"),
    (hijacked, "ecs:DescribeServices", "dev"),
    (hijacked, "ec2:DescribeNetworkInterfaces", None),
    (wrong_port, "ecs:ListClusters", None),
    (wrong_port, "ecs:ListServices", "dev"),
    (wrong_port, "ecs:DescribeServices", "dev"),
    (wrong_port, "ecs:DescribeTaskDefinition", None),
    (wrong_port, f"{ELB}:DescribeTargetHealth", None),
    (wrong_port_beside_a_deployment, "ecs:DescribeServiceRevisions", None),
    (wrong_port_of_a_native_strategy, "ecs:DescribeServiceRevisions", None),
]


def check(account, start_registrar, proxy, scene, make_rule, says):
    """Plays a scene with the rule, then without it."""
    registrar = start_registrar(scene.policy, ledger=account.ledger())
    before, cure = account.targets(), scene.healthy()
    rule = make_rule()
    for _ in range(2):
        invocation = registrar.invoke(sqs(*scene.events))
        assert account.targets() == before
        assert says in invocation.logged_text()
    assert rule.hits, "the look-up isn't made"
    assert proxy.changes() == []
    proxy.heal()
    deliver_until_rest(registrar, *scene.events)
    assert scene.group.targets() == cure


@pytest.mark.parametrize(("make", "action", "mentioning"), LOOK_UPS,
                         ids=[f"{make.__name__}-{action}-{text or 'any'}" for make, action, text in LOOK_UPS])
def test_target_ends_unchanged_while_a_look_up_is_denied_and_removed_when_it_answers(
        account, start_registrar, proxy, make, action, mentioning):
    check(account, start_registrar, proxy, make(account),
          lambda: proxy.fails(action, denied, mentioning=mentioning), says=action)


@pytest.mark.parametrize("fault", [throttled, broken, cut_off])
@pytest.mark.parametrize("action", ["ec2:DescribeNetworkInterfaces", "ecs:DescribeServices", "dynamodb:GetItem"])
def test_target_ends_unchanged_while_a_look_up_fails_otherwise_and_removed_when_it_answers(
        account, start_registrar, proxy, action, fault):
    scene = stale(account)
    registrar = start_registrar(scene.policy)
    before = account.targets()
    rule = proxy.fails(action, fault)
    registrar.invoke(sqs(*scene.events), deadline=8)
    assert rule.hits
    assert account.targets() == before
    proxy.heal()
    deliver_until_rest(registrar, *scene.events)
    assert scene.group.targets() == scene.healthy()


@pytest.mark.parametrize(("make", "action"), [
    (wrong_port, "ecs:ListServices"), (hijacked, "ecs:ListTasks"), (wrong_port, "ecs:ListClusters")])
def test_target_ends_unchanged_while_a_later_page_is_denied_and_removed_when_it_answers(
        account, start_registrar, proxy, make, action):
    scene = make(account)
    for cluster in (scene.cluster, scene.dev):
        cluster.service("extra", {scene.vpc.target_group(f"extra-{cluster.name}"): PORT}).start_tasks(2)
    account.lists_in_pages_of(1)
    check(account, start_registrar, proxy, scene,
          lambda: proxy.fails(action, denied, mentioning='"nextToken"'), says=action)


@pytest.mark.parametrize(("make", "action", "key"), [
    (hijacked, "ecs:DescribeTasks", "tasks"), (hijacked, "ecs:DescribeServices", "services"),
    (wrong_port, "ecs:DescribeServices", "services")])
def test_target_ends_unchanged_while_a_batch_answers_in_part_and_removed_when_it_answers_in_full(
        account, start_registrar, proxy, make, action, key):
    """A failure other than MISSING says nothing about what is there."""
    scene = make(account)

    def in_part(call, answer):
        document = answer.json()
        arn = "taskArn" if key == "tasks" else "serviceArn"
        failures = [{"arn": entry[arn], "reason": "INTERNAL"} for entry in document[key]]
        return json_answer({key: [], "failures": failures})

    check(account, start_registrar, proxy, scene,
          lambda: proxy.rewrites(action, in_part, mentioning="dev"), says="INTERNAL")


def leaves_out(key):
    """An answer of ECS that says nothing of what it was asked for, not even that it is missing."""
    return lambda call, answer: json_answer(answer.json() | {key: [], "failures": []})


def leaves_out_groups(call, answer):
    """An answer of ELB's that says nothing of what it was asked for."""
    answer.body = re.sub(rb"<TargetGroups>.*</TargetGroups>", b"<TargetGroups></TargetGroups>", answer.body, flags=re.S)
    return answer


@pytest.mark.parametrize(("action", "change"), [
    ("ecs:DescribeTasks", leaves_out("tasks")), ("ecs:DescribeServices", leaves_out("services")),
    ("elasticloadbalancing:DescribeTargetGroups", leaves_out_groups)])
def test_message_ends_back_when_an_answer_leaves_out_what_it_needs(web, start_registrar, proxy, action, change):
    """Found by the simulator: the message was taken for done, and its task was out of its group until the sweep."""
    forgotten = web.service.start_task(registered=False)
    rule = proxy.rewrites(action, change, times=1)
    registrar, batch = start_registrar(), sqs(forgotten.event())
    assert registrar.invoke(batch).failed == message_ids(batch)
    assert rule.hits == 1
    assert proxy.changes() == []
    deliver_until_rest(registrar, forgotten.event())
    assert web.group.targets() == web.healthy() | {forgotten.target()}


def hides(interface):
    """An answer of EC2 that is older than this interface."""

    def change(call, answer):
        root = ElementTree.fromstring(answer.body)
        ElementTree.register_namespace("", root.tag.partition("}")[0].lstrip("{"))
        for found in [each for each in root.iter() if each.tag.endswith("}networkInterfaceSet")]:
            for item in [each for each in found if interface in (child.text for child in each)]:
                found.remove(item)
        answer.body = ElementTree.tostring(root)
        return answer

    return change


def test_target_ends_unchanged_while_ec2_lacks_the_interface_that_ecs_says_a_live_task_has(web, start_registrar, proxy):
    """Two answers that contradict each other are unread: a task of no service claims the address."""
    claimant = web.cluster.standalone_task(web.subnet)
    web.group.register(claimant.address, PORT)
    registrar, batch = start_registrar(repairing(managed="exclusive")), sqs(web.tasks[0].event(), scheduled())
    rule = proxy.rewrites("ec2:DescribeNetworkInterfaces", hides(claimant.interface))
    for _ in range(2):
        invocation = registrar.invoke(batch)
        assert invocation.failed and "no interface has" in invocation.logged_text()
    assert rule.hits and proxy.changes() == []
    proxy.heal()
    deliver_until_rest(registrar, web.tasks[0].event(), scheduled())
    assert web.group.targets() == web.healthy() | {(claimant.address, PORT)}
    claimant.stop()
    deliver_until_rest(registrar, scheduled())
    assert web.group.targets() == web.healthy()


def without_attachments(arn):
    """An answer of ECS in which this task has no interface."""

    def change(call, answer):
        document = answer.json()
        for task in document["tasks"]:
            if task["taskArn"] == arn:
                task["attachments"] = []
                for container in task["containers"]:
                    container["networkInterfaces"] = []
        return json_answer(document)

    return change


def test_target_of_a_running_task_that_is_described_without_its_interface_ends_unchanged(web, start_registrar, proxy):
    registrar, task = start_registrar(repairing(managed="exclusive")), web.tasks[0]
    proxy.rewrites("ecs:DescribeTasks", without_attachments(task.arn))
    proxy.rewrites("ec2:DescribeNetworkInterfaces", hides(task.interface))
    batch = sqs(task.event(), scheduled())
    for _ in range(2):
        assert "described without its network interface" in registrar.invoke(batch).logged_text()
    assert web.group.targets() == web.healthy() and proxy.changes() == []


def test_target_ends_unchanged_while_the_counter_of_removals_cannot_be_written(account, start_registrar, proxy):
    scene = stale(account)
    rules = [proxy.fails(f"dynamodb:{name}", denied) for name in ("UpdateItem", "PutItem", "TransactWriteItems")]
    registrar, before, batch = start_registrar(), account.targets(), sqs(*scene.events)
    assert registrar.invoke(batch).failed == message_ids(batch)
    assert any(rule.hits for rule in rules)
    assert account.targets() == before
    proxy.heal()
    deliver_until_rest(registrar, *scene.events)
    assert scene.group.targets() == scene.healthy()


@pytest.mark.parametrize("look", [1, 2, 3], ids=["first look", "second look", "last look"])
def test_message_ends_back_when_the_pause_cannot_be_read_in_one_look(account, start_registrar, proxy, look):
    scene = stale(account)
    rule = proxy.fails("dynamodb:GetItem", denied, nth=look, mentioning="pause")
    registrar, before, batch = start_registrar(), account.targets(), sqs(*scene.events)
    assert registrar.invoke(batch).failed == message_ids(batch)
    assert rule.hits == 1
    assert account.targets() == before
    deliver_until_rest(registrar, *scene.events)
    assert scene.group.targets() == scene.healthy()


def test_target_ends_unchanged_with_a_ledger_table_that_is_not_there(account, start_registrar):
    scene = stale(account)
    ledger = account.ledger()
    account.aws.dynamodb.delete_table(TableName=ledger.name)
    before = account.targets()
    invocation = start_registrar(ledger=ledger).invoke(sqs(*scene.events))
    assert account.targets() == before
    assert ledger.name in invocation.logged_text()


def test_owner_on_a_later_page_ends_registered(account, start_registrar):
    """The service that uses the port is the last of the last cluster's last page."""
    scene = wrong_port(account)
    for number in range(3):
        cluster = account.cluster(f"other-{number}")
        for name in ("a", "b"):
            cluster.service(name, {scene.vpc.target_group(f"{name}-{number}"): PORT})
    cluster.service("z", {scene.group: WRONG})
    account.lists_in_pages_of(1)
    before = account.targets()
    deliver_until_rest(start_registrar(), *scene.events)
    assert account.targets() == before
