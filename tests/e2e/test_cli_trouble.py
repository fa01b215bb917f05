"""The command line as someone new to it meets it: nothing set up, the wrong thing typed, AWS saying no."""

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from harness.faults import denied, refused, throttled
from harness.place import CREDENTIALS, REGION
from scenes import EverythingWrong


class Forbids(BaseHTTPRequestHandler):
    """A machine's metadata service that gives nobody a token."""

    def do_PUT(self):
        self.send_error(403)

    def log_message(self, *_):
        pass


def test_without_a_command_the_help_is_shown(nobody):
    ran = nobody.run()
    assert ran.status == 2
    assert all(command in ran.err for command in ("audit", "plan", "rules", "policy", "pause", "resume"))


def test_help_tells_the_exit_statuses_and_needs_nothing(nobody):
    for words in (["--help"], ["audit", "--help"], ["help", "plan"], ["--version"]):
        assert nobody.run(*words).status == 0
    assert "a finding that counts is at or over --fail-on" in nobody.run("audit", "--help").out


@pytest.mark.parametrize("words, says", [
    (["adit"], "similar subcommand exists: 'audit'"),
    (["audit", "--clutser", "prod"], "--cluster"),
    (["audit", "--fail-on", "awful"], "possible values: low, medium, high, critical"),
    (["audit", "--format", "pdf"], "possible values: text, json, html"),
    (["pause"], "--reason"),
    (["audit", "--rule", "target-mising"], "there is no rule \"target-mising\""),
    (["rules", "target-mising"], "did you mean \"target-missing\"?"),
])
def test_mistyped_command_lines_are_told_what_was_meant(nobody, words, says):
    ran = nobody.run(*words)
    assert ran.status == 2 and says in ran.err, ran.err


def test_without_a_region_it_is_said_where_to_set_one(nobody):
    ran = nobody.where(**CREDENTIALS).run("audit")
    assert ran.status == 2 and "no Region is set: give --region" in ran.err


def test_without_credentials_it_is_said_how_to_get_some(nobody, proxy):
    ran = nobody.where(AWS_REGION=REGION, AWS_ENDPOINT_URL=proxy.url).run("audit")
    assert ran.status == 3 and "there are no credentials: give --profile" in ran.err, ran.err
    assert ran.out == ""


def test_a_machine_that_gives_no_credentials_is_no_failed_call(nobody, proxy):
    with HTTPServer(("127.0.0.1", 0), Forbids) as machine:
        threading.Thread(target=machine.serve_forever, daemon=True).start()
        ran = nobody.where(AWS_REGION=REGION, AWS_ENDPOINT_URL=proxy.url, AWS_EC2_METADATA_DISABLED="false",
                           AWS_EC2_METADATA_SERVICE_ENDPOINT=f"http://127.0.0.1:{machine.server_port}").run("audit")
        machine.shutdown()
    assert ran.status == 3 and "there are no credentials: give --profile" in ran.err and "sts" not in ran.err, ran.err
    assert proxy.calls == {}


def test_profile_beside_credentials_in_the_environment_is_refused(cli, proxy):
    ran = cli.run("audit", "--profile", "work")
    assert ran.status == 2 and "unset AWS_ACCESS_KEY_ID" in ran.err, ran.err
    assert proxy.calls == {}


def test_profile_that_is_not_there_is_named(nobody, proxy):
    ran = nobody.where(AWS_REGION=REGION, AWS_ENDPOINT_URL=proxy.url).run("audit", "--profile", "nosuch")
    assert ran.status == 3 and "nosuch" in ran.err, ran.err


def test_profile_and_region_of_the_configuration_are_used(nobody, account, proxy, tmp_path):
    assert account.id
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile work]\nregion = us-east-1\n")
    (tmp_path / ".aws/credentials").write_text("[work]\naws_access_key_id = testing\naws_secret_access_key = testing\n")
    ran = nobody.where(AWS_ENDPOINT_URL=proxy.url).run("audit", "--profile", "work")
    assert ran.status == 4 and "us-east-1" in ran.out, ran.err
    ran = nobody.where(AWS_ENDPOINT_URL=proxy.url).run("audit", "--profile", "work", "--region", "eu-west-1")
    assert ran.status == 4 and "eu-west-1" in ran.out, ran.err


@pytest.mark.parametrize("region, status, says", [
    ("Frankfurt", 2, "\"Frankfurt\" is not a Region"),
    ("eu-centrall-1", 3, "is the Region right"),
])
def test_wrong_region_is_told_from_other_troubles(nobody, region, status, says):
    ran = nobody.where(**CREDENTIALS).run("audit", "--region", region)
    assert ran.status == status and says in ran.err, ran.err


@pytest.mark.parametrize("code, says", [
    ("ExpiredToken", "your session has expired: sign in again"),
    ("InvalidClientTokenId", "AWS doesn't know these credentials"),
    ("SignatureDoesNotMatch", "the secret key doesn't belong to the access key"),
    ("AccessDenied", "\"sts:GetCallerIdentity\""),
])
def test_credentials_that_do_not_do_are_explained(cli, proxy, code, says):
    proxy.fails("sts:GetCallerIdentity", refused(code, "The security token included in the request is no good"))
    ran = cli.run("audit")
    assert ran.status == 3 and says in ran.err, ran.err


@pytest.mark.usefixtures("web")
def test_session_that_ends_half_way_is_told_as_that_and_not_as_a_missing_permission(cli, proxy):
    proxy.fails("ecs:DescribeTasks", refused("ExpiredTokenException", "The security token included in the request is expired"))
    ran = cli.run("audit")
    assert ran.status == 3 and "your session has expired" in ran.err and '"Effect"' not in ran.err, ran.err


