"""Faults injected between a function and AWS, decided by one seed.

    injection = FaultInjection(seed, share=0.2, quotas=Quotas())
    proxy.through(injection.over("registrar-1"))

- `injection`: what befalls each call, and a record of it.
- `faults`: the ways in which a call fails.
- `left_out`: answers that say nothing of a part of what they were asked for.
- `quotas`: AWS's request quotas, as token buckets.
- `queue`: an SQS queue in the test's memory, as large as 10,000 messages need.
- `shipped`: how the Terraform runs a function unless told otherwise.
- `worker`: a function fed from such a queue, and killed every so many calls.

It stands in the proxy of the end-to-end tests' harness, and knows AWS's calls only by what is on the wire.
"""

from .queue import Queue
from .quotas import Quotas
from .injection import FaultInjection
from .worker import Worker

__all__ = ["Queue", "Quotas", "FaultInjection", "Worker"]
