//! Every mistake is reported, all at once, with the line it is in and what to do.

use super::{as_json, errors};

const FIVE: &str = r#"[registration]
mode = "repiar"
grace = 120
max_removals = "0%"

[security_groups]
required = ["sg-0abc", "base-egress"]
confirm_wihtin = "15m"
"#;

#[test]
fn five_mistakes_are_five_problems() {
    insta::assert_snapshot!(errors(FIVE), @r#"
        the policy has 5 problems:
          line 2, column 8: registration.mode: "repiar" is not one of "observe", "repair"; did you mean `repair`?
          line 3, column 9: registration.grace: 120 has no unit: write seconds, minutes or hours, like "90s", "2m" or "1h30m"
          line 4, column 16: registration.max_removals: 0% would allow no removal at all: write 1% to 100%, or mode = "observe"
          line 7, column 24: security_groups.required: "base-egress" names no security group: write "sg-0abc", "name:NAME" or "tag:KEY=VALUE"
          line 8, column 1: security_groups.confirm_wihtin: unknown key; did you mean `confirm_within`?
        "#);
}

#[test]
fn in_json_too() {
    let json = as_json(FIVE);
    insta::assert_snapshot!(format!("{json}\n{}", errors(&json)), @r#"
        {
          "registration": {
            "grace": 120,
            "max_removals": "0%",
            "mode": "repiar"
          },
          "security_groups": {
            "confirm_wihtin": "15m",
            "required": [
              "sg-0abc",
              "base-egress"
            ]
          }
        }
        the policy has 5 problems:
          line 3, column 14: registration.grace: 120 has no unit: write seconds, minutes or hours, like "90s", "2m" or "1h30m"
          line 4, column 21: registration.max_removals: 0% would allow no removal at all: write 1% to 100%, or mode = "observe"
          line 5, column 13: registration.mode: "repiar" is not one of "observe", "repair"; did you mean `repair`?
          line 8, column 5: security_groups.confirm_wihtin: unknown key; did you mean `confirm_within`?
          line 11, column 7: security_groups.required: "base-egress" names no security group: write "sg-0abc", "name:NAME" or "tag:KEY=VALUE"
        "#);
}

#[test]
fn values_out_of_range() {
    insta::assert_snapshot!(errors(r#"
[registration]
grace = "25h"
confirm_after = "20m"
max_removals = "101%"
window = "0s"
exclude_targets = ["10.9.0.0/33", "10.9.0.7", "10.9.0.7/16", 10]
balancers = []
[security_groups]
max_interface_changes = 0
max_updates = -1
max_stops = 4294967296
confirm_within = "10s"
"#), @r#"
        the policy has 13 problems:
          line 3, column 9: registration.grace: "25h" is too long: at most 24h is allowed
          line 4, column 17: registration.confirm_after: confirm_within (15m) is shorter than confirm_after (20m), so nothing could ever be confirmed: raise the one or lower the other
          line 5, column 16: registration.max_removals: "101%" is out of range: write 1% to 100%
          line 6, column 10: registration.window: a window under 1s would bound nothing: write a longer one, like "10m"
          line 7, column 20: registration.exclude_targets: "10.9.0.0/33" is no address range: write it like "10.9.0.0/16"
          line 7, column 35: registration.exclude_targets: "10.9.0.7" has no prefix length: write "10.9.0.7/32"
          line 7, column 47: registration.exclude_targets: "10.9.0.7/16" has bits beyond its prefix: write "10.9.0.0/16"
          line 7, column 62: registration.exclude_targets: a number is no address range: write it like "10.9.0.0/16"
          line 8, column 13: registration.balancers: no kind at all would judge nothing: write ["network"], or disable rules under [rules]
          line 10, column 25: security_groups.max_interface_changes: 0 would allow nothing at all: write 1 or more, or mode = "observe"
          line 11, column 15: security_groups.max_updates: -1 is out of range: write a number from 1 to 4294967295
          line 12, column 13: security_groups.max_stops: 4294967296 is out of range: write a number from 1 to 4294967295
          line 13, column 18: security_groups.confirm_within: confirm_within (10s) is shorter than confirm_after (30s), so nothing could ever be confirmed: raise the one or lower the other
        "#);
}

#[test]
fn values_of_the_wrong_kind() {
    insta::assert_snapshot!(errors(r#"
alerts = "high"
[registration]
mode = true
grace = 1.5
confirm_after = "soon"
confirm_within = "-2m"
window = "10"
max_removals = 0.2
managed = ["shared"]
exclude_targets = "10.9.0.0/16"
balancers = ["network", "gateway"]
[security_groups]
required = ["default", "name:", "tag:role", 5]
forbidden = ["tag:=x"]
max_updates = "2"
max_stops = 1979-05-27
stop_standalone = "yes"
window = {}
"#), @r#"
        the policy has 19 problems:
          line 2, column 10: alerts: a string stands where a table of keys belongs
          line 4, column 8: registration.mode: true or false stands where one of "observe", "repair" belongs
          line 5, column 9: registration.grace: a number with a fraction is no duration: write it like "90s", "2m" or "1h30m"
          line 6, column 17: registration.confirm_after: "soon" is no duration: write it in h, m and s, like "90s", "2m" or "1h30m"
          line 7, column 18: registration.confirm_within: "-2m" is no duration: write it in h, m and s, like "90s", "2m" or "1h30m"
          line 8, column 10: registration.window: 10 has no unit: write seconds, minutes or hours, like "90s", "2m" or "1h30m"
          line 9, column 16: registration.max_removals: a number with a fraction is no amount: write a percentage like "20%" or a count like 5
          line 10, column 11: registration.managed: a list stands where one of "shared", "exclusive" belongs
          line 11, column 19: registration.exclude_targets: a string stands where a list belongs: write [...]
          line 12, column 25: registration.balancers: "gateway" is not one of "network", "application"; write one of them
          line 14, column 13: security_groups.required: the VPC's default group is meant to be forbidden: if it really is required, write "name:default"
          line 14, column 24: security_groups.required: "name:" names no security group: write "sg-0abc", "name:NAME" or "tag:KEY=VALUE"
          line 14, column 33: security_groups.required: "tag:role" names no security group: write "sg-0abc", "name:NAME" or "tag:KEY=VALUE"
          line 14, column 45: security_groups.required: a number names no security group: write a string like "sg-0abc"
          line 15, column 14: security_groups.forbidden: "tag:=x" names no security group: write "sg-0abc", "name:NAME" or "tag:KEY=VALUE"
          line 16, column 15: security_groups.max_updates: a string stands where a whole number belongs: write one from 1, unquoted
          line 17, column 13: security_groups.max_stops: a date or time stands where a whole number belongs: write one from 1, unquoted
          line 18, column 19: security_groups.stop_standalone: a string stands where true or false belongs: write it unquoted
          line 19, column 10: security_groups.window: a table is no duration: write it like "90s", "2m" or "1h30m"
        "#);
}

#[test]
fn amounts_that_are_none() {
    let of = |amount: &str| errors(&format!("[registration]\nmax_removals = {amount}"));
    let amounts = ["\"20\"", "\"%\"", "\"12.5%\"", "\"-1%\"", "\"300%\"", "\"99999999999999999999%\"", "0", "true"];
    insta::assert_snapshot!(amounts.map(of).join("\n"), @r#"
        the policy has 1 problem:
          line 2, column 16: registration.max_removals: "20" is no amount: write a whole percentage like "20%" or a count like 5, unquoted
        the policy has 1 problem:
          line 2, column 16: registration.max_removals: "%" is no amount: write a whole percentage like "20%" or a count like 5, unquoted
        the policy has 1 problem:
          line 2, column 16: registration.max_removals: "12.5%" is no amount: write a whole percentage like "20%" or a count like 5, unquoted
        the policy has 1 problem:
          line 2, column 16: registration.max_removals: "-1%" is no amount: write a whole percentage like "20%" or a count like 5, unquoted
        the policy has 1 problem:
          line 2, column 16: registration.max_removals: "300%" is out of range: write 1% to 100%
        the policy has 1 problem:
          line 2, column 16: registration.max_removals: "99999999999999999999%" is out of range: write 1% to 100%
        the policy has 1 problem:
          line 2, column 16: registration.max_removals: 0 would allow nothing at all: write 1 or more, or mode = "observe"
        the policy has 1 problem:
          line 2, column 16: registration.max_removals: true or false is no amount: write a percentage like "20%" or a count like 5
        "#);
}

#[test]
fn unknown_keys_and_rules() {
    insta::assert_snapshot!(errors(r#"
gracefully = "2m"
"a b" = 1
[registratoin]
mode = "repair"
[rules]
disable = ["target-stael", "nothing-*", "target-[", ""]
severity = { target-missing = "hgih", target-gone = "low" }
"#), @r#"
        the policy has 9 problems:
          line 2, column 1: gracefully: unknown key; the keys here are registration, security_groups, alerts, rules, override, accept
          line 3, column 1: "a b": unknown key; the keys here are registration, security_groups, alerts, rules, override, accept
          line 4, column 2: registratoin: unknown key; did you mean `registration`?
          line 7, column 12: rules.disable: there is no rule "target-stael"; did you mean `target-stale`?
          line 7, column 28: rules.disable: there is no rule "nothing-*"; `ecs-nlb-guard rules` lists them
          line 7, column 41: rules.disable: "target-[" is no glob: unclosed character class; missing ']'
          line 7, column 53: rules.disable: "" is no glob: write a name, or * for any
          line 8, column 31: rules.severity: "hgih" is not one of "low", "medium", "high", "critical"; did you mean `high`?
          line 8, column 39: rules.severity: there is no rule "target-gone"; `ecs-nlb-guard rules` lists them
        "#);
}

#[test]
fn overrides_that_make_no_sense() {
    insta::assert_snapshot!(errors(r#"
[security_groups]
forbidden = ["sg-0abc"]
[[override]]
registration.mode = "repair"
[[override]]
cluster = "prod-["
[[override]]
service = ""
security_groups.required = ["sg-0abc"]
security_groups.confirm_after = "16m"
[[override]]
target_group = 4
registration = "repair"
alerts.min_severity = "low"
"#), @r#"
        the policy has 9 problems:
          line 4, column 1: override: it doesn't say where: add cluster, service or target_group ("*" is anywhere)
          line 6, column 1: override: it changes nothing: add a key such as registration.mode or security_groups.required
          line 7, column 11: override.cluster: "prod-[" is no glob: unclosed character class; missing ']'
          line 9, column 11: override.service: "" is no glob: write a name, or * for any
          line 10, column 28: override.security_groups.required: sg-0abc is both required and forbidden: take it off one of the lists
          line 11, column 33: override.security_groups.confirm_after: confirm_within (15m) is shorter than confirm_after (16m), so nothing could ever be confirmed: raise the one or lower the other
          line 13, column 16: override.target_group: a number stands where a name or glob belongs: write it like "prod-*"
          line 14, column 16: override.registration: a string stands where a table of keys belongs
          line 15, column 1: override.alerts: unknown key; the keys here are cluster, service, target_group, registration, security_groups
        "#);
    insta::assert_snapshot!(errors("[override]\ncluster = \"a\""), @r#"
        the policy has 1 problem:
          line 1, column 1: override: one override of many: write [[override]] in TOML, a list of objects in JSON
        "#);
    insta::assert_snapshot!(errors("override = [1]"), @r#"
        the policy has 1 problem:
          line 1, column 13: override: a number stands where a table of keys belongs
        "#);
}

#[test]
fn a_syntax_error_in_toml_does_not_hide_the_rest() {
    insta::assert_snapshot!(errors(r#"[registration]
mode = repair
grace = "2 parsecs"
grace = "2m"
window = "10m
managed = "sharde"
[security_groups
[alerts]
min_severity = "hihg"
"#), @r#"
        the policy has 7 problems:
          line 2, column 8: not valid TOML: string values must be quoted, expected literal string
          line 3, column 9: registration.grace: "2 parsecs" is no duration: write it in h, m and s, like "90s", "2m" or "1h30m"
          line 4, column 1: not valid TOML: duplicate key
          line 5, column 14: not valid TOML: invalid basic string, expected `"`
          line 6, column 11: registration.managed: "sharde" is not one of "shared", "exclusive"; did you mean `shared`?
          line 7, column 17: not valid TOML: unclosed table, expected `]`
          line 9, column 16: alerts.min_severity: "hihg" is not one of "low", "medium", "high", "critical"; did you mean `high`?
        "#);
}

#[test]
fn syntax_errors_in_json() {
    let broken = [
        "{\n  \"registration\": {\"mode\": \"repair\",}\n}",
        "{\n  // no comments\n}",
        "{\"alerts\": {}\n \"rules\": {}}",
        "{\"alerts\": {},\n\"alerts\": {}}",
        "{\"alerts\": {\"min_severity\": null, \"min_severity\": 1e3}}",
        "{\"alerts\": {\"min_severity\": null, \"max_severity\": 1e3}}",
        "{",
        "{}{}",
        "{'alerts': 1}",
    ];
    insta::assert_snapshot!(broken.map(errors).join("\n"), @r#"
        the policy has 1 problem:
          line 2, column 36: not valid JSON: trailing commas are not allowed
        the policy has 1 problem:
          line 2, column 3: not valid JSON: comments are not allowed
        the policy has 1 problem:
          line 1, column 14: not valid JSON: expected comma
        the policy has 1 problem:
          line 2, column 1: not valid JSON: duplicate key
        the policy has 1 problem:
          line 1, column 35: not valid JSON: duplicate key
        the policy has 2 problems:
          line 1, column 29: alerts.min_severity: null stands where one of "low", "medium", "high", "critical" belongs
          line 1, column 35: alerts.max_severity: unknown key; did you mean `min_severity`?
        the policy has 1 problem:
          line 1, column 1: not valid JSON: unterminated object
        the policy has 1 problem:
          line 1, column 3: not valid JSON: text cannot contain more than one JSON value
        the policy has 1 problem:
          line 1, column 2: not valid JSON: single-quoted strings are not allowed
        "#);
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = |open: &str, depth: usize, close: &str| format!("{}{}", open.repeat(depth), close.repeat(depth));
    let key = ["a"; 8].join(".");
    let texts = [
        format!("{{\"a\":{}}}", deep("[", 30_000, "]")),
        deep("{\"a\":", 30_000, "}"),
        deep("{\"a\":[", 250, "]}"),
        format!("a = {}", deep("[", 30_000, "]")),
        format!("a = {}", deep("{ a = ", 30_000, "}")),
        format!("{}a = 1", "a.".repeat(30_000)),
        format!("[{}a]", "a.".repeat(30_000)),
        format!("[{}a]", "\"a\" . ".repeat(8)),
        format!("[{key}]\n{key} = {}", deep(&format!("{{{key} = "), 79, "}").replace("= }", "= 1}")),
        format!("# {}", "long ".repeat(400_000)),
    ];
    insta::assert_snapshot!(texts.map(|text| errors(&text)).join("\n"), @r#"
        the policy has 1 problem:
          line 1, column 516: not valid JSON: maximum nesting depth exceeded
        the policy has 1 problem:
          line 1, column 1282: not valid JSON: maximum nesting depth exceeded
        the policy has 1 problem:
          line 1, column 1026: not valid JSON: maximum nesting depth exceeded
        the policy has 1 problem:
          line 1, column 85: not valid TOML: cannot recurse further; max recursion depth met
        the policy has 1 problem:
          line 1, column 485: not valid TOML: cannot recurse further; max recursion depth met
        the policy has 1 problem:
          line 1, column 16: a key has at most 8 parts
        the policy has 1 problem:
          line 1, column 17: a key has at most 8 parts
        the policy has 1 problem:
          line 1, column 48: a key has at most 8 parts
        the policy has 1 problem:
          line 1, column 2: a: unknown key; the keys here are registration, security_groups, alerts, rules, override, accept
        the policy has 1 problem:
          line 1, column 1: 2000002 bytes are too many: a policy has at most 262144
        "#);
}

#[test]
fn regression_json_that_other_readers_refuse_is_refused() {
    let refused = ["name:a\tb", "name:a\nb", r"name:\ud83d"]
        .map(|name| errors(&format!("{{\n \"security_groups\": {{\"required\": [\"{name}\"]}}}}")));
    insta::assert_snapshot!(refused.join("\n"), @r#"
    the policy has 1 problem:
      line 2, column 42: not valid JSON: control character (\u0000-\u001F) found while parsing a string
    the policy has 1 problem:
      line 2, column 42: not valid JSON: control character (\u0000-\u001F) found while parsing a string
    the policy has 1 problem:
      line 2, column 41: not valid JSON: invalid unicode escape sequence. 'd83d (unpaired high surrogate)' is not a valid UTF8 character
    "#);
}
