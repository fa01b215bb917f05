"""The account and the registrar's report as tables."""

from rich.table import Table
from rich.text import Text

COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}
STATUS = {"done": "green", "planned": "blue", "waiting": "yellow", "withheld": "magenta"}


def account_table(title, scene):
    """Each target of each group, and each task that should be one: who has the address, and what is wrong with it."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in ("target group", "target", "state", "who has the address", ""):
        table.add_column(column)
    owners = _owners(scene)
    for group, states in scene.account.targets().items():
        should = scene.cure[group]
        for target in sorted(set(states) | should, key=_by_address):
            address, port = target
            registered, right = target in states, target in should
            verdict = {
                (True, True): Text("right", style="green"),
                (False, True): Text("missing", style="bold red"),
                (True, False): Text("does not belong here", style="bold red"),
            }[registered, right]
            table.add_row(group, f"{address}:{port}", states.get(target, "-"), owners.get(address, "nothing"), verdict)
        table.add_section()
    return table


def findings_table(title, report):
    """The report's findings with what is done about each."""
    table = Table(title=title, title_justify="left", title_style="bold", show_lines=True)
    for column in ("severity", "finding", "repair"):
        table.add_column(column, overflow="fold")
    for finding in report["findings"]:
        repairs = Text()
        for repair in finding.get("repairs", []):
            if repairs:
                repairs.append("\n")
            repairs.append(f"{repair['action']} ")
            repairs.append(repair["status"], style=STATUS.get(repair["status"], "red"))
            if repair.get("reason"):
                repairs.append(f": {repair['reason']}")
        summary = Text(finding["rule"], style="bold")
        summary.append(f"\n{finding['summary']}", style="not bold")
        table.add_row(Text(finding["severity"], style=COLOURS[finding["severity"]]), summary, repairs)
    if not report["findings"]:
        table.add_row("", "nothing", "")
    coverage = report["coverage"]
    calls = sum(report["calls"].values())
    table.caption_justify = "left"
    table.caption = (f"{coverage['services']} services, {coverage['tasks']} tasks, {coverage['target_groups']} target "
                     f"groups, {coverage['targets']} targets read in {calls} calls; {len(coverage['unread'])} unread")
    return table


def _owners(scene):
    """Who has an address, in words, as EC2 and ECS tell it."""
    aws = scene.account.aws
    owners = {interface["PrivateIpAddress"]: f"{interface['NetworkInterfaceId']}, {interface['Description']}"
              for interface in aws.ec2.describe_network_interfaces()["NetworkInterfaces"]}
    for cluster in aws.ecs.list_clusters()["clusterArns"]:
        arns = aws.ecs.list_tasks(cluster=cluster)["taskArns"]
        for task in aws.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]:
            details = {detail["name"]: detail["value"] for detail in task["attachments"][0]["details"]}
            owners[details["privateIPv4Address"]] = (
                f"task {task['taskArn'].rsplit('/', 1)[1][:8]} of {task['group'].removeprefix('service:')}")
    return owners


def _by_address(target):
    return [int(part) for part in target[0].split(".")], target[1]
