"""`[[accept]]` of the policy: an accepted finding is reported everywhere as accepted, and counts for nothing."""

import json

import pytest
from harness.lambda_runtime import repairing
from scenes import until_rest

FOREIGN = '[[accept]]\nrule = "target-foreign"\nservice = "prod/*"\nreason = "the box registers itself"\n'

pytestmark = pytest.mark.usefixtures("everything_wrong")


@pytest.fixture
def cli(cli, account):
    return cli.where(GUARD_LEDGER_TABLE=account.ledger().name)


def accepted(cli, policy):
    ran = cli.where(GUARD_POLICY=policy).run("audit", "--rule", "target-foreign", "--format", "json")
    return [finding.get("accepted") for finding in json.loads(ran.out)["findings"]]


def test_accepted_finding_is_reported_and_does_not_count(cli):
    alone = ("audit", "--rule", "target-foreign", "--fail-on", "low")
    assert cli.run(*alone).status == 1
    ran = cli.where(GUARD_POLICY=FOREIGN).run(*alone)
    assert ran.status == 0 and "accepted: the box registers itself" in ran.out, ran.out
    assert "1 accepted. Nothing to do." in ran.out
    assert accepted(cli, FOREIGN) == [{"reason": "the box registers itself"}]


@pytest.mark.parametrize("form, says", [
    ("sarif", '"suppressions":[{"'), ("junit", "<skipped"), ("csv", "the box registers itself"), ("markdown", "low, accepted"),
    ("github", "::notice title=low target-foreign"), ("ocsf", '"Suppressed"'), ("html", "accepted: the box registers itself"),
])
def test_every_format_says_that_it_is_accepted(cli, form, says):
    ran = cli.where(GUARD_POLICY=FOREIGN).run("audit", "--rule", "target-foreign", "--format", form)
    assert says in ran.out and "the box registers itself" in ran.out


def test_the_functions_report_it_too(start_audit, account):
    report = start_audit(FOREIGN, ledger=account.ledger()).invoke({"rules": ["target-foreign"]}).report
    assert [finding["accepted"]["reason"] for finding in report["findings"]] == ["the box registers itself"]


def test_an_acceptance_that_has_ended_counts_no_more(cli):
    assert accepted(cli, FOREIGN + 'until = "2020-01-31"\n') == [None]
    assert accepted(cli, FOREIGN + 'until = "2199-01-31"\n') == [
        {"reason": "the box registers itself", "until": "2199-02-01T00:00:00Z"}]


def test_only_what_is_named_is_accepted(cli):
    fingerprint = json.loads(cli.run("audit", "--rule", "target-foreign", "--format", "json").out)["findings"][0]["fingerprint"]
    reason = 'reason = "known"\n'
    assert accepted(cli, f'[[accept]]\nfingerprint = "{fingerprint}"\n{reason}') == [{"reason": "known"}]
    assert accepted(cli, f'[[accept]]\nfingerprint = "0000*"\n{reason}') == [None]
    assert accepted(cli, f'[[accept]]\nrule = "target-*"\nservice = "staging/*"\n{reason}') == [None]


def test_acceptance_changes_nothing_about_repairs(everything_wrong, start_registrar):
    accept = '[[accept]]\nrule = "target-*"\nreason = "all of it"\n'
    until_rest(start_registrar(repairing(managed="exclusive") + accept), {})
    assert everything_wrong.targets() == everything_wrong.cure
