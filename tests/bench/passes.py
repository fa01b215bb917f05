"""Processor time and memory of warm passes."""

from concurrent.futures import ThreadPoolExecutor

from harness.lambda_runtime import Function

from . import binaries
from .cloud import Cloud, Shape
from .counts import ONE_SERVICE, SWEPT, events, settings
from .process import cpu_seconds, peak_bytes

#: Batches, and how often each is repeated to be measurable, at two calls or more to the tightest of the quotas each time.
BATCHES = {1: 150, 10: 150, 100: 75, 1_000: 15, 10_000: 1}

#: A function that serves is invoked again and again.
SOME_TIME = 10


def cpu_per_event():
    """Processor seconds that a warm registrar takes for an event, by the size of the batch."""
    with Cloud(SWEPT) as cloud, ThreadPoolExecutor(len(BATCHES)) as pool:
        return dict(zip(BATCHES, pool.map(lambda size: _cpu_per_event(cloud, size), BATCHES), strict=True))


def _cpu_per_event(cloud, size):
    name = "registrar"
    with Function(binaries.function(name), settings(cloud, name), show=None) as function:
        batch = events(cloud, size)
        function.invoke(batch, deadline=300.0)
        before = cpu_seconds(function.pid)
        for _ in range(BATCHES[size]):
            function.invoke(batch, deadline=300.0)
        return (cpu_seconds(function.pid) - before) / BATCHES[size] / size


def peaks(name, shape: Shape = ONE_SERVICE):
    """The most memory a function had after its first batch of an event of each task, and after some more of them."""
    with Cloud(shape) as cloud, Function(binaries.function(name), settings(cloud, name), show=None) as function:
        batch = events(cloud, shape.tasks)
        function.invoke(batch)
        first = peak_bytes(function.pid)
        for _ in range(SOME_TIME - 1):
            function.invoke(batch)
        return first, peak_bytes(function.pid)
