"""A worse number is told, a tolerated one isn't; and the floors are what they say."""

import copy

from bench.check import better, worse
from bench.cloud import Shape
from bench.floors import fewest_of_guard, fewest_of_registrar, fewest_of_suspicions, fewest_of_sweep, forced_seconds

BASELINE = {
    "calls": {"a pass": {"ecs:DescribeTasks": 10, "ecs:DescribeServices": 1}},
    "zip_bytes": {"x86_64": {"registrar": 4_000_000}},
}


def now(**calls):
    changed = copy.deepcopy(BASELINE)
    changed["calls"]["a pass"] |= {f"ecs:{operation}": count for operation, count in calls.items()}
    return changed


def of_size(size):
    return {"calls": {}, "zip_bytes": {"x86_64": {"registrar": size}}}


def test_the_same_is_neither_worse_nor_better():
    assert worse(BASELINE, BASELINE) == better(BASELINE, BASELINE) == []


def test_one_call_more_is_worse():
    assert worse(BASELINE, now(DescribeTasks=11)) == ["a pass: 11 ecs:DescribeTasks, 10 in the baseline"]
    assert worse(BASELINE, now(DescribeClusters=1)) == ["a pass: 1 ecs:DescribeClusters, 0 in the baseline"]


def test_one_call_less_is_better_and_not_worse():
    assert better(BASELINE, now(DescribeTasks=9)) == ["a pass: 9 ecs:DescribeTasks, 10 in the baseline"]
    assert worse(BASELINE, now(DescribeTasks=9)) == []


def test_what_the_baseline_does_not_know_is_worse():
    assert worse({**BASELINE, "calls": {}}, BASELINE) == ["a pass: not in the baseline"]


def test_a_zip_may_grow_by_two_percent():
    assert worse(BASELINE, of_size(4_080_000)) == []
    assert worse(BASELINE, of_size(4_080_001)) == [
        "zip of registrar on x86_64: 4,080,001 bytes, 4,000,000 in the baseline"]
    assert better(BASELINE, of_size(3_900_000)) == [
        "zip of registrar on x86_64: 3,900,000 bytes, 4,000,000 in the baseline"]


def test_the_fewest_calls_follow_from_the_batches():
    assert fewest_of_registrar(Shape(1, 1_000)).total() == 10 + 1 + 1 + 1
    assert fewest_of_registrar(Shape(100, 1_000)).total() == 10 + 10 + 1 + 100
    assert fewest_of_guard(Shape(1, 1_000)).total() == 10 + 1 + 2 + 1
    assert fewest_of_sweep(Shape(200, 10_000)).total() == 838
    assert fewest_of_suspicions(Shape(200, 10_000)).total() == 838 + 2 + 2 + 1 + 11


def test_the_tightest_quota_forces_the_time():
    calls = {"elasticloadbalancing:DescribeTargetHealth": 240, "elasticloadbalancing:DescribeTargetGroups": 1,
             "ecs:DescribeTasks": 100, "ecs:ListTasks": 100}
    assert forced_seconds(calls) == (241 - 40) / 10
    assert forced_seconds(calls, share=0.5) == (241 - 20) / 5
    assert forced_seconds({"ecs:DescribeTasks": 101, "ecs:ListTasks": 100}) == (201 - 100) / 20
    assert forced_seconds({"dynamodb:Query": 1_000_000}) == 0
