"""A DynamoDB table that remembers what is put into it: enough for a ledger of a healthy account."""

import json
from collections import defaultdict


class Ledger:
    def __init__(self):
        self._items = defaultdict(dict)

    def answer(self, operation, body):
        return json.dumps(getattr(self, operation)(json.loads(body))).encode()

    def _put(self, item):
        self._items[item["pk"]["S"]][item["sk"]["S"]] = item

    def BatchGetItem(self, request):
        found = {}
        for table, wanted in request["RequestItems"].items():
            assert len(wanted["Keys"]) <= 100
            rows = (self._items[key["pk"]["S"]].get(key["sk"]["S"]) for key in wanted["Keys"])
            found[table] = [row for row in rows if row]
        return {"Responses": found, "UnprocessedKeys": {}}

    def BatchWriteItem(self, request):
        for writes in request["RequestItems"].values():
            assert len(writes) <= 25
            for write in writes:
                self._put(write["PutRequest"]["Item"])
        return {"UnprocessedItems": {}}

    def PutItem(self, request):
        self._put(request["Item"])
        return {}

    def UpdateItem(self, request):
        """Sets attributes to values, which is all that the ledger's `SET` without a condition does."""
        key = request["Key"]
        item = dict(self._items[key["pk"]["S"]].get(key["sk"]["S"], key))
        for clause in request["UpdateExpression"].removeprefix("SET ").split(", "):
            name, value = clause.split(" = ")
            item[name] = request["ExpressionAttributeValues"][value]
        self._put(item)
        return {}

    def GetItem(self, request):
        item = self._items[request["Key"]["pk"]["S"]].get(request["Key"]["sk"]["S"])
        return {"Item": item} if item else {}

    def Query(self, request):
        """All of a partition: whatever the sort keys are asked to begin with, all of them begin so."""
        partition = request["KeyConditionExpression"].removeprefix("pk = ").split()[0]
        items = list(self._items[request["ExpressionAttributeValues"][partition]["S"]].values())
        return {"Items": items, "Count": len(items), "ScannedCount": len(items)}
