"""`python -m harness.server`: serves until its standard input is closed, which the death of its starter does too.

The first line it prints is the port it listens on.
"""

import logging
import os
import sys
import threading

from moto.moto_api import state_manager
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from . import addresses, balancers, interfaces, ledger, queues, roles, security_groups, services, targets, tasks
from .routes import Region, with_stage


def main():
    for module in (addresses, balancers, interfaces, ledger, queues, roles, security_groups, services, targets, tasks):
        module.install()
    # A task stays in its state until the test moves it on.
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 1_000_000_000})
    region = Region(os.environ["MOTO_ACCOUNT_ID"], os.environ["AWS_DEFAULT_REGION"])
    application = with_stage(DomainDispatcherApplication(create_backend_app), region)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        print(server.server_port, flush=True)
        sys.stdin.read()
    except BrokenPipeError:
        pass  # the starter is gone already
    # Nothing here is worth keeping; requests under way are cut off.
    os._exit(0)


main()
