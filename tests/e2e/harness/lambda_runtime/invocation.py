"""What came of one invocation."""

import json

from .log import field


class Invocation:
    """The answer to an event, and what was logged on the way."""

    def __init__(self, work, log, start):
        self._kind, self._body, self._log, self._start = work.kind, work.answer, log, start

    @property
    def response(self):
        """The function's answer; an error where it answered with one."""
        assert self._kind == "response", f"the function answered with an error: {self._body.decode()}"
        return json.loads(self._body)

    @property
    def error(self):
        """The function's error."""
        assert self._kind == "error", f"the function answered {self._body.decode()[:500]} and not with an error"
        return json.loads(self._body)

    @property
    def failed(self):
        """Ids of the messages that come back."""
        return [failure["itemIdentifier"] for failure in self.response["batchItemFailures"]]

    @property
    def report(self):
        """The report: the answer itself, or for an SQS event the log line with the field `report`."""
        if "batchItemFailures" not in self.response:
            return self.response
        report = self._log.wait_for(lambda line: field(line, "report"), self._start)
        assert report is not None, f"no report was logged:\n{self._log.text()}"
        return report

    def logged(self):
        """The lines logged since the event was handed out."""
        return self._log.since(self._start)

    def logged_text(self):
        return "\n".join(line if isinstance(line, str) else json.dumps(line) for line in self.logged())

    def findings(self, rule=None):
        return [finding for finding in self.report["findings"] if rule in (None, finding["rule"])]

    def repairs(self, *statuses):
        """Repairs in the report as `(rule, action, status)`, of these statuses or all."""
        return [
            (finding["rule"], repair["action"], repair["status"])
            for finding in self.report["findings"] for repair in finding.get("repairs", [])
            if not statuses or repair["status"] in statuses
        ]

    def reasons(self):
        """Why each repair stands as it does, to show when a test fails."""
        return [(finding["rule"], repair["status"], repair.get("reason"))
                for finding in self.report["findings"] for repair in finding.get("repairs", [])]
