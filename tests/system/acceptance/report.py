"""What was seen, as Markdown."""

import time
from datetime import datetime, timezone

#: What only AWS can show, and an emulator can't.
ONLY_AWS = [
    "whether ModifyNetworkInterfaceAttribute is refused on interfaces that ECS made, and with which code",
    "`startedBy` of tasks under the CODE_DEPLOY and EXTERNAL controllers",
    "the states of a draining target, and how long it drains",
    "how long ECS itself takes to register a task",
    "`arm64` builds of the functions, and what Lambda's share of a processor makes of their times",
]


def title(story):
    return story.__name__.replace("_", " ")


class Report:
    """Gathers what each story saw. Call `markdown` at the end."""

    def __init__(self, place, emulated):
        self._where = "emulators (MiniStack and moto, with ECS played by the test)" if emulated else "AWS"
        self._place, self._emulated, self._times, self._stories = place, emulated, [], []
        self._begun = datetime.now(timezone.utc)

    def time(self, what, do):
        """Does it, and notes how long it took."""
        print(f"acceptance: now {what.replace('was', 'is being')}", flush=True)
        start = time.monotonic()
        try:
            do()
        except Exception as error:  # the rest is to be done all the same
            self.failed(what, f"{type(error).__name__}: {error}")
        else:
            self._times.append((what, time.monotonic() - start))

    def story(self, name, seen, took):
        self._stories.append((name, "as it should", seen, took))

    def failed(self, name, why):
        self._stories.append((name, "**failed**", [("why", f"`{' '.join(why.split())[-1500:]}`")], None))

    def has_failures(self):
        return any(ended != "as it should" for _, ended, _, _ in self._stories)

    def markdown(self):
        lines = [
            "# Acceptance", "",
            f"Played in {self._where}, account {self._place.account}, {self._place.region}, {self._begun:%Y-%m-%d %H:%M} UTC.", "",
            "| | seconds |", "|---|---|", *(f"| {what} in | {took:.0f} |" for what, took in self._times), "",
            "| story | ended | seconds |", "|---|---|---|",
            *(f"| {name} | {ended} | {'' if took is None else f'{took:.0f}'} |" for name, ended, _, took in self._stories), "",
        ]
        for name, _, seen, _ in self._stories:
            lines += [f"## {name[0].upper()}{name[1:]}", "", *(f"- {what}: {answer}" for what, answer in seen), ""]
        if self._emulated:
            lines += ["## Not shown here, since only AWS can", "", *(f"- {each}" for each in ONLY_AWS), ""]
        return "\n".join(lines)
