"""A fleet of services whose tasks come and go, with an ECS that forgets a part of its work, and what was true when.

Two services share a subnet, so that an address passes from a task of one to a task of the other. Every tenth service's
group is `tight`: a policy may allow few removals there. Every fifth group has foreign targets in it.
"""

import random
import time
from collections import defaultdict
from dataclasses import dataclass, field

from harness.events import task_state_change

PORT = 8080

#: Each of these is told of by an event, the last one is what the task is.
STARTING = ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")
STOPPING = ("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")

#: Shares of the tasks that ECS forgets to register, of the targets that it forgets to remove, and of the tasks that get an
#: address another one had.
FORGOTTEN, LEFT, INHERITED = 0.15, 0.3, 0.2


@dataclass
class Tenancy:
    """A task's time at its address."""

    task: object
    since: float
    until: float = float("inf")


@dataclass
class Unit:
    """A service with its group, its live tasks, and the targets in the group that aren't ECS's."""

    service: object
    group: object
    subnet: object
    live: list = field(default_factory=list)
    foreign: set = field(default_factory=set)

    @property
    def is_tight(self):
        return self.group.name.startswith("tight-")

    def serving(self):
        return {(task.address, PORT) for task in self.live}


class Fleet:
    """`size` services of `tasks` tasks each; `events` tells what happened since it was last asked."""

    def __init__(self, account, seed, size=50, tasks=12):
        self.account, self._random = account, random.Random(f"{seed} fleet")
        self._tenancies, self._freed, self._untold = defaultdict(list), defaultdict(list), defaultdict(list)
        account.deregistered_targets_drain()
        self._vpc = account.vpc()
        clusters = [account.cluster(f"cluster-{number}") for number in range(5)]
        self.units = [self._unit(number, clusters[number % 5]) for number in range(size)]
        for unit in self.units:
            self._start(unit, tasks)

    def _unit(self, number, cluster):
        pair, second = divmod(number, 2)
        subnet = self._subnet(pair) if not second else self._vpc.subnets[-1]
        group = self._vpc.target_group(f"{'tight' if number % 10 == 0 else 'group'}-{number}", balancer=None)
        service = cluster.service(f"service-{number}", {group: PORT}, subnets=[subnet])
        unit = Unit(service, group, subnet)
        if number % 5 == 0:
            self._add_foreign(unit, pair, second)
        return unit

    def _subnet(self, pair):
        return self._vpc.subnet(f"10.0.{16 + 4 * pair}.0/22", zone="abc"[pair % 3])

    def _add_foreign(self, unit, pair, second):
        """A box, an address nobody ever had, and one that is elsewhere."""
        end = f"10.0.{16 + 4 * pair + 3}."
        box = unit.subnet.interface(f"{end}{200 + second}").address
        unit.foreign = {(box, PORT), (f"{end}{210 + second}", PORT), (f"192.0.2.{pair}", PORT)}
        unit.group.register_all([address for address, _ in unit.foreign], PORT)

    # What happens.

    def deploy(self, units, tasks):
        """So many tasks of each service are replaced; ECS forgets to do a part of it."""
        for unit in units:
            self._stop(unit, tasks)
            self._start(unit, tasks)

    def _start(self, unit, count):
        freed = self._freed[unit.subnet.id]
        self._random.shuffle(freed)
        for _ in range(min(len(freed), round(count * INHERITED))):
            unit.subnet.next_task_gets(freed.pop())
        tasks = unit.service.start_tasks(count, unit.subnet, registered=False)
        now = time.monotonic()
        for task in tasks:
            task.is_forgotten_by_ecs = self._random.random() < FORGOTTEN
            self._tenancies[task.address].append(Tenancy(task, now))
        registered = [task.address for task in tasks if not task.is_forgotten_by_ecs]
        if registered:
            unit.group.register_all(registered, PORT)
        unit.live += tasks
        self._tell(unit, tasks, STARTING, "RUNNING")

    def _stop(self, unit, count):
        self._random.shuffle(unit.live)
        stopped, unit.live = unit.live[:count], unit.live[count:]
        for task in stopped:
            self._tenancies[task.address][-1].until = time.monotonic()
            # What ECS didn't register it doesn't leave behind.
            task.stop(leaves_target=not task.is_forgotten_by_ecs and self._random.random() < LEFT)
        self._freed[unit.subnet.id] += [task.address for task in stopped]
        self._tell(unit, stopped, STOPPING, "STOPPED")

    def _tell(self, unit, tasks, statuses, desired):
        ecs = self.account.aws.ecs
        arns = [task.arn for task in tasks]
        described = ecs.describe_tasks(cluster=unit.service.cluster.name, tasks=arns)["tasks"]
        for task in described:
            for step, status in enumerate(statuses, start=1 - len(statuses)):
                told = task | {"lastStatus": status, "desiredStatus": desired, "version": 10 * task.get("version", 3) + step}
                self._untold[unit.group.arn].append(task_state_change(told))

    def events(self, units):
        """State changes of these services that weren't asked for before."""
        return [event for unit in units for event in self._untold.pop(unit.group.arn, [])]

    # What is true.

    def unit_of(self, group_arn):
        return next(unit for unit in self.units if unit.group.arn == group_arn)

    def tenant(self, unit, address, at):
        """The live task of this service that had the address at that time."""
        return next((tenancy.task for tenancy in self._tenancies[address]
                     if tenancy.since <= at < tenancy.until and unit.group in tenancy.task.groups), None)

    def turn(self, address, at):
        """How often the address had changed hands by then."""
        times = [moment for tenancy in self._tenancies[address] for moment in (tenancy.since, tenancy.until)]
        return sum(moment <= at for moment in times)

    def vacant_since(self, address, at):
        """When the last task that had the address by then stopped, or lost it; never where none had."""
        return max((one.until for one in self._tenancies[address] if one.until <= at), default=float("-inf"))

    def wrong(self):
        """What isn't as it should be, but for the stale targets of tight groups."""
        wrong = []
        for unit in self.units:
            states = unit.group.states()
            placed = {target for target, state in states.items() if state != "draining"}
            wrong += [f"{unit.group.name} lacks {target} ({states.get(target)})"
                      for target in sorted(unit.serving() - placed)]
            wrong += [f"{unit.group.name} lost the foreign {target}" for target in sorted(unit.foreign - placed)]
            stale = placed - unit.serving() - unit.foreign
            wrong += [f"{unit.group.name} has {target}" for target in sorted(stale)
                      if not unit.is_tight]
        return wrong
