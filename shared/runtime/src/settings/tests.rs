use std::ffi::OsString;
use std::io::{Error, ErrorKind};
use std::path::Path;

use model::policy::{Mode, Policy, PolicySubject};

use super::variables::Variables;
use super::{Given, PolicyObject, Settings, SettingsError, SettingsSource};

const REPAIR: &str = "[registration]\nmode = \"repair\"\n";

fn settings(variables: &[(&str, &str)], file: &str) -> Result<Settings, SettingsError> {
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let read_file = |path: &Path| match path.to_str() {
        Some("/var/task/policy.toml" | "/opt/policy.toml") if !file.is_empty() => Ok(file.to_owned()),
        Some("/secret.toml") => Err(Error::from(ErrorKind::PermissionDenied)),
        _ => Err(Error::from(ErrorKind::NotFound)),
    };
    let beside_binary = Some("/var/task/policy.toml".into());
    let given = Given::default();
    let source = SettingsSource { variables: Variables::of(variables), beside_binary, read_file: &read_file, given };
    Settings::read(&source, &["target-missing"])
}

fn mode(settings: &Settings) -> Mode {
    settings.policy.registration(&PolicySubject::default()).mode
}

#[test]
fn without_any_setting_the_defaults_hold() {
    let settings = settings(&[("PATH", "/bin"), ("GUARD_QUEUE_URL", ""), ("RUST_LOG", "")], "").unwrap();
    assert_eq!(settings.policy, Policy::default());
    assert_eq!((settings.queue_url.as_deref(), settings.ledger_table.as_deref()), (None, None));
    assert_eq!((settings.quota_share.get(), settings.log.as_str()), (0.5, "info"));
}

#[test]
fn every_setting_is_taken() {
    let url = "http://127.0.0.1:5000/111122223333/registrar";
    let all = [
        ("GUARD_POLICY", REPAIR),
        ("GUARD_QUEUE_URL", url),
        ("GUARD_REGISTRAR_QUEUE_URL", url),
        ("GUARD_GUARD_QUEUE_URL", url),
        ("GUARD_REPORT_BUCKET", "reports.example"),
        ("GUARD_LEDGER_TABLE", "guard-ledger"),
        ("GUARD_QUOTA_SHARE", "0.25"),
        ("RUST_LOG", "warn,pipeline=debug"),
        ("GUARD_TOPIC_ARN", "arn:aws:sns:eu-central-1:111122223333:alerts"),
        ("AWS_LAMBDA_FUNCTION_NAME", "guard-registrar"),
    ];
    let settings = settings(&all, "").unwrap();
    assert_eq!(mode(&settings), Mode::Repair);
    assert_eq!((settings.queue_url.as_deref(), settings.ledger_table.as_deref()), (Some(url), Some("guard-ledger")));
    assert_eq!((settings.registrar_queue_url.as_deref(), settings.guard_queue_url.as_deref()), (Some(url), Some(url)));
    assert_eq!(settings.report_bucket.as_deref(), Some("reports.example"));
    assert_eq!(settings.alerts.channels.topic_arn.as_deref(), Some("arn:aws:sns:eu-central-1:111122223333:alerts"));
    assert_eq!(settings.function_name, "guard-registrar");
    assert_eq!((settings.quota_share.get(), settings.log.as_str()), (0.25, "warn,pipeline=debug"));
}

