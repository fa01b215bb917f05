"""`ecs-nlb-guard pause` and `resume`: every function stops repairing at once, and goes on."""

import pytest
from harness.faults import denied


@pytest.fixture
def forgotten(web):
    return web.service.start_task(registered=False)


def test_paused_functions_end_with_nothing_repaired_and_resumed_ones_go_on(web, forgotten, account, cli, start_registrar):
    ledger = account.ledger()
    ran = cli.run("pause", "--reason", "moving a database", "--ledger-table", ledger.name)
    assert ran.status == 0 and "Repairs are paused: since" in ran.out and "moving a database" in ran.out, ran.err
    registrar = start_registrar(ledger=ledger)
    for _ in range(2):
        registrar.invoke({})
    assert web.group.targets() == web.healthy()
    ran = cli.where(GUARD_LEDGER_TABLE=ledger.name).run("resume")
    assert ran.status == 0 and "Repairs go on. They were paused: since" in ran.out and "moving a database" in ran.out
    registrar.invoke({})
    assert forgotten.target() in web.group.targets()


def test_who_paused_and_why_is_one_item_of_the_ledger(account, cli):
    ledger = account.ledger()
    cli.run("pause", "--reason", "moving a database", "--ledger-table", ledger.name)
    (item,) = ledger.records()
    assert item["pk"] == {"S": "pause"} and item["reason"] == {"S": "moving a database"}
    assert item["by"]["S"].startswith("arn:aws:") and account.id in item["by"]["S"]
    again = cli.run("pause", "--reason", "an incident", "--ledger-table", ledger.name)
    assert "They were before: since" in again.out and "moving a database" in again.out
    assert [item["reason"]["S"] for item in ledger.records()] == ["an incident"]
    cli.run("resume", "--ledger-table", ledger.name)
    assert ledger.records() == []


def test_resume_without_a_pause_is_fine(account, cli):
    ran = cli.run("resume", "--ledger-table", account.ledger().name)
    assert (ran.status, ran.out) == (0, "Repairs were not paused.\n")


def test_without_a_ledger_it_is_said_where_to_name_it(cli, proxy):
    for words in (["pause", "--reason", "why"], ["resume"]):
        ran = cli.run(*words)
        assert ran.status == 2 and "give --ledger-table or set GUARD_LEDGER_TABLE" in ran.err
    assert not proxy.calls


def test_a_reason_is_asked_for(account, cli):
    ran = cli.run("pause", "--reason", " ", "--ledger-table", account.ledger().name)
    assert ran.status == 2 and "--reason is empty" in ran.err


def test_a_pause_that_does_not_come_about_is_never_taken_for_one(account, cli, proxy):
    ran = cli.run("pause", "--reason", "why", "--ledger-table", "no-such-table")
    assert ran.status == 3 and "paused" not in ran.out, ran.err
    proxy.fails("dynamodb:PutItem", denied)
    ran = cli.run("pause", "--reason", "why", "--ledger-table", account.ledger().name)
    assert ran.status == 3 and '"dynamodb:PutItem"' in ran.err and ran.out == "", ran.err
