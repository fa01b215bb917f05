"""The account under test: AWS resources, and ECS played by the test.

    account = Account(server)
    vpc = account.vpc()
    group = vpc.target_group("web", port=80)
    service = account.cluster("prod").service("web", {group: 8080})
    task = service.start_task(registered=False)     # ECS forgot to register it

Everything is read from and written to the server by its AWS APIs, past the proxy. What can't be done with an API (an
earlier start, a second deployment) goes through the server's stage.
"""

from .account import Account

__all__ = ["Account"]
