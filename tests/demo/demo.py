"""`make demo`: the registrar takes real ECS events and repairs a broken account, in seconds and on this machine.

A moto server is the account: a network load balancer with an `ip` target group, a service of awsvpc tasks behind it.
Then ECS forgets two registrations and leaves a dead address behind, another service's task inherits a third address,
and a task is on the wrong port. The task state changes wait in an SQS queue; Lambda's event source mapping and runtime
API are played here, everything else is the real binary. Then the guard looks at what tasks wear (`guard_demo`).
"""

import os
import signal
import sys
from pathlib import Path

from harness.account import Account
from harness.lambda_runtime import Function, repairing, settings_of
from harness.server import MotoServer
from rich.console import Console
from scenes import EverythingWrong
from guard_demo import show_the_guard
from tables import account_table, findings_table

TARGET = Path(__file__).resolve().parents[2] / "target"
OBSERVING = repairing(mode="observe")
REPAIRING = repairing(confirm_after="1s")

STORY = """\
The service [bold]web[/bold] serves at port 8080 behind a network load balancer. ECS has forgotten to register two of
its tasks and to deregister a dead one; a task of the service [bold]api[/bold] got the address of another dead one, whose target the ledger saw; one
task is registered on port 8081, which the service used before; and someone has registered a box on purpose.
"""


def main():
    # However this ends, the server and the function end with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    console = Console(width=None if sys.stdout.isatty() else 130, highlight=False)
    registrar_binary, guard_binary = binary("registrar"), binary("guard")
    with MotoServer() as server:
        account = Account(server)
        wrong = EverythingWrong(account)
        queue, ledger = account.queue(), account.ledger()
        console.print(STORY)
        console.print(account_table("Before", wrong))
        before = wrong.targets()

        with Function(registrar_binary, settings_of(server.url, OBSERVING, ledger=ledger), show=None) as registrar:
            queue.send(*wrong.events)
            (observed, *_) = queue.deliver(registrar)
        console.print(findings_table("Observing: what the registrar would do", observed.report))
        if wrong.targets() != before:
            sys.exit("observing has changed the account")

        with Function(registrar_binary, settings_of(server.url, REPAIRING, ledger=ledger, queue=queue), show=None) as registrar:
            last = repair_until_rest(console, queue, registrar, wrong.events)
        console.print(findings_table("At rest: what is left to people", last.report))
        console.print(account_table("After", wrong))
        if wrong.targets() != wrong.cure:
            sys.exit(f"the account should have ended as {wrong.cure}")
        console.print("[bold green]Every task that serves is registered, on its port; nothing else of the service is.\n")
        server.reset()
        show_the_guard(console, server, guard_binary)


def binary(function):
    """A function's binary: in the folder `GUARD_BINARIES`, or as it is shipped."""
    folder = os.environ.get("GUARD_BINARIES")
    path = Path(folder) / function if folder else TARGET / f"lambda/{function}/bootstrap"
    if not path.is_file():
        sys.exit(f"{path} is missing: run make demo")
    return path


def repair_until_rest(console, queue, registrar, events, rounds=6):
    """Sends the events until a round changes nothing. A round is the events and the looks they lead to."""
    for number in range(1, rounds + 1):
        queue.send(*events)
        passes = queue.deliver(registrar, within=30)
        console.print(f"[bold]Repairing, round {number}[/bold]")
        for each in passes:
            done = [f"{action} ({rule})" for rule, action, _ in each.repairs("done")]
            waiting = len(each.repairs("waiting"))
            console.print("  pass: " + (", ".join(done) or "nothing to do now")
                          + (f"; {waiting} to be looked at again" if waiting else ""))
        if not any(each.repairs("done", "waiting") for each in passes):
            return passes[-1]
    sys.exit(f"no rest after {rounds} rounds")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
