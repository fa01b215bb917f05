"""`python -m bench.cloud SERVICES TASKS STALE`: serves until its standard input is closed; prints the port first."""

import asyncio
import gc
import os
import sys
import threading

from .account import Shape
from .server import serve


def main():
    def end():
        sys.stdin.read()
        os._exit(0)

    def ready(port):
        # What was rendered stays: looking for garbage in it would only cost time.
        gc.freeze()
        print(port, flush=True)

    threading.Thread(target=end, daemon=True).start()
    asyncio.run(serve(Shape(*map(int, sys.argv[1:3]), stale=sys.argv[3] == "stale"), ready))


main()
