"""`python -m bench.check`: counts of calls and sizes of zips against `baseline.json`. Fails on any that is worse.

`--write` makes what is measured the baseline.
"""

import json
import platform
import sys
from pathlib import Path

from . import binaries
from .counts import all_counts

BASELINE = Path(__file__).with_name("baseline.json")

#: How much larger than in the baseline a zip may be: another patch of the compiler isn't a regression.
SIZE_TOLERANCE = 0.02


def measured():
    """What the binaries cost, in the form of the baseline."""
    return {
        "calls": {counted.what: dict(sorted(counted.calls.items())) for counted in all_counts()},
        # Machine code differs from one kind of machine to the other.
        "zip_bytes": {platform.machine(): {name: binaries.zip_size(name) for name in binaries.FUNCTIONS}}
                     if binaries.are_shipped() else {},
    }


def worse(baseline, now):
    """A sentence on everything that is worse than in the baseline, or that it doesn't know."""
    sentences = []
    for what, calls in now["calls"].items():
        known = baseline["calls"].get(what)
        if known is None:
            sentences.append(f"{what}: not in the baseline")
            continue
        sentences += [f"{what}: {count} {action}, {known.get(action, 0)} in the baseline"
                      for action, count in calls.items() if count > known.get(action, 0)]
    for machine, sizes in now["zip_bytes"].items():
        known = baseline["zip_bytes"].get(machine, {})
        sentences += [f"zip of {name} on {machine}: {size:,} bytes, {known[name]:,} in the baseline"
                      for name, size in sizes.items() if name in known and size > known[name] * (1 + SIZE_TOLERANCE)]
    return sentences


def better(baseline, now):
    """The same on what is better by so much that the baseline should say so."""
    sentences = [f"{what}: {calls.get(action, 0)} {action}, {count} in the baseline"
                 for what, calls in now["calls"].items()
                 for action, count in baseline["calls"].get(what, {}).items() if calls.get(action, 0) < count]
    for machine, sizes in now["zip_bytes"].items():
        known = baseline["zip_bytes"].get(machine, {})
        sentences += [f"zip of {name} on {machine}: {size:,} bytes, {known.get(name, 0):,} in the baseline"
                      for name, size in sizes.items() if size < known.get(name, size + 1) * (1 - SIZE_TOLERANCE)]
    return sentences


def main(arguments):
    now = measured()
    if arguments == ["--write"]:
        known = json.loads(BASELINE.read_text()) if BASELINE.exists() else {"zip_bytes": {}}
        now["zip_bytes"] = {**known["zip_bytes"], **now["zip_bytes"]}
        BASELINE.write_text(json.dumps(now, indent=2) + "\n")
        return 0
    baseline = json.loads(BASELINE.read_text())
    if not now["zip_bytes"]:
        print("sizes were not compared: this is a development build; RELEASE=1 builds what is shipped")
    for machine in now["zip_bytes"].keys() - baseline["zip_bytes"].keys():
        print(f"sizes were not compared: the baseline has none of {machine}")
    for sentence in better(baseline, now):
        print(f"better: {sentence}")
    regressions = worse(baseline, now)
    for sentence in regressions:
        print(f"WORSE: {sentence}")
    print(f"{len(now['calls'])} counts and {sum(map(len, now['zip_bytes'].values()))} sizes compared with {BASELINE.name}")
    return 1 if regressions else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
