"""Lambda, as far as a function can tell: the runtime API, the process, its environment and its log.

    with Function(settings) as function:
        invocation = function.invoke(event)
        invocation.response, invocation.report
"""

from .function import Function, FunctionDied
from .invoke import cargo_lambda_invoke
from .settings import repairing, settings_of

__all__ = ["Function", "FunctionDied", "cargo_lambda_invoke", "repairing", "settings_of"]
