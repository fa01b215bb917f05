"""`make acceptance ACCOUNT=…`: deploys a stack and the guard, plays the stories, takes all of it away, and writes a report.

What it costs, at the list prices of us-east-1 (2025), an hour: a Network Load Balancer 0.03 USD, a NAT gateway and its address
0.05, two Fargate tasks (four during a deployment) 0.03, a key 0.00: about 0.15 USD for a run of three quarters of an hour.

It makes a VPC of its own and touches nothing outside it; the guard observes everything, and may change that stack only. What it
has made is taken away whatever happens, and by the next run if it is killed (its Terraform state is kept in `.tmp/acceptance`).
"""

import argparse
import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

from stack import ROOT

from . import report
from .place import NAME, Place, session
from .stories import STORIES


def main():
    parser = argparse.ArgumentParser(prog="acceptance", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--account", help="the id of the account, typed out as consent")
    parser.add_argument("--built", type=Path, help="where the functions are built already, for this machine's kind")
    parser.add_argument("--command-line", type=Path, default=ROOT / "target/release/ecs-nlb-guard")
    parser.add_argument("--emulated", action="store_true", help="the account is an emulator: the report says so")
    parser.add_argument("--report", type=Path, default=ROOT / "target/acceptance.md")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupted)
    at = session()
    if not at.region_name:
        sys.exit("acceptance: no Region is set: say AWS_REGION=eu-central-1, or the one to play in")
    folder = ROOT / ".tmp/acceptance" / ("emulated" if options.emulated else at.region_name)
    place = Place(folder, at, options.built, options.emulated)
    if options.account != place.account:
        sys.exit(f"acceptance: these are credentials of account {place.account}. If that is the account to make a load balancer, a NAT "
                 f"gateway and tasks in, at about 0.15 USD: make acceptance ACCOUNT={place.account}")
    place.command_line = lambda *words: run_command_line(options.command_line, *words)
    told = report.Report(place, options.emulated)
    try:
        told.time("the stack was deployed", place.deploy_example)
        told.time("the guard was deployed", place.deploy_guard)
        for story in STORIES:
            play(story, place, told)
    except KeyboardInterrupt:
        told.failed("interrupted", "everything is taken away now")
    finally:
        # Once more interrupted it would leave things that cost money.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        told.time("the guard was destroyed", place.destroy_guard)
        told.time("the stack was destroyed", place.destroy_example)
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(told.markdown())
        print(f"acceptance: the report is {options.report}")
    sys.exit(1 if told.has_failures() else 0)


def play(story, place, told):
    """Plays one story; one that fails doesn't keep the others from being played."""
    print(f"acceptance: {report.title(story)}", flush=True)
    start = time.monotonic()
    try:
        seen = story(place)
    except Exception as error:  # whatever it is, it goes into the report
        traceback.print_exc()
        told.failed(report.title(story), f"{type(error).__name__}: {error}")
    else:
        told.story(report.title(story), seen, time.monotonic() - start)


def run_command_line(binary, *words):
    done = subprocess.run([binary, *words], capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 0, f"{NAME}: {words}: {done.stdout}{done.stderr}"


def interrupted(*_):
    raise KeyboardInterrupt


main()
