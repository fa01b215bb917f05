"""The demo's second part: the guard puts right the security groups of tasks, and says which rule keeps the balancer out.

One task of the service `web` lacks the required group `base`: the guard mends that. The group of the service `api`
doesn't let the network load balancer in: the guard reports it, with the missing rule in words.
"""

import sys

from guard_scenes import Worn, guarding
from harness.account import Account
from harness.events import scheduled
from harness.lambda_runtime import Function, settings_of
from rich.table import Table
from rich.text import Text
from tables import findings_table

STORY = """\
The policy requires the security group [bold]base[/bold]. One task of [bold]web[/bold] came up without it. The group of \
the service [bold]api[/bold] lets nothing in, so that the balancer's traffic never arrives.
"""


def show_the_guard(console, server, binary):
    """Runs the guard over an account with both faults until it is at rest."""
    scene = Scene(Account(server))
    console.rule("[bold]The guard")
    console.print(STORY)
    console.print(worn_table("Before", scene))
    queue, ledger = scene.account.queue(), scene.account.ledger()
    policy = guarding(required=["name:base"], confirm_after="1s")
    with Function(binary, settings_of(server.url, policy, ledger=ledger, queue=queue, name="guard"), show=None) as guard:
        for number in range(1, 4):
            queue.send(scheduled())
            passes = queue.deliver(guard, within=30)
            console.print(f"[bold]Repairing, round {number}[/bold]")
            for each in passes:
                done = [f"{action} ({rule})" for rule, action, _ in each.repairs("done")]
                waiting = len(each.repairs("waiting"))
                console.print("  pass: " + (", ".join(done) or "nothing to do now")
                              + (f"; {waiting} to be looked at again" if waiting else ""))
            if not any(each.repairs("done", "waiting") for each in passes):
                break
    console.print(findings_table("At rest: what is left to people", passes[-1].report))
    for finding in passes[-1].findings("ingress-traffic-blocked"):
        console.print(f"[bold]{finding['rule']}[/bold], what to do: {finding['remedy']}\n")
    console.print(worn_table("After", scene))
    if any(scene.lacks(task) for task in scene.tasks):
        sys.exit("every task should wear the required group by now")
    if not passes[-1].findings("ingress-traffic-blocked"):
        sys.exit("the group that lets nothing in should have been reported")
    console.print("[bold green]Every task has the security groups that are required; the rule that api lacks is in the report.")


class Scene(Worn):
    """The service `web` with one task that lacks `base`, and the service `api` whose group lets nothing in."""

    def __init__(self, account):
        super().__init__(account)
        self.closed = self.security_group("closed")
        self.open_to_all(self.groups["tasks"])
        self.api = self.web.neighbour(desired=1)
        self.declares("closed", "base", service=self.api)
        (self.shut_out,) = self.api.start_tasks(1)
        self.wear(self.shut_out, "closed", "base")
        self.tasks.append(self.shut_out)

    def open_to_all(self, group):
        self.account.aws.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}])

    def lacks(self, task):
        return "base" not in self.worn(task)


def worn_table(title, scene):
    """The security groups of each task's interface."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in ("task", "interface", "security groups", ""):
        table.add_column(column)
    for task in scene.tasks:
        service = "api" if task is scene.shut_out else "web"
        verdict = Text("lacks base", style="bold red") if scene.lacks(task) else Text("right", style="green")
        if task is scene.shut_out:
            verdict = Text("lets nothing in", style="bold red")
        table.add_row(f"{task.arn.rsplit('/', 1)[1][:8]} of {service}", task.interface,
                      ", ".join(sorted(scene.worn(task))), verdict)
    return table