#[test]
fn the_policy_comes_from_the_variable_or_a_file_or_beside_the_binary() {
    assert_eq!(mode(&settings(&[], REPAIR).unwrap()), Mode::Repair);
    assert_eq!(mode(&settings(&[("GUARD_POLICY_FILE", "/opt/policy.toml")], REPAIR).unwrap()), Mode::Repair);
    assert_eq!(
        mode(&settings(&[("GUARD_POLICY", "[registration]\nmode = \"observe\"")], REPAIR).unwrap()),
        Mode::Observe
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let cases: [(&[(&str, &str)], &str); 5] = [
        (
            &[
                (
                    "GUARD_POLICY",
                    "[registration]\nmode = \"destroy\"\ngrace = 5\nmax_removals = \"0%\"\n[rules]\ndisable = [\"x\"]\nnew = 1",
                ),
                ("GUARD_QUEUE_URL", "registrar"),
                ("GUARD_LEDGER_TABLE", "a table"),
                ("GUARD_REPORT_BUCKET", "My Reports"),
                ("GUARD_QUOTA_SHARE", "2"),
                ("RUST_LOG", "a=b=c"),
            ],
            "",
        ),
        (&[("GUARD_POLICY", REPAIR), ("GUARD_POLICY_FILE", "/opt/policy.toml")], REPAIR),
        (&[("GUARD_POLICY_FILE", "/nowhere.toml")], ""),
        (&[("GUARD_POLICY_FILE", "/secret.toml")], ""),
        (&[], "mode = 1"),
    ];
    let errors = cases.map(|(variables, file)| settings(variables, file).expect_err("an error").to_string());
    insta::assert_snapshot!(errors.join("\n"), @r#"
    the settings have 10 problems:
      GUARD_POLICY: line 2, column 8: registration.mode: "destroy" is not one of "observe", "repair"; write one of them
      GUARD_POLICY: line 3, column 9: registration.grace: 5 has no unit: write seconds, minutes or hours, like "90s", "2m" or "1h30m"
      GUARD_POLICY: line 4, column 16: registration.max_removals: 0% would allow no removal at all: write 1% to 100%, or mode = "observe"
      GUARD_POLICY: line 6, column 12: rules.disable: there is no rule "x"; `ecs-nlb-guard rules` lists them
      GUARD_POLICY: line 7, column 1: rules.new: unknown key; the keys here are disable, severity
      GUARD_QUEUE_URL: "registrar" is not a queue's URL: it looks like https://sqs.REGION.amazonaws.com/ACCOUNT/NAME
      GUARD_REPORT_BUCKET: "My Reports" is not a bucket's name: it has 3 to 63 small letters, digits, - and .
      GUARD_LEDGER_TABLE: "a table" is not a table's name: it has 3 to 255 letters, digits, and _ - .
      GUARD_QUOTA_SHARE: "2" is not a share of the request quotas: use a number over 0 and at most 1, such as 0.5
      RUST_LOG: "a=b=c" says nothing about what to log, write info or debug: invalid filter directive: too many '=' in filter directive, expected 0 or 1
    the settings have 1 problem:
      GUARD_POLICY: GUARD_POLICY_FILE is set too, and only one of them can hold: unset the other
    the settings have 1 problem:
      GUARD_POLICY_FILE: /nowhere.toml can't be read: entity not found
    the settings have 1 problem:
      GUARD_POLICY_FILE: /secret.toml can't be read: permission denied
    the settings have 1 problem:
      /var/task/policy.toml: line 1, column 1: mode: unknown key; the keys here are registration, security_groups, alerts, rules, override, accept
    "#);
}

#[test]
fn a_setting_of_another_version_is_a_warning() {
    let settings =
        settings(&[("GUARD_QUEUE_ULR", "https://sqs.eu-central-1.amazonaws.com/111122223333/a")], "").unwrap();
    assert_eq!(settings.warnings.len(), 1);
    assert!(settings.warnings[0].starts_with("GUARD_QUEUE_ULR: there is no such setting; there are GUARD_POLICY, "));
}

/// Of `REPAIR`.
const SHA256: &str = "d7ab103482e3376a0971db295cd8aef2ff595b422ceb5b425b574bfc1bf15d0f";

fn with_object(text: Option<&str>, sha256: &str) -> Result<Settings, SettingsError> {
    let variables = [("GUARD_POLICY_OBJECT", "s3://bucket/policy/a.json"), ("GUARD_POLICY_SHA256", sha256)];
    let variables = Variables::of(variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))));
    let given = Given { policy_object: text, ..Given::default() };
    let read_file = |_: &Path| Err(Error::from(ErrorKind::NotFound));
    Settings::read(&SettingsSource { variables, beside_binary: None, read_file: &read_file, given }, &[])
}

#[test]
fn a_policy_from_s3_has_the_hash_that_is_set_or_nothing_starts() {
    let settings = with_object(Some(REPAIR), SHA256).unwrap();
    assert_eq!((mode(&settings), settings.policy_sha256.as_deref()), (Mode::Repair, Some(SHA256)));
    let errors = [(Some("[registration]\n"), SHA256), (None, SHA256)]
        .map(|(text, sha256)| with_object(text, sha256).expect_err("an error").to_string());
    insta::assert_snapshot!(errors.join("\n"), @"
    the settings have 1 problem:
      GUARD_POLICY_OBJECT: the policy has the SHA-256 fb1bd4ad76361c1569264076515f7c438716af37582b115885cfeb729ef9f0b6, and not d7ab103482e3376a0971db295cd8aef2ff595b422ceb5b425b574bfc1bf15d0f (GUARD_POLICY_SHA256)
    the settings have 1 problem:
      GUARD_POLICY_OBJECT: s3://bucket/policy/a.json is read by the functions only: give the policy as a file
    ");
}

#[test]
fn a_policy_in_s3_is_named_as_bucket_and_key_and_by_its_hash() {
    let object = |variables: &[(&str, &str)]| {
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        PolicyObject::of(&Variables::of(variables))
    };
    assert_eq!(object(&[]), Ok(None));
    assert!(object(&[("GUARD_POLICY_OBJECT", "s3://b/k"), ("GUARD_POLICY_SHA256", SHA256)]).unwrap().is_some());
    let error = object(&[("GUARD_POLICY_OBJECT", "s3://b/k")]).unwrap_err();
    insta::assert_snapshot!(error, @"
    the settings have 1 problem:
      GUARD_POLICY_OBJECT: GUARD_POLICY_SHA256 is missing: others can change an object, so its hash must be set
    ");
    let error = object(&[("GUARD_POLICY_OBJECT", "policy.json"), ("GUARD_POLICY_SHA256", SHA256)]).unwrap_err();
    insta::assert_snapshot!(error, @r#"
    the settings have 1 problem:
      GUARD_POLICY_OBJECT: "policy.json" is no object: it looks like s3://BUCKET/KEY
    "#);
}
