"""`ecs-nlb-guard policy`, `rules`, `completions` and `man`: none needs an account."""

import re
import subprocess

import pytest

FIVE_MISTAKES = """\
[registration]
mode = "destroy"
grace = 5
max_removals = "0%"

[security_groups]
required = ["web"]

[rules]
disable = ["target-mising"]
"""


def test_five_mistakes_are_told_in_one_run_with_line_and_reason(nobody, tmp_path):
    (tmp_path / "policy.toml").write_text(FIVE_MISTAKES)
    ran = nobody.run("policy", "check", "policy.toml")
    assert ran.status == 2 and "policy.toml has 5 mistakes" in ran.err
    told = ran.lines()
    places = [line.split(":")[:2] for line in told]
    assert places == [["policy.toml", line] for line in ("2", "3", "4", "7", "10")], ran.out
    for line, says in zip(told, ('"destroy" is not one of "observe", "repair"', "has no unit", "would allow no removal",
                                 "web", "target-mising"), strict=True):
        assert says in line


def test_good_policy_is_told_what_it_means(nobody, tmp_path):
    (tmp_path / "policy.json").write_text('{"registration": {"mode": "repair"}}')
    ran = nobody.run("policy", "check", "policy.json")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == ("policy.json is valid: it repairs targets, at least somewhere, "
                       "and no security groups.\n")
    assert "it repairs nothing anywhere" in nobody.run("policy", "check", "-", stdin="").out


def test_policy_that_names_a_rule_that_was_given_up_is_good_and_warned_of(nobody, tmp_path):
    (tmp_path / "policy.toml").write_text('[rules]\ndisable = ["drain-shorter-than-stop"]\n')
    ran = nobody.run("policy", "check", "policy.toml")
    assert ran.status == 0 and "it repairs nothing anywhere" in ran.out
    assert "policy.toml:2:12: warning: rules.disable: there is no rule drain-shorter-than-stop any more" in ran.err


def test_policy_that_is_not_there_is_named(nobody):
    ran = nobody.run("policy", "check", "nowhere.toml")
    assert ran.status == 2 and "nowhere.toml can't be read: No such file" in ran.err


def test_every_rule_is_listed_and_each_is_explained(nobody):
    listed = nobody.run("rules")
    assert listed.status == 0
    slugs = [line.split()[0] for line in listed.lines()]
    assert len(slugs) == len(set(slugs)) and {"target-missing", "target-stale"} <= set(slugs)
    for slug in slugs:
        ran = nobody.run("rules", slug)
        assert ran.status == 0 and ran.out.startswith(slug) and "What to do: " in ran.out


def test_policy_init_writes_a_valid_policy_with_every_default_and_overwrites_nothing(nobody, tmp_path):
    ran = nobody.run("policy", "init")
    assert ran.status == 0 and "policy.toml is written" in ran.out
    assert "it repairs nothing anywhere" in nobody.run("policy", "check", "policy.toml").out
    (tmp_path / "policy.toml").write_text("# mine\n")
    ran = nobody.run("policy", "init")
    assert ran.status == 2 and "policy.toml can't be written: File exists" in ran.err
    assert (tmp_path / "policy.toml").read_text() == "# mine\n"
    assert nobody.run("policy", "init", "-").out.startswith("# The policy of ecs-nlb-guard")


def test_policy_explain_tells_what_holds_for_a_service_and_what_says_so(nobody, tmp_path):
    (tmp_path / "policy.toml").write_text(
        'registration.grace = "5m"\n[[override]]\ncluster = "prod-*"\nregistration.mode = "repair"\n'
        '[[override]]\nservice = "web"\ncluster = "*"\nregistration.max_removals = 3\n')
    ran = nobody.run("policy", "explain", "--service", "prod-eu/web", "--policy", "policy.toml")
    told = {line.split(" = ")[0]: " ".join(line.split()) for line in ran.lines()}
    assert told["registration.mode"] == 'registration.mode = "repair" # override 1 (cluster = "prod-*")'
    assert told["registration.grace"] == 'registration.grace = "5m" # the section'
    assert told["registration.max_removals"].startswith("registration.max_removals = 3 # override 2")
    assert told["security_groups.mode"] == 'security_groups.mode = "observe" # default'
    other = nobody.run("policy", "explain", "--service", "dev/api", "--policy", "policy.toml").out
    assert "override" not in other
    ran = nobody.run("policy", "explain", "--service", "web", "--policy", "policy.toml")
    assert ran.status == 2 and '--service "web" names no cluster: write CLUSTER/NAME' in ran.err
    ran = nobody.run("policy", "explain", "--service", "a/b", "--policy", "nowhere.toml")
    assert ran.status == 2 and "nowhere.toml" in ran.err


