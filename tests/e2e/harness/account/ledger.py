"""The ledger table, as its owner creates it."""

import json
import re
import uuid
from datetime import datetime, timedelta, timezone

PAUSE = {"pk": {"S": "pause"}, "sk": {"S": "pause"}}


class Ledger:
    """A ledger table. What is in it is the guard's business; only its keys, its time to live,
    the pause and who had a target are known here."""

    def __init__(self, account):
        self.name = f"ledger-{uuid.uuid4().hex[:8]}"
        self._dynamodb = account.aws.dynamodb
        self._dynamodb.create_table(
            TableName=self.name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        )
        self._dynamodb.update_time_to_live(
            TableName=self.name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"})

    def records(self):
        return self._dynamodb.scan(TableName=self.name)["Items"]

    def saw(self, group, target, task, service):
        """What a pass writes that sees the target registered for this live task of the service."""
        address, port = target
        now = datetime.now(timezone.utc)
        self._dynamodb.put_item(TableName=self.name, Item={
            "pk": {"S": f"group#{group.arn}"}, "sk": {"S": f"target#{address}#{port}"},
            "task": {"S": task.arn}, "service": {"S": service.arn}, "network_interface": {"S": task.interface},
            "seen_at": {"S": (now - timedelta(hours=1)).isoformat().replace("+00:00", "Z")},
            "expires_at": {"N": str(int((now + timedelta(days=29)).timestamp()))}})

    def thirty_days_pass(self):
        """Every record is past its time to live. DynamoDB deletes such records up to days later: they stay."""
        for record in self.records():
            if "expires_at" in record:
                record["expires_at"] = {"N": str(int(record["expires_at"]["N"]) - 40 * 24 * 3600)}
                self._dynamodb.put_item(TableName=self.name, Item=record)

    def minutes_pass(self, minutes):
        """Everything about alerts and events happened that much earlier."""
        for record in self.records():
            if record["pk"]["S"] == "alerts":
                alert = json.loads(record["alert"]["S"], object_hook=lambda pairs: earlier(pairs, minutes))
                record["alert"]["S"] = json.dumps(alert)
                self._dynamodb.put_item(TableName=self.name, Item=record)
            if record["pk"]["S"] == "events":
                kept_at = earlier({"at": record["kept_at"]["S"]}, minutes)["at"]
                self._dynamodb.put_item(TableName=self.name, Item={**record, "kept_at": {"S": kept_at}})

    def targets_seen(self, minutes_ago):
        """Every target that is on record was seen registered so many minutes ago."""
        seen = datetime.now(timezone.utc) - timedelta(minutes=minutes_ago)
        for record in self.records():
            if "seen_at" in record:
                record["seen_at"] = {"S": seen.isoformat().replace("+00:00", "Z")}
                self._dynamodb.put_item(TableName=self.name, Item=record)

    def facts_read(self, hours_ago):
        """Every fact that is remembered was read so many hours ago."""
        read = datetime.now(timezone.utc) - timedelta(hours=hours_ago)
        self.change_facts({"read_at": {"S": read.isoformat().replace("+00:00", "Z")}})

    def change_facts(self, change):
        """Every fact that is remembered has these attributes instead of its own."""
        for record in self.records():
            if record["pk"]["S"].startswith("fact#"):
                self._dynamodb.put_item(TableName=self.name, Item={**record, **change})

    def alerts(self):
        """Alerts as they are kept."""
        return [json.loads(record["alert"]["S"]) for record in self.records() if record["pk"]["S"] == "alerts"]

    def events(self):
        """Events that no bus took yet."""
        return [json.loads(record["event"]["S"]) for record in self.records() if record["pk"]["S"] == "events"]

    def pause(self):
        """What `ecs-nlb-guard pause` writes."""
        self._dynamodb.put_item(TableName=self.name, Item={
            **PAUSE, "since": {"S": "2026-03-01T12:00:00Z"}, "by": {"S": "someone"}, "reason": {"S": "an incident"}})

    def resume(self):
        self._dynamodb.delete_item(TableName=self.name, Key=PAUSE)


def earlier(pairs, minutes):
    """The same, with every time so many minutes earlier."""

    def moved(value):
        if not (isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value)):
            return value
        # Python reads six digits of a second.
        time = datetime.fromisoformat(re.sub(r"(\.\d{6})\d*Z$", r"\1Z", value).replace("Z", "+00:00"))
        return (time - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")

    return {key: moved(value) for key, value in pairs.items()}