@pytest.mark.usefixtures("web")
def test_missing_permissions_are_named_with_the_statement_to_add(cli, proxy):
    for action in ("elasticloadbalancing:DescribeTargetHealth", "ecs:DescribeTasks"):
        proxy.fails(action, denied)
    ran = cli.run("audit")
    assert ran.status == 3
    assert "Could not be read" in ran.out and "All is well" not in ran.out
    assert "2 permissions are missing; `ecs-nlb-guard permissions` prints the whole IAM policy" in ran.err
    for word in ('"Effect": "Allow"', '"elasticloadbalancing:DescribeTargetHealth"', '"ecs:DescribeTasks"', '"Resource": "*"'):
        assert word in ran.err


def test_what_was_found_counts_before_what_could_not_be_read(account, cli, proxy):
    EverythingWrong(account)
    proxy.fails("elasticloadbalancing:DescribeTargetHealth", denied, mentioning="api")
    assert cli.run("audit").status == 3
    assert cli.run("audit", "--fail-on", "high").status == 1


@pytest.mark.usefixtures("web")
def test_throttling_to_the_end_is_unread_and_no_permission(cli, proxy):
    proxy.fails("ecs:DescribeTasks", throttled)
    ran = cli.run("audit", "--rule", "target-*")
    assert ran.status == 3 and "Throttling" in ran.out and "permission" not in ran.err


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize("words, says", [
    (["--cluster", "staging"], 'no cluster "staging"'),
    (["--service", "web"], "--service: \"web\" doesn't say in which cluster: write CLUSTER/SERVICE"),
    (["--target-group", "arn:aws:elasticloadbalancing:us-east-1:444455556666:targetgroup/web/50dc6c495c0c9188"],
     "belongs to account 444455556666"),
])
def test_names_that_match_nothing_are_usage_errors(cli, words, says):
    ran = cli.run("audit", *words)
    assert ran.status == 2 and says in ran.err and ran.out == "", ran.err


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize("words, says", [
    (["--cluster", "prdo"], 'no cluster "prdo"; did you mean "prod"?'),
    (["--service", "prod/wbe"], 'no service "prod/wbe"; did you mean "prod/web"?'),
    (["--service", "prdo/web"], 'no service "prdo/web"; did you mean "prod"?'),
    (["--target-group", "wbe"], 'no target group "wbe"; did you mean "web"?'),
    (["--rule", "target-stael"], 'there is no rule "target-stael"; did you mean "target-stale"?'),
    (["--fail-on", "hihg"], "a similar value exists: 'high'"),
    (["--clustr", "prod"], "a similar argument exists: '--cluster'"),
])
def test_a_slip_is_answered_with_what_may_be_meant(cli, words, says):
    ran = cli.run("audit", *words)
    assert ran.status == 2 and says in ran.err and ran.out == "", ran.err


def test_an_endpoint_where_nothing_answers_is_told_in_a_sentence(nobody):
    ran = nobody.at("http://127.0.0.1:1").run("audit", timeout=180)
    assert ran.status == 3 and "nothing answers at the endpoint" in ran.err, ran.err
    assert "panicked" not in ran.err and "DispatchFailure" not in ran.err and "{" not in ran.err


@pytest.mark.parametrize("endpoint", ["http://not a url", "nonsense", "127.0.0.1:5000", "ftp://host", "https://"])
def test_an_endpoint_that_is_no_url_is_told_in_a_sentence(nobody, endpoint):
    ran = nobody.at(endpoint).run("audit")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f'error: AWS_ENDPOINT_URL is "{endpoint}", which is no URL'), ran.err
    assert ran.err.count("\n") == 1


def test_policy_that_cannot_be_read_is_said_before_anything_is_asked(cli, proxy, tmp_path):
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "wrong.toml").write_text('[registration]\nmode = "destroy"\n')
    for name, says in (("nowhere.toml", "No such file"), ("binary.toml", "UTF-8"), (".", "directory"),
                       ("wrong.toml", 'line 2, column 8: registration.mode: "destroy" is not one of')):
        ran = cli.run("audit", "--policy", name)
        assert ran.status == 2 and says in ran.err and name in ran.err, ran.err
    assert not proxy.calls


@pytest.mark.usefixtures("web")
def test_policy_given_counts_before_the_environment(cli, tmp_path):
    (tmp_path / "policy.toml").write_text('[registration]\nmode = "repair"\n')
    ran = cli.where(GUARD_POLICY="[nonsense").run("audit", "--policy", "policy.toml", "--rule", "target-*")
    assert ran.status == 0 and "targets: repair" in ran.out, ran.err


@pytest.mark.usefixtures("web")
def test_interrupted_half_way_it_says_so_and_leaves_nothing(cli, proxy, tmp_path):
    proxy.hangs("ecs:DescribeTasks")
    ran = cli.run_at_terminal("audit", "--out", "report.html", interrupt_after=1.5)
    assert ran.status == 130 and "interrupted" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_function_that_is_started_by_hand_says_what_to_run(binary, guard_binary, audit_binary):
    for path, name in ((binary, "registrar"), (guard_binary, "guard"), (audit_binary, "audit")):
        ran = subprocess.run([path], env={}, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 2 and ran.stdout == ""
        assert ran.stderr == f"{name} is an AWS Lambda function, and this isn't Lambda: run `ecs-nlb-guard audit` instead\n"
