"""A process's log, read from the file that its output goes to.

A process writes what it logs before it answers. Who reads the file after the answer has all of it; a reader of a pipe may not.
"""

import json
import threading
import time


class Log:
    """The lines of a process's output. A line that is a JSON object is kept as one, anything else as text."""

    def __init__(self, file):
        self._file, self._lines, self._half = file, [], b""
        self._lock = threading.Lock()

    def close(self):
        """Nothing more is written; what was can be read on."""
        with self._lock:
            self._read()
            self._file.close()

    def _read(self):
        if self._file.closed:
            return
        *whole, self._half = (self._half + self._file.read()).split(b"\n")
        self._lines.extend(map(_parsed, whole))

    def __len__(self):
        return len(self.since(0))

    def since(self, start):
        with self._lock:
            self._read()
            return self._lines[start:]

    def wait_for(self, found, start, seconds=5.0):
        """What `found` makes of the first line from `start` on that it finds something in; nothing if none comes."""
        deadline = time.monotonic() + seconds
        while True:
            for line in self.since(start):
                value = found(line)
                if value is not None:
                    return value
            if time.monotonic() > deadline:
                return None
            time.sleep(0.02)

    def text(self):
        lines = [line if isinstance(line, str) else json.dumps(line) for line in self.since(0)]
        return "\n".join([*lines, self._half.decode(errors="replace")])


def _parsed(raw):
    text = raw.decode(errors="replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def field(line, name):
    """A field of a JSON log line, at the top or among its `fields`; JSON in a string is read."""
    if not isinstance(line, dict):
        return None
    value = line.get(name, (line.get("fields") or {}).get(name) if isinstance(line.get("fields"), dict) else None)
    if isinstance(value, str) and value.startswith(("{", "[")):
        return json.loads(value)
    return value
