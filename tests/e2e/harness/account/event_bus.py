"""An event bus, and a queue that gets every event on it."""

import json
import uuid


class EventBus:
    """A bus of the account. `events` returns what came since it was last asked."""

    def __init__(self, account):
        name = f"bus-{uuid.uuid4().hex[:8]}"
        self._sqs, events = account.aws.sqs, account.aws.events
        self._account = account.id
        self.arn = events.create_event_bus(Name=name)["EventBusArn"]
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        pattern = json.dumps({"source": ["ecs-nlb-guard"]})
        events.put_rule(Name=name, EventBusName=name, EventPattern=pattern)
        target = {"Id": "queue", "Arn": f"arn:aws:sqs:{account.region}:{account.id}:{name}"}
        events.put_targets(Rule=name, EventBusName=name, Targets=[target])

    def events(self, *detail_types):
        """Those of these detail types, or all."""
        events = []
        while received := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in received:
                # EventBridge says which account an event is from; moto leaves it out.
                events.append({"account": self._account} | json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return [event for event in events if not detail_types or event["detail-type"] in detail_types]
