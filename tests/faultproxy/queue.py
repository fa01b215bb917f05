"""An SQS queue in the test's memory, with every message accounted for.

moto looks through all messages at each of its requests, which takes minutes with 10,000 of them. What is kept of SQS: at
least once, in no order, delays, messages that come back when nobody deletes them, a limit of receives, a dead-letter
queue, and how much Lambda takes out at once.
"""

import heapq
import json
import random
import threading
import time
import uuid
from dataclasses import dataclass, field

from harness.place import ACCOUNT, REGION
from harness.wire import json_answer

#: What a batch for a function holds at most.
MOST_MESSAGES, MOST_BYTES = 10_000, 6_000_000

#: About what a record has beside its body.
ENVELOPE = 700


@dataclass
class Message:
    """A message, and how often it was received."""

    body: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    receives: int = 0
    #: It was received, and nobody deleted it.
    is_back: bool = False


class Queue:
    """An empty queue. A message that was received and not deleted comes back `visibility` seconds later, one that is sent without a
    delay of its own can be received after `delay`, and a batch has at most so many messages."""

    url = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/registrar"
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:registrar"

    def __init__(self, seed, receives, visibility=2.0, delay=0.0, most=MOST_MESSAGES):
        self._random, self._receives, self._visibility = random.Random(f"{seed} queue"), receives, visibility
        self._delay, self._most, self._skipped = delay, most, 0.0
        self._lock = threading.Lock()
        self._waiting = []  # a heap by the time from which a message can be received
        self.under_way, self.sent, self.done, self.dead = {}, 0, 0, []

    def send(self, body, delay=None):
        message, delay = Message(body), self._delay if delay is None else delay
        with self._lock:
            self.sent += 1
            self._put(message, delay)
        return message.id

    def _put(self, message, delay):
        # Those that can be received at the same time come in any order.
        heapq.heappush(self._waiting, (self._now() + delay, self._random.random(), message))

    def _now(self):
        return time.monotonic() + self._skipped

    def skip_idle_time(self):
        """Where all that is left is messages which come back later, it is later. Returns how many seconds were skipped."""
        with self._lock:
            if self.under_way or not all(message.is_back for _, _, message in self._waiting):
                return 0.0
            idle = max(0.0, self._waiting[0][0] - self._now()) if self._waiting else 0.0
            self._skipped += idle
            return idle

    def receive(self, most=MOST_MESSAGES):
        """Up to so many messages as an SQS event, or nothing."""
        batch, bytes_left, most = [], MOST_BYTES, min(most, self._most)
        with self._lock:
            while self._waiting and len(batch) < most and self._waiting[0][0] <= self._now():
                bytes_left -= len(json.dumps(self._waiting[0][2].body)) + ENVELOPE
                if batch and bytes_left < 0:
                    break
                message = heapq.heappop(self._waiting)[2]
                if message.receives == self._receives:
                    self.dead.append(message)
                    continue
                message.receives += 1
                self.under_way[message.id] = message
                batch.append(message)
        return {"Records": [self._record(message) for message in batch]} if batch else None

    def settle(self, event, failed):
        """Deletes what was done; what failed comes back."""
        failed = set(failed)
        with self._lock:
            for record in event["Records"]:
                message = self.under_way.pop(record["messageId"])
                if message.id in failed:
                    message.is_back = True
                    self._put(message, self._visibility)
                else:
                    self.done += 1

    def abandon(self, event):
        """Nobody answered: all of it comes back."""
        self.settle(event, [record["messageId"] for record in event["Records"]])

    def backlog(self):
        """How many messages aren't done."""
        with self._lock:
            return len(self._waiting) + len(self.under_way)

    def answer(self, call):
        """SQS's answer to a function that leaves messages."""
        request = json.loads(call.text)
        if call.action == "sqs:SendMessage":
            return json_answer(self._left(request))
        assert call.action == "sqs:SendMessageBatch", call.action
        return json_answer({"Failed": [], "Successful": [
            {"Id": entry["Id"], **self._left(entry)} for entry in request["Entries"]]})

    def _left(self, entry):
        sent = self.send(entry["MessageBody"], entry.get("DelaySeconds"))
        return {"MessageId": sent, "MD5OfMessageBody": "0" * 32}

    def _record(self, message):
        return {
            "messageId": message.id,
            "receiptHandle": "a receipt",
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.receives), "SentTimestamp": "1772366406000",
                           "SenderId": "AIDAIENQZJOLO23YVJ4VO", "ApproximateFirstReceiveTimestamp": "1772366407000"},
            "messageAttributes": {},
            "md5OfBody": "0" * 32,
            "eventSource": "aws:sqs",
            "eventSourceARN": self.arn,
            "awsRegion": REGION,
        }
