"""Judging and planning beside parsing, as `examples/judging` measures them."""

import os
import re
import subprocess

from harness.place import CREDENTIALS, REGION

from . import binaries
from .cloud import Cloud, Shape

#: Accounts of services of fifty tasks.
SHAPES = (Shape(20, 1_000), Shape(200, 10_000), Shape(2_000, 100_000))

UNITS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}

#: A line of divan's table: the name with the fastest, then the slowest and the median.
LINE = re.compile(r"[├╰]─ (\w+)\s+([\d.]+) (\w+)\s+│[^│]+│")


def fastest(shape, samples=3):
    """Seconds that parsing, judging once and judging after every round take, by name."""
    environment = {**os.environ, **CREDENTIALS, "AWS_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}
    with Cloud(shape) as cloud:
        environment["AWS_ENDPOINT_URL"] = cloud.url
        words = ["--bench", "--sample-size", "1", "--sample-count", str(samples)]
        done = subprocess.run([binaries.example("judging"), *words], env=environment, capture_output=True, text=True,
                              check=True)
    found = {name: float(value) * UNITS[unit] for name, value, unit in LINE.findall(done.stdout)}
    assert found.keys() == {"parse", "judge", "judge_all_rounds"}, done.stdout
    return found
