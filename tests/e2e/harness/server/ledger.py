"""DynamoDB reads and writes an item as one. Plain moto does so in steps, with other requests' threads between.

So a condition holds no longer when its write is made, and a read finds an item that has its key and nothing else yet.
"""

import functools
import threading

from moto.dynamodb.responses import DynamoHandler


def install():
    lock = threading.RLock()
    plain = DynamoHandler.call_action

    @functools.wraps(plain)
    def call_action(self):
        with lock:
            return plain(self)

    DynamoHandler.call_action = call_action
