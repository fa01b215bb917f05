"""DynamoDB's conditional writes are atomic. Plain moto checks the condition and writes in two steps, with threads between."""

import functools
import threading

from moto.dynamodb.models import DynamoDBBackend

_WRITES = ("put_item", "update_item", "delete_item")


def install():
    lock = threading.RLock()

    def atomic(plain):
        @functools.wraps(plain)
        def write(*args, **kwargs):
            with lock:
                return plain(*args, **kwargs)

        return write

    for name in _WRITES:
        setattr(DynamoDBBackend, name, atomic(getattr(DynamoDBBackend, name)))
