"""AWS's request quotas: a token bucket for each, shared by everyone in the account and Region.

Sizes and rates are those of "Request throttling for the Amazon ECS API", "… the Elastic Load Balancing API" and
"… the Amazon EC2 API". SQS and DynamoDB have none that a guard comes near.
"""

import fnmatch
import threading
import time

ELB = "elasticloadbalancing"

#: Actions that share a bucket, how many calls it holds, and how many a second are added. The first that fits holds.
PUBLISHED = [
    (("ecs:DescribeTasks", "ecs:ListTasks"), 100, 20),
    (("ecs:DescribeServices", "ecs:ListServices"), 100, 20),
    (("ecs:DescribeTaskDefinition",), 50, 20),
    (("ecs:DescribeServiceRevisions",), 50, 20),
    (("ecs:DescribeClusters", "ecs:ListClusters"), 50, 20),
    ((f"{ELB}:Describe*",), 40, 10),
    ((f"{ELB}:RegisterTargets", f"{ELB}:DeregisterTargets"), 20, 4),
    (("ec2:Describe*",), 100, 20),
]


class Quotas:
    """Full buckets."""

    def __init__(self, published=PUBLISHED):
        self._buckets = [(actions, _Bucket(size, rate)) for actions, size, rate in published]

    def take(self, action):
        """Whether a call is within its quota."""
        for actions, bucket in self._buckets:
            if any(fnmatch.fnmatchcase(action, pattern) for pattern in actions):
                return bucket.take()
        return True

    def lowest(self):
        """How few tokens each bucket held at its worst, by the first of its actions."""
        return {actions[0]: bucket.lowest for actions, bucket in self._buckets}


class _Bucket:
    def __init__(self, size, rate):
        self._size, self._rate, self._tokens, self._at = size, rate, size, time.monotonic()
        self._lock, self.lowest = threading.Lock(), size

    def take(self):
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._size, self._tokens + (now - self._at) * self._rate)
            self._at = now
            within = self._tokens >= 1
            self._tokens -= within
            self.lowest = min(self.lowest, self._tokens)
            return within
