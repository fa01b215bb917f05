"""A pass that registers tasks in many target groups beside one that finds nothing, as `examples/repairing` measures them."""

import json
import subprocess

from . import binaries


def measured():
    """Each pass by its number of target groups, and of missing targets in each."""
    done = subprocess.run([binaries.example("repairing")], capture_output=True, text=True, check=True)
    passes = [json.loads(line) for line in done.stdout.splitlines()]
    return {(one["groups"], one["missing"]): one for one in passes}
