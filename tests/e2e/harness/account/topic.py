"""The topic that alerts go to, and a queue that listens to it."""

import json
import uuid


class Topic:
    """A topic. `messages` returns what came since it was last asked; `filter` is that of a subscription by attributes."""

    def __init__(self, account, filter=None):
        name = f"alerts-{uuid.uuid4().hex[:8]}"
        self._sqs, sns = account.aws.sqs, account.aws.sns
        self.arn = sns.create_topic(Name=name)["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        queue_arn = f"arn:aws:sqs:{account.region}:{account.id}:{name}"
        attributes = {"FilterPolicy": json.dumps(filter)} if filter else {}
        sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=queue_arn, Attributes=attributes)

    def envelopes(self):
        """What came since, as SNS wraps it."""
        envelopes = []
        while received := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in received:
                envelopes.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return envelopes

    def messages(self):
        return [json.loads(envelope["Message"]) for envelope in self.envelopes()]

    def told(self):
        """What was told since, as (change, rule) of each alert."""
        return [(alert["change"], alert["rule"]) for message in self.messages() for alert in message["alerts"]]