def test_an_acceptance_without_a_reason_or_a_place_is_a_mistake(nobody):
    ran = nobody.run("policy", "check", "-", stdin='[[accept]]\nuntil = "soon"\n[[accept]]\nrule = "target-stael"\nreason = "x"\n')
    assert ran.status == 2 and "4 mistakes" in ran.err, ran.out
    for says in ("it doesn't say which findings", "it doesn't say why", '"soon" is no time', "did you mean `target-stale`?"):
        assert says in ran.out


@pytest.mark.parametrize("wrong, says", [
    ('[[override]]\nservice = "prod/web"\nregistration.mode = "observe"', 'write cluster = "prod" and service = "web"'),
    ('[[override]]\ncluster = "arn:aws:ecs:eu-west-1:111122223333:cluster/prod"\nregistration.mode = "observe"', "not an ARN"),
    ('registration.exclude_targets = ["::ffff:10.0.0.0/112"]', "write the range as IPv4"),
])
def test_what_would_match_nothing_is_a_mistake(nobody, wrong, says):
    ran = nobody.run("policy", "check", "-", stdin=f"{wrong}\n")
    assert ran.status == 2 and says in ran.out, ran.out


COMPLETE = '''
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_ecs__nlb__guard "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
'''


@pytest.mark.parametrize("words, reply", [
    (("aud",), "audit"), (("audit", "--fail"), "--fail-on"), (("audit", "--rule", "target-st"), "target-stale"),
    (("rules", "security-group-dr"), "security-group-drift"), (("policy", "ch"), "check"), (("test-alert", "--prof"), "--profile"),
])
def test_bash_completes(nobody, tmp_path, words, reply):
    script = tmp_path / "completions"
    script.write_text(nobody.run("completions", "bash").out)
    done = subprocess.run(["bash", "-c", COMPLETE, "-", script, "ecs-nlb-guard", *words], capture_output=True, text=True, timeout=60)
    assert reply in done.stdout.split(), done


def test_each_command_has_a_manual_page(nobody):
    page = nobody.run("man", "audit").out
    assert ".TH" in page and "\\-\\-baseline" in page
    ran = nobody.run("man", "adit")
    assert ran.status == 2 and 'did you mean "audit"?' in ran.err


def test_completions_know_the_commands_and_the_rules(nobody):
    for shell in ("bash", "zsh", "fish"):
        ran = nobody.run("completions", shell)
        assert ran.status == 0 and "policy" in ran.out and "fail-on" in ran.out and "target-hijacked" in ran.out
    ran = nobody.run("completions", "tcsh")
    assert ran.status == 2 and "invalid value 'tcsh'" in ran.err


def test_manual_page_is_read_by_man(nobody, tmp_path):
    page = nobody.run("man").out
    assert ".TH ecs-nlb-guard 1" in page
    for command in ("audit", "plan", "diff", "rules", "policy", "permissions", "pause", "resume"):
        assert f"ecs\\-nlb\\-guard\\-{command}(1)" in page, command


def test_version_is_told(nobody):
    assert re.fullmatch(r"ecs-nlb-guard \d+\.\d+\.\d+( \([0-9a-f]{9}\))?\n", nobody.run("--version").out)


def test_policy_explain_takes_one_service_by_name_or_arn_and_says_what_a_target_group_changes(nobody, tmp_path):
    (tmp_path / "policy.toml").write_text('[[override]]\ncluster = "prod"\ntarget_group = "web"\nregistration.mode = "repair"\n')

    def explain(service, *more):
        return nobody.run("policy", "explain", "--service", service, "--policy", "policy.toml", *more)

    for service in ("prod/web", "arn:aws:ecs:eu-central-1:111122223333:service/prod/web"):
        ran = explain(service)
        assert ran.status == 0 and 'override 1 (cluster = "prod", target_group = "web") applies too' in ran.err
    assert explain("dev/web").err == ""
    ran = explain("prod/web", "--target-group", "web")
    assert 'registration.mode = "repair"' in ran.out and ran.err == ""
    for service in ("pro*/web", "prod/web,prod/api", "prod/web/x", "arn:aws:ecs:eu-central-1:111122223333:service/web"):
        ran = explain(service)
        assert ran.status == 2 and "write CLUSTER/NAME" in ran.err, service


@pytest.mark.parametrize("until", ["2026-12-01T01:00:00", "2026-12-01T01:00", "2026-12-01 01:00", "2026-12-01T01:00[Europe/Berlin]"])
def test_a_time_without_an_offset_is_no_day(nobody, until):
    ran = nobody.run("policy", "check", "-", stdin=f'[[accept]]\nrule = "target-stale"\nreason = "x"\nuntil = "{until}"\n')
    assert ran.status == 2 and "is no time" in ran.out


def test_a_policy_that_names_no_security_group_repairs_none(nobody):
    ran = nobody.run("policy", "check", "-", stdin='security_groups.mode = "repair"\n')
    assert "it repairs nothing anywhere" in ran.out
    ran = nobody.run("policy", "check", "-", stdin='security_groups = { mode = "repair", required = ["name:base"] }\n')
    assert "it repairs security groups" in ran.out
