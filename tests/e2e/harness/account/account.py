"""The account itself: what is in it, and its whole state to compare."""

from ..place import ACCOUNT, REGION
from .cluster import Cluster
from .clients import clients_of
from .event_bus import EventBus
from .ledger import Ledger
from .network import Vpc
from .queue import Queue
from .topic import Topic


class Account:
    """An account in a server that was just reset."""

    def __init__(self, server):
        self.server, self.id, self.region = server, ACCOUNT, REGION
        self.aws = clients_of(server.url)
        self.target_groups, self.ledgers, self.seen_by_ledgers = [], [], []

    def vpc(self, cidr="10.0.0.0/16", subnets=("10.0.1.0/24", "10.0.2.0/24"), **options):
        """A VPC with a subnet in each of the first zones."""
        return Vpc(self, cidr, subnets, **options)

    def cluster(self, name):
        return Cluster(self, name)

    def ledger(self):
        """A new ledger table, empty but for what the account's ledgers are said to have seen."""
        self.ledgers.append(Ledger(self))
        for seen in self.seen_by_ledgers:
            self.ledgers[-1].saw(*seen)
        return self.ledgers[-1]

    def ledgers_saw(self, *seen):
        """A pass saw a target registered for a live task: every ledger of the account has that, those to come too."""
        self.seen_by_ledgers.append(seen)
        for ledger in self.ledgers:
            ledger.saw(*seen)

    def queue(self, **options):
        """A new, empty queue of the function, with its dead-letter queue."""
        return Queue(self, **options)

    def topic(self, **options):
        """A new topic for alerts, with somebody who listens."""
        return Topic(self, **options)

    def event_bus(self):
        """A new event bus, with a queue that gets every event on it."""
        return EventBus(self)

    def behaves_as_plain_moto(self):
        """From here on the server answers as moto does where that differs from AWS."""
        self.server.stage("switch", as_aws=False)

    def deregistered_targets_drain(self):
        """As on AWS: a deregistered target stays in its group as `draining`."""
        self.server.stage("switch", drains=True)

    def drains_end(self):
        """Minutes later: what drained is out of its group."""
        self.server.stage("end_drains")

    def registered_targets_start_as(self, state):
        """State of targets that are registered from now on."""
        self.server.stage("switch", registers_as=state)

    def lists_in_pages_of(self, size):
        """ECS lists come in pages this small."""
        self.server.stage("switch", page_size=size)

    def set(self, kind, name, **attributes):
        """Sets attributes of a resource that no API sets."""
        self.server.stage("set", kind=kind, name=name, attributes=attributes)

    def targets(self):
        """Every target of every group: what the guard is for."""
        return {group.name: group.states() for group in self.target_groups}
