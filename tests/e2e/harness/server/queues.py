"""Queues' attributes as SQS keeps them: each until it is set anew, JSON without blanks, and who may redrive to a queue.

Plain moto forgets a queue's policy whenever another attribute is set, and doesn't know `RedriveAllowPolicy`.
"""

import json

from moto.sqs import models


def install():
    plain_set, plain_attributes = models.Queue._set_attributes, models.Queue.attributes.fget
    models.Queue.BASE_ATTRIBUTES = [*models.Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    models.Queue.redrive_allow_policy = None

    def set_attributes(self, attributes, now=None):
        kept = {"Policy": self.policy} if hasattr(self, "policy") else {}
        plain_set(self, {**kept, **attributes}, now)

    def attributes(self):
        compact = lambda value: json.dumps(json.loads(value), separators=(",", ":"))  # noqa: E731
        return {
            name: compact(value) if name.startswith("Redrive") else value
            for name, value in plain_attributes(self).items()
            if value is not None or not name.startswith("Redrive")
        }

    models.Queue._set_attributes = set_attributes
    models.Queue.attributes = property(attributes)
