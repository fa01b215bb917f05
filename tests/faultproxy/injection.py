"""What befalls each call, decided by a seed: latency for all of them, a fault for a share.

What befalls the nth call of an action by a function depends on the seed and on nothing else, whatever runs beside it.
"""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass

from .faults import fault_of, over_quota, reset_before

#: Seconds that most calls take at most, and a few.
USUAL, LONG, LONG_SHARE = 0.01, 0.5, 0.02


@dataclass
class InjectedCall:
    """A call on its way: whose, when it came, and what befell it."""

    function: str
    call: object
    at: float
    fault: str | None = None
    #: When AWS had carried it out, if it came so far.
    done: float | None = None


class FaultInjection:
    """The same over every function of an account. Without a share of faults only the quotas are left."""

    def __init__(self, seed, share, quotas):
        self._seed, self._share, self._quotas = seed, share, quotas
        self._counts, self._lock = Counter(), threading.Lock()
        self.calls = []

    def over(self, function):
        """What `Proxy.through` takes, for this function's proxy."""
        return lambda call, forward: self._let_through(function, call, forward)

    def failed(self):
        """How many calls failed in which way."""
        return Counter(sent.fault for sent in self.calls if sent.fault)

    def share_that_failed(self):
        return self.failed().total() / len(self.calls)

    def done(self, operation):
        """The calls of an operation that AWS carried out, in the order in which it did."""
        done = [sent for sent in self.calls if sent.done and sent.call.operation == operation]
        return sorted(done, key=lambda sent: sent.done)

    def _let_through(self, function, call, forward):
        sent, luck = self._set_out(function, call)
        if self._share:
            time.sleep(luck.uniform(0, LONG if luck.random() < LONG_SHARE else USUAL))
        fault = fault_of(call, luck) if luck.random() < self._share else None
        if fault is not reset_before and not self._quotas.take(call.action):
            fault = over_quota
        sent.fault = fault and fault.__name__

        def arrive():
            answer = forward()
            sent.done = time.monotonic()
            return answer

        return fault(call, arrive) if fault else arrive()

    def _set_out(self, function, call):
        with self._lock:
            self._counts[function, call.action] += 1
            nth = self._counts[function, call.action]
            sent = InjectedCall(function, call, time.monotonic())
            self.calls.append(sent)
        return sent, random.Random(f"{self._seed} {function} {call.action} {nth}")
