"""Reports that are too large for an answer, and audits that are too large for one invocation."""

from scenes import PORT, Web
from system import wait_for
from test_2_repairing import REPAIRING


def test_report_over_the_limit_of_an_answer_ends_in_the_bucket(system, account):
    system.is_deployed(REPAIRING, code="other")
    web = Web(account)
    for block in range(40):
        web.group.register_all([f"10.200.{block}.{host}" for host in range(1, 255)], PORT)
    answer = system.audit()
    assert set(answer) == {"location", "summary"}
    report = system.stored(answer["location"])
    assert len(report["findings"]) == answer["summary"]["findings_total"] > 10_000


def test_audit_too_large_for_one_invocation_ends_divided_and_joined_into_one_report(system, account):
    system.is_deployed(REPAIRING, code="other")
    web, other = Web(account), account.cluster("staging")
    for number in range(24):
        web.neighbour(f"idle-{number}", cluster=(web.cluster, other)[number % 2], desired=0)
    # Somebody's target, which nobody may remove: what a function mends meanwhile would be in one of the reports alone.
    web.group.register("10.200.0.1", PORT)
    # Two requests for each of 26 services are more than half a quota of ten a second allows in a third of the time.
    with system.set_by_hand("audit", timeout=30, GUARD_QUOTA_SHARE="0.5"):
        answer = system.audit()
    assert answer["summary"]["state"] == "under way", answer
    divided = wait_for(lambda: system.stored(answer["location"]))
    # What would close the report if a part never ended waits for an hour.
    system.aws("sqs").purge_queue(QueueUrl=system.queue_url("audit"))
    alone = system.audit()
    assert divided["findings"] == alone["findings"] and divided["findings"]
    for key in ("clusters", "services", "tasks", "target_groups", "targets", "unread"):
        assert divided["coverage"][key] == alone["coverage"][key], key
