"""What is behind the scenes: settings of the running server that no AWS call could change.

One object per server process. Tests reach it through `POST /stage/VERB` (see `routes`).
"""

from collections import defaultdict, deque


class Stage:
    """The server's switches; `reset` puts them back between two tests."""

    def __init__(self):
        self.reset()

    def reset(self):
        #: Answer as AWS does; off: as plain moto does.
        self.as_aws = True
        #: Addresses that the next tasks in a subnet get, before new ones are handed out.
        self.next_addresses = defaultdict(deque)
        #: How many addresses of a subnet were handed out.
        self.handed_out = defaultdict(int)
        #: State of a target that is registered from now on.
        self.registers_as = "healthy"
        #: Deregistered targets stay in the group as `draining`, as they do for minutes on AWS.
        self.drains = False
        #: Most entries in one page of ListClusters, ListServices and ListTasks.
        self.page_size = None
        #: Service revisions by ARN, as DescribeServiceRevisions answers.
        self.revisions = {}


stage = Stage()
