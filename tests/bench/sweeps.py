"""Sweeps: under AWS's quotas, how long; beside the SDK alone, how much processor time and memory."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from harness.events import sqs
from harness.lambda_runtime import Function
from harness.place import CREDENTIALS, REGION

from . import binaries
from .cloud import Cloud, Shape
from .counts import LEDGER, SWEPT, check, settings
from .floors import fewest_of_remembering_sweep, fewest_of_sweep, forced_seconds
from .process import cpu_of, cpu_seconds, peak_bytes

#: Seconds that a call takes on its way, as it may within a Region.
LATENCY = 0.02

#: How often fetching and parsing alone is measured; the least counts.
FLOORS = 3

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


def remembering(shape, share, latency=LATENCY):
    """Seconds that a sweep takes which remembers what another one read, under quotas, and the seconds that they force."""
    with Cloud(shape) as cloud:
        took = []
        for _ in range(2):
            # Each with its quotas full, as they are a quarter of an hour later.
            with Function(binaries.function("audit"), settings(cloud, "audit", share=str(share)), show=None) as audit:
                began = time.monotonic()
                check(audit.invoke(sqs({}), deadline=900.0))
                took.append(time.monotonic() - began)
            cloud.begin(quotas=True, latency=latency, keeps_ledger=True)
        return took[-1], forced_seconds(fewest_of_remembering_sweep(shape), share)


def alone(shape):
    """A sweep that nothing holds back but its own share of the quotas."""
    with Cloud(shape) as cloud:
        return _sweep(cloud)


def floor(shape):
    """Processor seconds of fetching and parsing alone, which waits for its share of the quotas as a sweep does."""
    with Cloud(shape) as cloud:
        environment = {**CREDENTIALS, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": cloud.url,
                       "AWS_EC2_METADATA_DISABLED": "true"}
        return cpu_of([binaries.example("floor"), LEDGER.name], environment)


@dataclass
class Waited:
    """All that waits for quotas."""

    #: With all of each quota, calls taking 20 ms; the same, calls taking no time; with half; two at once with half each.
    full: tuple
    quick: tuple
    half: tuple
    two: tuple
    #: With all of each quota, remembering.
    remembering: tuple
    #: Sweeps of growing accounts.
    grown: list
    #: Processor seconds of the calls of each by the SDK alone.
    grown_floors: list
    #: The same of the sweep under quotas.
    floor: float


def all_waiting():
    """Runs it side by side."""
    quotas = [([1.0], LATENCY), ([1.0], 0.0), ([0.5], LATENCY), ([0.5, 0.5], LATENCY)]
    with ThreadPoolExecutor(1 + len(quotas) + 2 * len(GROWING) + FLOORS) as pool:
        held = [pool.submit(under_quotas, SWEPT, shares, latency) for shares, latency in quotas]
        held.append(pool.submit(remembering, SWEPT, 1.0))
        grown = [pool.submit(alone, shape) for shape in GROWING]
        grown_floors = [pool.submit(floor, shape) for shape in GROWING]
        floors = [pool.submit(floor, SWEPT) for _ in range(FLOORS)]
        return Waited(*(one.result() for one in held), [one.result() for one in grown],
                      [one.result() for one in grown_floors], min(one.result() for one in floors))
