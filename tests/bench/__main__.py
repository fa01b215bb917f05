"""`python -m bench`: measures everything and prints one table. Fails where a count is over its goal, and nowhere else."""

import json
import sys
from itertools import pairwise

from . import binaries, judging, passes, repairing, start, sweeps
from .cloud import Cloud, Shape
from .counts import SWEPT, all_counts, events, settings
from .table import at_most, compared, markdown, megabytes, microseconds, milliseconds, number, seconds

STARTS = 41


def starting():
    """Starts of each function between those of one that does nothing, and the fastest of each: all else only adds to it."""
    with Cloud(Shape(1, 10)) as cloud:
        event = json.dumps(events(cloud, 1)).encode()
        paths = {"hello": binaries.example("hello"), **{name: binaries.function(name) for name in binaries.FUNCTIONS}}
        starts = {name: [] for name in paths}
        for _ in range(STARTS):
            for name, path in paths.items():
                # The audit isn't told of tasks: a sweep of this account is all it does.
                told = b"{}" if name == "audit" else event
                starts[name].append(start.start(path, settings(cloud, name), told, warm=5))
    fastest = {name: start.fastest(some) for name, some in starts.items()}
    hello = fastest["hello"].poll
    for name in binaries.FUNCTIONS:
        yield compared(f"first poll, {name}", fastest[name].poll, hello, "hello-world", milliseconds, most=2.0)
    for name in ("registrar", "guard"):
        yield compared(f"first answer that needs AWS, over a warm one, {name}", fastest[name].start_up, hello,
                       "hello-world's first poll", milliseconds, most=5.0)
    for name in ("registrar", "guard"):
        yield compared(f"first answer that needs AWS, {name}", fastest[name].answer, fastest[name].warm, "warm",
                       milliseconds)


def sizes():
    for name in binaries.FUNCTIONS:
        yield at_most(f"zip, {name}", binaries.zip_size(name), None if name == "audit" else 4.5e6, megabytes)
    for name in ("registrar", "guard"):
        first, later = passes.peaks(name)
        yield at_most(f"peak memory, 1,000 events, {name}", first, 24e6, megabytes)
        yield at_most(f"the same after {passes.SOME_TIME} batches, {name}", later, 24e6, megabytes)


def warm():
    per_event = passes.cpu_per_event()
    for size, cpu in per_event.items():
        yield compared(f"CPU time an event, registrar, batch of {size:,}", cpu, per_event[1], "batch of 1", microseconds)


def calls():
    for counted in all_counts():
        most = 1.02 if counted.what.startswith("sweep") else 1.0
        yield compared(f"ECS, ELB and EC2 calls, {counted.what}", counted.watched, counted.fewest.total(), "fewest",
                       number, most=most, is_count=True)
        if counted.what.endswith("remembering"):
            yield compared(f"ELB calls, {counted.what}", counted.of("elasticloadbalancing"), SWEPT.services, "target groups",
                           number, most=1.1, is_count=True)


def quotas(waited):
    """Within 10 % of what the quotas force; with half of them, of twice that."""
    for what, (swept, _), against in (
            ("sweep, share 1, calls take 20 ms", waited.full, "forced"),
            ("sweep, share 1, calls take no time", waited.quick, "forced"),
            ("sweep, share 0.5, calls take 20 ms", waited.half, "twice forced"),
            ("two sweeps at once, share 0.5 each", waited.two, "twice forced")):
        forced = waited.full[0][0].forced * (1 if against == "forced" else 2)
        yield compared(what, max(one.seconds for one in swept), forced, against, seconds, most=1.1)
    took, forced = waited.remembering
    yield compared("sweep, share 1, calls take 20 ms, remembering", took, forced, "forced", seconds, most=1.1)
    for what, runs in (("share 1", (waited.full, waited.quick)), ("share 0.5", (waited.half,)),
                       ("two at once, share 0.5 each", (waited.two,))):
        yield at_most(f"throttled calls, {what}", sum(throttled for _, throttled in runs), 0, number, is_count=True)


def costs(waited):
    swept = [one for runs, _ in (waited.full, waited.quick, waited.half, waited.two) for one in runs]
    yield compared("CPU time of a sweep", min(one.cpu for one in swept), waited.floor, "fetching and parsing", seconds,
                   most=1.5)
    yield at_most("peak memory of a sweep", max(one.peak for one in swept), 96e6, megabytes)
    for (small, small_floor), (large, large_floor) in pairwise(zip(waited.grown, waited.grown_floors, strict=True)):
        what = f"from {small.shape.tasks:,} to {large.shape.tasks:,} tasks"
        times = large.shape.tasks / small.shape.tasks
        yield compared(f"CPU time, {what}", large.cpu, small.cpu * times, f"{times:g} × the smaller", seconds, most=1.0)
        yield compared(f"the same of fetching and parsing alone, {what}", large_floor, small_floor * times,
                       f"{times:g} × the smaller", seconds)
        yield compared(f"peak memory, {what}", large.peak, small.peak * times, f"{times:g} × the smaller", megabytes,
                       most=1.0)
    largest, largest_floor = waited.grown[-1], waited.grown_floors[-1]
    yield compared(f"CPU time of a sweep, {largest.shape.tasks:,} tasks", largest.cpu, largest_floor,
                   "fetching and parsing", seconds, most=1.5)


def judged():
    found = {shape.tasks: judging.fastest(shape) for shape in judging.SHAPES}
    for tasks, times in found.items():
        most = 1 / 3 if tasks == 100_000 else None
        for name, what in (("judge", "judge and plan once"), ("judge_all_rounds", "after every round of a sweep")):
            row = compared(f"{what}, {tasks:,} tasks", times[name], times["parse"], "parsing", milliseconds, most=most)
            row.goal = "≤ 1/3 ×" if most else ""
            yield row


def repaired():
    found = repairing.measured()
    for groups, missing in ((100, 2), (200, 2), (200, 5)):
        one, nothing = found[groups, missing], found[groups, 0]
        what = f"registering {missing} tasks in each of {groups} target groups"
        yield compared(f"judged target groups, {what}", one["judged_groups"], nothing["judged_groups"],
                       "finding nothing", number, most=4.0, is_count=True)
        yield compared(f"CPU time, {what}", one["cpu_seconds"], nothing["cpu_seconds"], "finding nothing", milliseconds)


def main():
    sections = [("Calls", list(calls()))]
    waited = sweeps.all_waiting()
    sections += [
        ("10,000 tasks in 200 services under AWS's quotas", list(quotas(waited))),
        ("The same beside the SDK alone", list(costs(waited))),
        ("Warm passes", list(warm())),
        ("Start", list(starting())),
        ("Size", list(sizes())),
        ("Judging, every rule", list(judged())),
        ("Repairs in many target groups, in memory", list(repaired())),
    ]
    print(markdown(sections))
    rows = [row for _, rows in sections for row in rows]
    missed = [row for row in rows if row.met is False]
    over = [row.what for row in missed if row.is_count]
    print(f"\n{len(missed)} of {sum(row.met is not None for row in rows)} goals missed, {len(over)} of them counts")
    return 1 if over else 0


sys.exit(main())
