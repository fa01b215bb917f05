"""`ecs-nlb-guard policy check` and `rules`: neither needs an account."""

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
    assert ran.out == ("policy.json is a policy without a mistake; it repairs targets, at least somewhere, "
                       "and no security groups.\n")
    assert "it repairs nothing anywhere" in nobody.run("policy", "check", "-", stdin="").out


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


def test_completions_know_the_commands(nobody):
    for shell in ("bash", "zsh", "fish"):
        ran = nobody.run("completions", shell)
        assert ran.status == 0 and "policy" in ran.out and "--fail-on" in ran.out or "fail-on" in ran.out
