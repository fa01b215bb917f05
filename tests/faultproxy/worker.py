"""A function fed from a queue, as Lambda's event source mapping does it, and killed every so many calls."""

import random
import threading
import time

from harness.lambda_runtime import Function, FunctionDied

#: Sizes of batches: a few messages now and then, all there are at other times.
BATCHES = (1, 30, 1_000, 10_000, 10_000)


class Worker:
    """One function at a time, started anew when it was killed; it ends with the `with` block.

    `kill_after` is between how many calls and how many it is killed; nothing if it never is. `timeout` is how many seconds Lambda
    gives it.
    """

    def __init__(self, name, binary, settings, queue, proxy, seed, kill_after=None, timeout=120.0):
        self._timeout = timeout
        self.name, self._binary, self._settings = name, binary, settings
        self._queue, self._kill_after = queue, kill_after
        self._random = random.Random(f"{seed} {name}")
        self._function, self._calls_left = None, None
        proxy.through(self._kill_in_time)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.kills, self.batches, self.failure = 0, [], None

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def check(self):
        """Raises what went wrong with it."""
        if self.failure:
            raise self.failure

    def _run(self):
        try:
            while not self._over.is_set():
                # The thread that starts a function has to outlive it.
                with Function(self._binary, self._settings, show=None) as function:
                    self._serve(function)
        except BaseException as failure:  # whatever it is, the test has to hear of it
            self.failure = failure

    def _serve(self, function):
        """Feeds it until it is killed or the test is over."""
        self._function = function
        self._calls_left = self._random.randint(*self._kill_after) if self._kill_after else None
        while not self._over.is_set():
            event = self._queue.receive(self._random.choice(BATCHES))
            if event is None:
                time.sleep(0.05)
                continue
            try:
                invocation = function.invoke(event, deadline=self._timeout)
            except FunctionDied:
                self.kills += 1
                self._queue.abandon(event)
                return
            self.batches.append(len(event["Records"]))
            self._queue.settle(event, invocation.failed)

    def _kill_in_time(self, call, forward):
        """Kills the function while this call is on its way; the call goes on."""
        if self._calls_left is None:
            return
        self._calls_left -= 1
        if self._calls_left == 0:
            self._function.kill()
