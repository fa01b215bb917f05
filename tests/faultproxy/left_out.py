"""Answers that say nothing of a part of what they were asked for: neither that it is there, nor that it isn't."""

import json
from xml.etree import ElementTree

#: The list that loses its first entry, by action.
_LISTS = {
    "ecs:DescribeTasks": "tasks",
    "ecs:DescribeServices": "services",
    "elasticloadbalancing:DescribeTargetGroups": "TargetGroups",
    "elasticloadbalancing:DescribeTags": "TagDescriptions",
}


def may_leave_out(call):
    return call.action in _LISTS or call.action == "dynamodb:BatchWriteItem"


def left_out(call, answer):
    """The answer without a part of it, where it has one."""
    if answer.status != 200:
        return answer
    if call.action == "dynamodb:BatchWriteItem":
        return _unprocessed(call, answer)
    if call.service == "ecs":
        return _without_first_of_json(answer, _LISTS[call.action])
    return _without_first_of_xml(answer, _LISTS[call.action])


def _unprocessed(call, answer):
    """DynamoDB's own way to leave something out. It was written, which whoever writes it once more can't tell."""
    items = json.loads(call.text)["RequestItems"]
    answer.body = json.dumps({"UnprocessedItems": {table: writes[:1] for table, writes in items.items()}}).encode()
    return answer


def _without_first_of_json(answer, key):
    document = answer.json()
    document[key] = document.get(key, [])[1:]
    answer.body = json.dumps(document).encode()
    return answer


def _without_first_of_xml(answer, key):
    document = ElementTree.fromstring(answer.body)
    entries = document.find(f".//{{*}}{key}")
    for entry in list(entries)[:1]:
        entries.remove(entry)
    ElementTree.register_namespace("", document.tag.partition("}")[0].lstrip("{"))
    answer.body = ElementTree.tostring(document)
    return answer
