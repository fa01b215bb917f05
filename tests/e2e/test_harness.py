"""The test account itself answers as AWS does where a guard could tell; everything else here rests on that."""

import os
import subprocess
import sys
import threading
import time

from botocore.exceptions import ClientError
from harness.account.clients import Clients
from harness.account.deployments import start_rolling_deployment, use_native_strategy
from harness.proxy import Proxy
from scenes import PORT


def test_a_tasks_address_is_from_its_subnet_and_may_come_back(web):
    first = web.service.start_task()
    assert first.address.startswith("10.0.1.")
    first.stop()
    assert web.service.start_task(address=first.address).address == first.address
    assert web.service.start_task(subnet=web.vpc.subnets[1]).address.startswith("10.0.2.")


def test_a_target_is_an_address_and_a_port_and_drains(web, account):
    address = web.subnet.address(99)
    web.group.register(address, 1)
    web.group.register(address, 2)
    web.group.deregister(address, 1)
    assert web.group.targets() == web.healthy() | {(address, 2)}
    account.deregistered_targets_drain()
    web.group.deregister(address, 2)
    assert web.group.states()[address, 2] == "draining"


def test_removing_without_a_port_succeeds_and_does_nothing(web, account):
    account.aws.elbv2.deregister_targets(TargetGroupArn=web.group.arn, Targets=[{"Id": web.tasks[0].address}])
    assert web.group.targets() == web.healthy()


def test_a_network_balancer_is_named_so_in_its_arn(web):
    assert ":loadbalancer/net/" in web.vpc.balancer.arn


def test_tasks_are_listed_by_service_in_pages_and_stopped_ones_when_asked_for(web, account):
    ecs = account.aws.ecs
    web.neighbour().start_task()
    stopped = web.tasks.pop()
    stopped.stop()
    account.lists_in_pages_of(1)
    pages = list(ecs.get_paginator("list_tasks").paginate(cluster="prod", serviceName="web"))
    assert [page["taskArns"] for page in pages] == [[task.arn] for task in web.tasks]
    assert ecs.list_tasks(cluster="prod", serviceName="web", desiredStatus="STOPPED")["taskArns"] == [stopped.arn]


def test_what_is_not_there_is_a_failure(web, account):
    web.tasks[0].stop()
    web.tasks[0].is_forgotten()
    answer = account.aws.ecs.describe_tasks(cluster="prod", tasks=[task.arn for task in web.tasks])
    assert [failure["arn"] for failure in answer["failures"]] == [web.tasks[0].arn]
    assert len(answer["tasks"]) == 2


def test_a_task_does_not_move_on_by_being_looked_at(web):
    assert {web.tasks[0].describe()["lastStatus"] for _ in range(5)} == {"RUNNING"}


def test_services_tell_their_deployments_and_revisions(web, account):
    other = web.vpc.target_group("other")
    start_rolling_deployment(web.service, {other: PORT})
    described = web.service.describe()
    assert [deployment["status"] for deployment in described["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert [deployment["runningCount"] for deployment in described["deployments"]] == [0, 3]
    revisions = [revision["arn"] for revision in described["currentServiceRevisions"]]
    answer = account.aws.ecs.describe_service_revisions(serviceRevisionArns=revisions)["serviceRevisions"]
    assert [each["loadBalancers"][0]["targetGroupArn"] for each in answer] == [other.arn, web.group.arn]
    use_native_strategy(web.service, other, web.group)
    assert web.service.describe()["deploymentConfiguration"]["strategy"] == "BLUE_GREEN"


def test_an_item_is_written_as_one_and_only_as_its_condition_says(account):
    dynamodb, table = account.aws.dynamodb, account.ledger().name
    names, over = [f"attribute{number}" for number in range(60)], threading.Event()
    expression = "SET " + ", ".join(f"{name} = :value" for name in names)
    torn, written = [], []

    def read():
        while not over.is_set():
            item = dynamodb.get_item(TableName=table, Key=key(len(written))).get("Item", {})
            if len(item) not in (0, len(names) + 2) or len({str(item[name]) for name in names if item}) > 1:
                torn.append(item)

    def key(number):
        return {"pk": {"S": f"item{number}"}, "sk": {"S": "one"}}

    def write(writer):
        for number in range(20):
            try:
                dynamodb.update_item(TableName=table, Key=key(number), UpdateExpression=expression,
                                     ConditionExpression="attribute_not_exists(pk)",
                                     ExpressionAttributeValues={":value": {"N": str(writer)}})
                written.append(number)
            except ClientError as refused:
                assert refused.response["Error"]["Code"] == "ConditionalCheckFailedException"

    writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in (*readers, *writers):
        thread.start()
    for writer in writers:
        writer.join()
    over.set()
    for reader in readers:
        reader.join()
    assert torn == [] and sorted(written) == list(range(20))


def test_interfaces_are_found_by_any_of_their_addresses(web, account):
    box = web.subnet.interface(web.subnet.address(200), secondary=[web.subnet.address(201)])
    found = account.aws.ec2.describe_network_interfaces(Filters=[
        {"Name": "addresses.private-ip-address", "Values": [web.subnet.address(201)]}])["NetworkInterfaces"]
    assert [interface["NetworkInterfaceId"] for interface in found] == [box.id]


def test_the_proxy_counts_what_the_server_is_asked(server):
    with Proxy(server.url) as proxy:
        aws = Clients(proxy.url)
        aws.ecs.list_clusters()
        aws.elbv2.describe_target_groups()
        aws.ec2.describe_subnets()
        aws.ec2.describe_subnets()
        aws.dynamodb.list_tables()
        aws.sqs.list_queues()
        assert proxy.calls == {
            "ecs:ListClusters": 1, "elasticloadbalancing:DescribeTargetGroups": 1, "ec2:DescribeSubnets": 2,
            "dynamodb:ListTables": 1, "sqs:ListQueues": 1}


def test_the_server_ends_with_its_starter_even_if_that_one_is_killed():
    starter = subprocess.Popen(
        [sys.executable, "-c", "import time\nfrom harness.server import MotoServer\n"
         "with MotoServer() as server:\n    print(server._process.pid, flush=True)\n    time.sleep(600)"],
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.path.dirname(__file__)})
    server = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    starter.stdout.close()
    deadline = time.monotonic() + 10
    while is_running(server):
        assert time.monotonic() < deadline, "the server outlives its starter"
        time.sleep(0.05)


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A zombie no one has waited for has ended too.
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout
    return not state.startswith("Z") and bool(state)
