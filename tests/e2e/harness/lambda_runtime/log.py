"""A process's log, read as it comes."""

import json
import threading
import time


class Log:
    """The lines of a process's output. A line that is a JSON object is kept as one, anything else as text."""

    def __init__(self, *streams):
        self.lines, self._changed = [], threading.Condition()
        self._open = len(streams)
        for stream in streams:
            threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream):
        for raw in stream:
            text = raw.decode(errors="replace").rstrip("\n")
            try:
                line = json.loads(text)
            except ValueError:
                line = text
            with self._changed:
                self.lines.append(line)
                self._changed.notify_all()
        stream.close()
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def since(self, start):
        with self._changed:
            return self.lines[start:]

    def wait_for(self, found, start, seconds=5.0):
        """What `found` makes of the first line from `start` on that it finds something in; nothing if none comes."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for line in self.lines[start:]:
                    value = found(line)
                    if value is not None:
                        return value
                if not self._open or not self._changed.wait(deadline - time.monotonic()):
                    return None

    def wait_until_closed(self, seconds=5.0):
        with self._changed:
            self._changed.wait_for(lambda: not self._open, seconds)

    def text(self):
        return "\n".join(line if isinstance(line, str) else json.dumps(line) for line in self.since(0))


def field(line, name):
    """A field of a JSON log line, at the top or among its `fields`; JSON in a string is read."""
    if not isinstance(line, dict):
        return None
    value = line.get(name, (line.get("fields") or {}).get(name) if isinstance(line.get("fields"), dict) else None)
    if isinstance(value, str) and value.startswith(("{", "[")):
        return json.loads(value)
    return value
