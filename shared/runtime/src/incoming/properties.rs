use pipeline::ports::DelayedLook;
use proptest::prelude::*;
use serde_json::Value;

use super::look_again::tests::look;
use super::tests::{messages, read, task_event};
use super::{Work, look_again};

/// Any JSON, with the keys that matter now and then.
fn any_json() -> impl Strategy<Value = Value> {
    let keys = prop::sample::select(vec![
        "Records",
        "messageId",
        "body",
        "eventSource",
        "detail-type",
        "source",
        "detail",
        "resources",
        "account",
        "region",
        "taskArn",
        "clusterArn",
        "version",
        "group",
        "attachments",
        "containers",
        "details",
        "type",
        "eventName",
        "requestParameters",
        "look_again",
        "suspicions",
        "scope",
        "rules",
        "mode",
        "format",
        "services",
        "other",
    ]);
    let words = prop::sample::select(vec![
        "aws.ecs",
        "ECS Task State Change",
        "ECS Service Action",
        "AWS API Call via CloudTrail",
        "Scheduled Event",
        "eni",
        "aws:sqs",
        "service:web",
        "arn:aws:ecs:eu-central-1:111122223333:task/prod/1",
        "{}",
        "[",
        "\u{0}",
        "*",
        "{{{",
        "",
        "elasticloadbalancing.amazonaws.com",
        "RegisterTargets",
        "a/b/c",
        "arn:aws:ecs:::cluster/é",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(keys.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = read(&text);
        prop_assert_eq!(messages(&[&text]).len(), 1);
    }

    #[test]
    fn no_json_makes_it_panic(value in any_json(), bodies in prop::collection::vec(any_json(), 0..4)) {
        let _ = read(&value.to_string());
        let bodies: Vec<String> = bodies.iter().map(Value::to_string).collect();
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        prop_assert_eq!(messages(&bodies).len(), bodies.len());
    }

    #[test]
    fn no_change_of_an_event_makes_it_panic(at in 0usize..900, with in any::<char>()) {
        let mut text: Vec<char> = task_event("0a1b", 1, "10.0.1.7").to_string().chars().collect();
        let at = at % text.len();
        text[at] = with;
        let _ = read(&text.into_iter().collect::<String>());
    }

    #[test]
    fn a_look_comes_back_as_it_was_left(suspicions in 0u64..40, tasks in 0u64..10, services in 0u64..10, attempt in any::<u32>()) {
        let look = DelayedLook { attempt, ..look(suspicions, tasks, services) };
        let body = look_again::write(&look).unwrap();
        match messages(&[&body]).remove(0).work {
            Ok(Work::LookAgain(back)) => prop_assert_eq!(back, look),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
