"""The function's queue, and the event source mapping that feeds the function from it."""

import json
import time
import uuid


class Queue:
    """A queue with a dead-letter queue. `deliver` plays Lambda's event source mapping."""

    def __init__(self, account, receives=3):
        self._sqs = account.aws.sqs
        name = f"registrar-{uuid.uuid4().hex[:8]}"
        self.dead_letters = self._sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        self.url = self._sqs.create_queue(QueueName=name, Attributes={
            "VisibilityTimeout": "300",
            "RedrivePolicy": json.dumps({
                "deadLetterTargetArn": self._arn(self.dead_letters), "maxReceiveCount": receives}),
        })["QueueUrl"]
        self.arn = self._arn(self.url)

    def _arn(self, url):
        return self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def send(self, *bodies):
        """EventBridge puts events into the queue; a string goes in as it is."""
        for body in bodies:
            self._sqs.send_message(QueueUrl=self.url, MessageBody=body if isinstance(body, str) else json.dumps(body))

    def counts(self, url=None):
        """How many messages can be received now, are delayed, and are being worked on."""
        keys = ("", "Delayed", "NotVisible")
        answer = self._sqs.get_queue_attributes(QueueUrl=url or self.url, AttributeNames=["All"])["Attributes"]
        return tuple(int(answer[f"ApproximateNumberOfMessages{key}"]) for key in keys)

    def is_empty(self):
        return sum(self.counts()) == 0

    def dead(self):
        """Bodies in the dead-letter queue."""
        return [message["Body"] for message in self._receive(self.dead_letters)]

    def receive(self):
        """The messages there are now as an SQS event, or nothing."""
        messages = self._receive(self.url)
        return {"Records": [self._record(message) for message in messages]} if messages else None

    def deliver(self, function, within=10.0):
        """Invokes the function with what the queue has until nothing is left, delayed messages included.

        A message in `batchItemFailures` is received again, up to the queue's limit, then it is dead. Returns the
        invocations.
        """
        invocations, deadline = [], time.monotonic() + within
        while not self.is_empty():
            event = self.receive()
            if event:
                invocations.append(function.invoke(event))
                self.settle(event, invocations[-1])
            elif time.monotonic() > deadline:
                raise TimeoutError(f"messages are left in the queue after {within} s: {self.counts()}")
            else:
                time.sleep(0.02)
        return invocations

    def settle(self, event, invocation):
        """Deletes what was done; what failed can be received again at once."""
        failed = {failure["itemIdentifier"] for failure in invocation.response["batchItemFailures"]}
        for record in event["Records"]:
            if record["messageId"] in failed:
                self._sqs.change_message_visibility(
                    QueueUrl=self.url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0)
            else:
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=record["receiptHandle"])

    def _receive(self, url):
        messages = []
        while True:
            answer = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])
            if not answer.get("Messages"):
                return messages
            messages += answer["Messages"]

    def _record(self, message):
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self.arn,
            "awsRegion": self.arn.split(":")[3],
        }
