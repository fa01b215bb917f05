use std::collections::BTreeSet;

use model::finding::Fingerprint;
use model::scope::{ServiceId, Site, TaskHint};
use pipeline::ports::DelayedLook;
use serde_json::{Value, json};

use super::super::Work;
use super::super::tests::{ECS, GROUP, messages, without_column};
use super::write;
use crate::chain::chain;

#[test]
fn regression_a_look_with_a_task_of_a_service_in_another_cluster_is_refused() {
    let mut body: Value = serde_json::from_str(&write(&look(1, 1, 1)).unwrap()).unwrap();
    let task = body["tasks"].as_object().unwrap().keys().next().unwrap().clone();
    body["tasks"][task]["service"] = json!({"cluster": format!("{ECS}:cluster/other"), "name": "web"});
    let error = chain(messages(&[&body.to_string()]).remove(0).work.as_ref().expect_err("an error"));
    assert_eq!(
        error,
        format!("the look-again message can't be read at tasks: other/web is not a service of {ECS}:cluster/prod")
    );
}

#[test]
fn a_look_that_was_tampered_with_is_refused() {
    let body = write(&look(3, 2, 1)).unwrap();
    let as_json: Value = serde_json::from_str(&body).unwrap();
    let task = as_json["tasks"].as_object().unwrap().keys().next().unwrap().clone();
    let tampered: [fn(&mut Value, &str); 10] = [
        |body, _| body["look_again"] = json!(2),
        |body, _| body["look_again"] = json!("1"),
        |body, _| body["target_group"] = json!(GROUP.replace("111122223333", "444455556666")),
        |body, _| body["services"][0]["cluster"] = json!("arn:aws:ecs:eu-west-1:111122223333:cluster/prod"),
        |body, _| body["services"][0]["name"] = json!("a/b"),
        |body, task| body["tasks"][task]["cluster"] = json!(format!("{ECS}:cluster/other")),
        |body, _| body["suspicions"] = json!({"target-stale": "2026-03-01T12:00:00Z"}),
        |body, _| body["not_before"] = json!("soon"),
        |body, _| body["hop"] = json!(-1),
        |body, _| body["mode"] = json!("repair"),
    ];
    let errors: Vec<String> = tampered
        .iter()
        .map(|tamper| {
            let mut body = as_json.clone();
            tamper(&mut body, &task);
            without_column(&chain(messages(&[&body.to_string()]).remove(0).work.as_ref().expect_err("an error")))
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    the look-again message can't be read at look_again: version 2 is not known here, only 1 is
    the look-again message can't be read at look_again: invalid type: string "1", expected u32
    arn:aws:elasticloadbalancing:eu-central-1:444455556666:targetgroup/web/50dc6c495c0c9188 belongs to account 444455556666 in eu-central-1, but this function works in account 111122223333 in eu-central-1
    arn:aws:ecs:eu-west-1:111122223333:cluster/prod belongs to account 111122223333 in eu-west-1, but this function works in account 111122223333 in eu-central-1
    the look-again message can't be read at services: "arn:aws:ecs:eu-central-1:111122223333:service/prod/a/b" is not a service ARN: its resource part has another form
    the look-again message can't be read at tasks: arn:aws:ecs:eu-central-1:111122223333:task/prod/00000000000000000000000000000000 is not a task of arn:aws:ecs:eu-central-1:111122223333:cluster/other
    the look-again message can't be read at suspicions.target-stale: "target-stale" is not a fingerprint of sixteen hexadecimal digits
    the look-again message can't be read at not_before: failed to parse four digit integer as year: invalid digit, expected 0-9 but got s
    the look-again message can't be read at hop: invalid value: integer `-1`, expected u32
    the look-again message can't be read at mode: unknown field `mode`, expected one of `look_again`, `target_group`, `service`, `task`, `services`, `tasks`, `suspicions`, `hop`, `not_before`
    "#);
}

#[test]
fn a_look_goes_to_a_target_group_a_service_or_a_task() {
    let cluster = format!("{ECS}:cluster/prod").parse().unwrap();
    let task = format!("{ECS}:task/prod/0a1b").parse().unwrap();
    for site in [Site::Service(ServiceId::new(&cluster, "web")), Site::Task { cluster: cluster.clone(), task }] {
        let look = DelayedLook { site, ..look(2, 1, 0) };
        let body = write(&look).unwrap();
        assert_eq!(messages(&[&body]).remove(0).work.unwrap(), Work::LookAgain(look));
        let both = body.replacen('{', &format!("{{\"target_group\":{GROUP:?},"), 1);
        assert!(messages(&[&both]).remove(0).work.is_err());
    }
}

#[test]
fn a_look_left_by_an_earlier_version_is_read() {
    let body = json!({
        "look_again": 1, "target_group": GROUP, "services": [], "tasks": {}, "hop": 1,
        "suspicions": {}, "not_before": "2026-03-01T12:00:00Z",
    });
    let Ok(Work::LookAgain(look)) = messages(&[&body.to_string()]).remove(0).work else { panic!("no look") };
    assert_eq!(look.site, Site::TargetGroup(GROUP.parse().unwrap()));
    assert_eq!(serde_json::from_str::<Value>(&write(&look).unwrap()).unwrap(), body);
}

pub(in crate::incoming) fn look(suspicions: u64, tasks: u64, services: u64) -> DelayedLook {
    let cluster = format!("{ECS}:cluster/prod").parse().unwrap();
    let service = |n| ServiceId::new(&cluster, &format!("web-{n}"));
    let hint = |n: u64| TaskHint {
        cluster: cluster.clone(),
        service: n.is_multiple_of(2).then(|| service(n)),
        addresses: vec![std::net::Ipv4Addr::new(10, 0, 0, 7).into(), std::net::Ipv6Addr::from(u128::from(n)).into()],
        version: i64::MAX,
    };
    let at = |n: u64| model::Timestamp::from_nanosecond(i128::from(n) * 1_234_567_891_011).unwrap();
    DelayedLook {
        site: Site::TargetGroup(GROUP.parse().unwrap()),
        services: (0..services).map(service).collect::<BTreeSet<_>>(),
        tasks: (0..tasks).map(|n| (format!("{ECS}:task/prod/{n:032x}").parse().unwrap(), hint(n).into())).collect(),
        suspicions: (0..suspicions).map(|n| (Fingerprint::of([n.to_string().as_str()]), at(n))).collect(),
        attempt: 3,
        not_before: at(suspicions),
    }
}
