"""What MiniStack does unlike AWS, put right. One function for each difference."""

import json
import time
from xml.sax.saxutils import escape

from ministack.core import iam_actions, lambda_runtime
from ministack.services import cloudwatch, eventbridge, lambda_svc, sqs


#: How soon a message that a function couldn't do comes back, in seconds.
BACK_AFTER = 1


def install():
    for amend in (_let_the_test_play_ecs, _send_by_one_permission, _name_what_ecs_is_asked_for, _gather_batches,
                  _deliver_again_soon, _let_invocations_end, _keep_all_actions_of_alarms,
                  _describe_alarms_in_full):
        amend()


def _let_the_test_play_ecs():
    """Nobody but AWS may send events of the sources `aws.*`; MiniStack refuses them as AWS does, but here the test is ECS."""
    plain = eventbridge._put_events
    eventbridge._put_events = lambda data, allow_aws_source=True: plain(data, True)


def _send_by_one_permission():
    """SendMessageBatch is allowed by `sqs:SendMessage` (Service Authorization Reference); MiniStack asks for an action of its name."""
    plain = iam_actions.extract_iam_action

    def extract_iam_action(*arguments):
        action = plain(*arguments)
        return {"sqs:SendMessageBatch": "sqs:SendMessage"}.get(action, action)

    iam_actions.extract_iam_action = extract_iam_action


def _name_what_ecs_is_asked_for():
    """ECS checks the tasks, services or revisions that are named; MiniStack checks the cluster whatever is asked."""
    plain = iam_actions.extract_resource_arn
    kinds = {"tasks": "task", "task": "task", "services": "service", "service": "service"}

    def extract_resource_arn(service, method, path, headers, body, params, region, account):
        if service != "ecs":
            return plain(service, method, path, headers, body, params, region, account)
        asked = json.loads(body or b"{}")
        for field, kind in kinds.items():
            named = asked.get(field)
            named = named[0] if isinstance(named, list) and named else named
            if isinstance(named, str):
                cluster = asked.get("cluster", "default").split("/")[-1]
                return named if named.startswith("arn:") else f"arn:aws:ecs:{region}:{account}:{kind}/{cluster}/{named}"
        for field in ("serviceRevisionArns", "clusters"):
            if asked.get(field):
                named = asked[field][0]
                return named if named.startswith("arn:") else f"arn:aws:ecs:{region}:{account}:cluster/{named}"
        return "*"

    iam_actions.extract_resource_arn = extract_resource_arn


def _gather_batches():
    """A batch is as large as its event source mapping says, and is gathered for as long; MiniStack takes ten at most, at once."""
    since = {}

    def receive(queue_url, batch_size):
        with sqs._queues_lock:
            queue = sqs._get_q(queue_url)
            sqs._expire_retained(queue)
            sqs._dlq_sweep(queue)
            now = time.time()
            ready = sum(message.get("visible_at", 0) <= now for message in queue["messages"])
            if not ready:
                since.pop(queue_url, None)
            elif ready >= batch_size or now - since.setdefault(queue_url, now) >= _window(queue):
                since.pop(queue_url, None)
                return sqs._collect_msgs(queue, batch_size, int(queue["attributes"].get("VisibilityTimeout", "30")))
            return []

    sqs._receive_messages_for_esm = receive


def _window(queue):
    """The batching window of the queue's event source mapping, in seconds."""
    windows = (mapping.get("MaximumBatchingWindowInSeconds") for _, _, mapping in lambda_svc._iter_all_esms()
               if mapping["EventSourceArn"] == queue["attributes"]["QueueArn"])
    return next(windows, None) or 0


def _deliver_again_soon():
    """No difference to AWS, but time that a test hasn't: the messages of a batch that failed are back before their visibility timeout,
    which is twelve minutes and more. Those of a batch that is still being worked on are not.
    """
    plain = lambda_svc._run_sqs_batch

    def run(mapping, function, event, batch, queue_url, queue_name):
        handles = {message["receipt_handle"] for message in batch}
        try:
            plain(mapping, function, event, batch, queue_url, queue_name)
        finally:
            with sqs._queues_lock:
                for message in sqs._queues.get(queue_url, {"messages": []})["messages"]:
                    if message.get("receipt_handle") in handles:
                        message["visible_at"] = min(message["visible_at"], time.time() + BACK_AFTER)

    lambda_svc._run_sqs_batch = run


def _let_invocations_end():
    """An invocation under way when new code comes ends with the code it began with; MiniStack kills it."""
    kill, release, retired = lambda_runtime.kill_workers, lambda_svc.release_worker, set()

    def kill_workers(workers):
        busy = {worker for worker in workers if worker.in_use}
        retired.update(busy)
        kill([worker for worker in workers if worker not in busy])

    def release_worker(worker):
        release(worker)
        if worker in retired:
            retired.discard(worker)
            kill([worker])

    lambda_runtime.kill_workers, lambda_svc.release_worker = kill_workers, release_worker


def _keep_all_actions_of_alarms():
    """An alarm has actions for when it has no data, too; MiniStack drops them where it is asked for XML."""
    plain = cloudwatch._put_metric_alarm

    def put(params, cbor_data, is_cbor, is_json=False):
        answer = plain(params, cbor_data, is_cbor, is_json)
        alarm = cloudwatch._alarms.get(cloudwatch._p(params, "AlarmName")) if not (is_cbor or is_json) else None
        if alarm:
            asked = (cloudwatch._p(params, f"InsufficientDataActions.member.{nth}") for nth in range(1, 6))
            alarm["InsufficientDataActions"] = [action for action in asked if action]
        return answer

    cloudwatch._put_metric_alarm = put


def _describe_alarms_in_full():
    """DescribeAlarms tells all that an alarm is made of; MiniStack tells but a part of it where it is asked for XML."""
    plain = cloudwatch._describe_alarms

    def describe(params, cbor_data, is_cbor, is_json=False):
        if is_cbor or is_json:
            return plain(params, cbor_data, is_cbor, is_json)
        numbers = range(1, 101)
        asked = {
            "AlarmNames": [name for nth in numbers if (name := cloudwatch._p(params, f"AlarmNames.member.{nth}"))],
            "AlarmNamePrefix": cloudwatch._p(params, "AlarmNamePrefix") or None,
        }
        status, _, body = plain({}, asked, False, True)
        told = f"<DescribeAlarmsResult>{_as_xml(json.loads(body))}</DescribeAlarmsResult>"
        return cloudwatch._xml(status, "DescribeAlarmsResponse", told)

    cloudwatch._describe_alarms = describe


def _as_xml(value):
    """JSON as the query protocol writes it."""
    if isinstance(value, dict):
        return "".join(f"<{key}>{_as_xml(each)}</{key}>" for key, each in value.items()
                       if each is not None and not key.endswith("Timestamp"))
    if isinstance(value, list):
        return "".join(f"<member>{_as_xml(each)}</member>" for each in value)
    return str(value).lower() if isinstance(value, bool) else escape(str(value))
