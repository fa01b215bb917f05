"""An account of any size in a process of its own: every answer is put together from parts rendered once.

Behind a server that costs this little, what is measured is the function. The answers are as long as AWS's, the pages as
large, and everything in the account is as it should be: a sweep finds nothing.

- `account`: what is in it.
- `ecs`, `elb`, `ec2`: its answers, by operation.
- `ledger`: a DynamoDB table that remembers.
- `server`: HTTP, the count of calls, and AWS's request quotas.
- `process`: starts and stops it.
"""

from .account import Shape
from .process import Cloud

__all__ = ["Cloud", "Shape"]
