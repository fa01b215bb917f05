"""`python -m emulator`: an AWS account on a loopback port, until standard input is closed, which the starter's death does too.

MiniStack runs the functions, queues, rules, topic, ledger, bucket, keys and roles, with IAM checks on; what the functions watch
(ECS, EC2, Elastic Load Balancing, Application Auto Scaling) is passed on to a moto server. The first line printed is the port.

Settings come from the environment: `WATCHED_URL`, the moto server; `MINISTACK_SSL_CERT` and `MINISTACK_SSL_KEY`; the account's
id, Region and root credentials as MiniStack names them. The functions are started with the same environment.
"""

import asyncio
import os
import socket
import sys


def main():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        # Read when MiniStack is imported.
        os.environ.update(
            GATEWAY_PORT=str(port), MINISTACK_HOST="127.0.0.1", USE_SSL="1", AUTH="true", IOT_MTLS_ENABLED="0",
            SFTP_ENABLED="0", AWS_ENDPOINT_URL=f"https://127.0.0.1:{port}",
        )
        from hypercorn.asyncio import serve
        from hypercorn.config import Config
        from ministack import app

        from . import amended, watched

        amended.install()
        watched.install(os.environ["WATCHED_URL"])
        config = Config()
        config.bind = [f"fd://{listener.fileno()}"]
        config.certfile, config.keyfile = os.environ["MINISTACK_SSL_CERT"], os.environ["MINISTACK_SSL_KEY"]
        config.keep_alive_timeout = 75
        config.loglevel = "WARNING"
        asyncio.run(_serve(serve, app.app, config, port))
    # What still runs in threads is nobody's any more.
    os._exit(0)


async def _serve(serve, application, config, port):
    async def until_told():
        print(port, flush=True)
        await asyncio.to_thread(sys.stdin.read)

    await serve(application, config, shutdown_trigger=until_told)


main()
