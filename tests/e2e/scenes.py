"""Scenes that many tests begin with."""

import time

from harness.events import sqs

SWEEP = {}
PORT = 8080


class Web:
    """A healthy service `web` in the cluster `prod`: three tasks at port 8080 behind a group whose own port is 80."""

    def __init__(self, account, tasks=3, **service):
        self.account = account
        self.vpc = account.vpc()
        self.subnet = self.vpc.subnets[0]
        self.group = self.vpc.target_group("web", port=80)
        self.cluster = account.cluster("prod")
        self.service = self.cluster.service("web", {self.group: PORT}, desired=tasks, **service)
        self.tasks = self.service.start_tasks(tasks) if tasks else []

    def neighbour(self, name="api", cluster=None, port=PORT, **service):
        """Another service in the VPC, behind a group of its own."""
        group = self.vpc.target_group(name, port=80)
        return (cluster or self.cluster).service(name, {group: port}, **service)

    def worker(self, name, **service):
        """Another service in the VPC that names no load balancer."""
        return self.cluster.service(name, {}, subnets=self.vpc.subnets, ports=[PORT], **service)

    def healthy(self):
        """The targets of the tasks that are there from the start."""
        return {task.target() for task in self.tasks}

    def dead_task(self, remembered=False, **options):
        """A task that served and stopped; ECS forgot its target, nothing has the address. The ledger may remember it."""
        task = self.service.start_task(**options)
        if remembered:
            self.account.ledgers_saw(self.group, task.target(), task, self.service)
        task.die()
        return task

    def hijacked_task(self, heir=None, **options):
        """A dead task that the ledger remembers, and whose address a task of another service got. Returns both."""
        task = self.dead_task(remembered=True, **options)
        heir = heir or self.neighbour()
        return task, heir.start_task(address=task.address)


def wait_for(condition, within=10.0):
    """What the condition returns once that is something."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited for {within} s in vain"
        time.sleep(0.02)
    return value


def until_rest(function, event, passes=6):
    """Invokes the function with the event again and again until a pass has nothing left to do; returns every pass.

    A pass is repeated at least once, so that a test of something left alone looks at it more than once.
    """
    invocations = []
    while len(invocations) < passes:
        invocations.append(function.invoke(event))
        if len(invocations) > 1 and not invocations[-1].repairs("done", "waiting", "planned"):
            return invocations
    raise AssertionError(f"no rest after {passes} passes: {[each.reasons() for each in invocations]}")


def deliver_until_rest(function, *bodies):
    """The same, with the bodies as an SQS batch in which no message may fail."""
    invocations = until_rest(function, sqs(*bodies))
    failed = [each.failed for each in invocations]
    assert not any(failed), f"messages failed: {failed}\n{invocations[0].logged_text()}"
    return invocations


class EverythingWrong(Web):
    """The service with one fault of each kind, `events` that tell of it, and the `cure`: targets as they should end."""

    def __init__(self, account):
        super().__init__(account, earlier_ports=[PORT + 1])
        self.forgotten = [self.service.start_task(registered=False) for _ in range(2)]
        self.dead = self.dead_task()
        self.hijacked, self.heir = self.hijacked_task()
        self.mistaken = self.service.start_task(registered=False)
        self.group.register(self.mistaken.address, PORT + 1)
        self.account.ledgers_saw(self.group, (self.mistaken.address, PORT + 1), self.mistaken, self.service)
        self.box = (self.subnet.interface(self.subnet.address(200)).address, PORT)
        self.group.register(*self.box)
        tasks = [*self.tasks, *self.forgotten, self.dead, self.hijacked, self.heir, self.mistaken]
        self.events = [task.event() for task in tasks]
        serving = self.healthy() | {task.target() for task in (*self.forgotten, self.mistaken)}
        self.cure = {"web": serving | {self.box}, "api": {self.heir.target()}}

    def targets(self):
        return {name: set(states) for name, states in self.account.targets().items()}
