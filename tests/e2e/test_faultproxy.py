"""The fault proxy does what it says."""

import http.client

import pytest
from faultproxy import Queue, Quotas, FaultInjection
from faultproxy.faults import BY_CHANCE, fault_of, half_answer
from faultproxy.left_out import left_out
from harness.proxy import Proxy
from harness.wire import Answer, Call, json_answer

DESCRIBE = "AmazonEC2ContainerServiceV20141113.DescribeTasks"


def call(target=DESCRIBE, body=b"{}"):
    return Call("POST", "/", {"x-amz-target": target}, body)


def befallen(seed, calls=500):
    """What befalls each of so many calls."""
    injection = FaultInjection(seed, share=0.2, quotas=Quotas(published=[]))
    for _ in range(calls):
        _, luck = injection._set_out("one", call())
        yield fault_of(call(), luck).__name__ if luck.random() < 0.2 else None


def test_same_seed_injects_the_same_faults_and_another_injects_others():
    assert list(befallen(1)) == list(befallen(1))
    assert list(befallen(1)) != list(befallen(2))


def test_every_fault_befalls_a_fifth_of_the_calls_together():
    faults = list(befallen(1, calls=5_000))
    assert set(faults) == BY_CHANCE | {None}
    assert 0.15 < 1 - faults.count(None) / len(faults) < 0.25


def test_burst_ends_with_calls_over_quota_and_other_quotas_untouched():
    quotas = Quotas([(("ecs:Describe*",), 3, 0.001), (("ec2:Describe*",), 3, 0.001)])
    assert [quotas.take("ecs:DescribeTasks") for _ in range(4)] == [True, True, True, False]
    assert quotas.take("ec2:DescribeSubnets") and quotas.take("sqs:SendMessage")


def test_half_an_answer_ends_in_a_broken_connection(server):
    with Proxy(server.url) as proxy:
        proxy.through(lambda one, _: half_answer(one, lambda: json_answer({"tasks": ["a", "b"]})))
        connection = http.client.HTTPConnection(proxy.url.removeprefix("http://"), timeout=5)
        connection.request("POST", "/", b"{}", {"x-amz-target": DESCRIBE})
        with pytest.raises(http.client.IncompleteRead):
            connection.getresponse().read()
        connection.close()


def test_answers_end_without_their_first_part():
    answer = left_out(call(), json_answer({"tasks": ["a", "b"], "failures": []}))
    assert answer.json() == {"tasks": ["b"], "failures": []}
    groups = call("elasticloadbalancing.DescribeTargetGroups")
    text = "<R><TargetGroups><member>a</member><member>b</member></TargetGroups></R>"
    assert b"<member>a</member>" not in left_out(groups, Answer(200, {}, text.encode())).body


def test_message_nobody_settles_ends_dead_after_its_last_receive():
    queue = Queue(seed=1, receives=2, visibility=0.0)
    queue.send("once"), queue.send("never")
    for _ in range(2):
        event = queue.receive()
        queue.settle(event, [record["messageId"] for record in event["Records"] if record["body"] == "never"])
    assert queue.receive() is None
    assert (queue.sent, queue.done, [message.body for message in queue.dead]) == (2, 1, ["never"])


def test_queue_skips_the_time_in_which_only_messages_that_come_back_are_waited_for():
    queue = Queue(1, receives=5, visibility=1800.0, delay=0.0, most=2)
    for body in ("a", "b", "c"):
        queue.send(body)
    batch = queue.receive()
    assert len(batch["Records"]) == 2
    assert queue.skip_idle_time() == 0.0, "a batch is under way"
    queue.abandon(batch)
    assert queue.skip_idle_time() == 0.0, "a message is waiting that was never received"
    queue.settle(queue.receive(), failed=[])
    assert queue.receive() is None
    assert 1700 < queue.skip_idle_time() <= 1800
    assert len(queue.receive()["Records"]) >= 1
