"""The test account's server: moto in a process of its own.

`process` starts and stops it, `stage` is what a test may tell it that no AWS call could. The other modules run
inside the server and make moto answer as AWS does, each in one respect; `Stage.as_aws = False` switches them off
again, because a guard has to get along with plain moto too.
"""

from .process import MotoServer

__all__ = ["MotoServer"]
