"""What a process has cost so far."""

import os
from pathlib import Path


def cpu_seconds(pid):
    """Processor time of a running process, its own and the system's for it, of all threads that it still has.

    The scheduler counts nanoseconds; `/proc/PID/stat` counts hundredths of a second, of which a small sweep takes ten.
    """
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text(encoding="ascii").split()[0]) for thread in threads) / 1e9


def peak_bytes(pid):
    """The most memory that a running process ever had."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        (line,) = (line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def cpu_of(arguments, environment):
    """Processor seconds of a program that runs to its end."""
    pid = os.posix_spawn(arguments[0], [str(word) for word in arguments], environment)
    _, status, usage = os.wait4(pid, 0)
    assert status == 0, f"{arguments[0]} ended with {os.waitstatus_to_exitcode(status)}"
    return usage.ru_utime + usage.ru_stime
