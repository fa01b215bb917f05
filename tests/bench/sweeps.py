"""Sweeps: under AWS's quotas, how long; beside the SDK alone, how much processor time and memory."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from harness.lambda_runtime import Function
from harness.place import CREDENTIALS, REGION

from . import binaries
from .cloud import Cloud, Shape
from .counts import LEDGER, SWEPT, check, settings
from .floors import fewest_of_sweep, forced_seconds
from .process import cpu_seconds, peak_bytes, run

#: Seconds that a call takes on its way, as it may within a Region.
LATENCY = 0.02

#: Accounts of services of a hundred tasks, each ten times as large as the one before.
GROWING = (Shape(10, 1_000), Shape(100, 10_000), Shape(1_000, 100_000))


@dataclass
class Swept:
    """What a sweep took."""

    shape: Shape
    share: float
    seconds: float
    cpu: float
    peak: int

    @property
    def forced(self):
        """The seconds that the quotas alone force."""
        return forced_seconds(fewest_of_sweep(self.shape), self.share)


def _sweep(cloud, share=1.0):
    with Function(binaries.function("audit"), settings(cloud, "audit", share=str(share)), show=None) as audit:
        began = time.monotonic()
        invocation = audit.invoke({}, deadline=900.0)
        took = time.monotonic() - began
        check(invocation)
        return Swept(cloud.shape, share, took, cpu_seconds(audit.pid), peak_bytes(audit.pid))


def under_quotas(shape, shares, latency=LATENCY):
    """Sweeps side by side under one account's quotas, each with its share; and how many of their calls were throttled."""
    with Cloud(shape) as cloud, ThreadPoolExecutor(len(shares)) as pool:
        cloud.begin(quotas=True, latency=latency)
        swept = list(pool.map(lambda share: _sweep(cloud, share), shares))
        return swept, sum(cloud.seen()["throttled"].values())


def alone(shape):
    """A sweep that nothing holds back but its own share of the quotas."""
    with Cloud(shape) as cloud:
        return _sweep(cloud)


def floor(shape, times=5):
    """Processor seconds and memory of fetching and parsing alone: the least of some runs."""
    with Cloud(shape) as cloud:
        environment = {**CREDENTIALS, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": cloud.url,
                       "AWS_EC2_METADATA_DISABLED": "true"}
        runs = [run([binaries.example("floor"), LEDGER.name], environment) for _ in range(times)]
        return min(cpu for cpu, _ in runs), min(peak for _, peak in runs)


def quota_runs():
    """All that waits for quotas, side by side: `[(swept, throttled)]` of all shares, and the sweeps of growing accounts."""
    ways = [lambda: under_quotas(SWEPT, [1.0]), lambda: under_quotas(SWEPT, [1.0], latency=0.0),
            lambda: under_quotas(SWEPT, [0.5]), lambda: under_quotas(SWEPT, [0.5, 0.5])]
    with ThreadPoolExecutor(len(ways) + len(GROWING)) as pool:
        quotas = [pool.submit(way) for way in ways]
        growing = [pool.submit(alone, shape) for shape in GROWING]
        return [one.result() for one in quotas], [one.result() for one in growing]
