//! Passes of many functions over one ledger, with crashes.

mod cut_off;
mod many;
mod taken_back;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use ledger::AlertLedger;
use ledger::memory::MemoryLedger;
use model::alert::{AlertChange, AlertWrite, KeptAlert};
use model::call::{CallError, CallErrorKind};
use model::elb::Target;
use model::finding::{Finding, Resources, Severity};
use model::id::{ServiceArn, TargetGroupArn};
use model::scope::{ServiceId, Unit};

use crate::channel::message::{AlertMessage, messages};
use crate::{
    AlertContext, AlertCoverage, AlertUpdate, Channels, Delivery, FindingStage, Notified, Origin, SeenFinding,
    Sighting, notify, sightings,
};

#[derive(Debug, Default)]
struct MemoryTopic {
    messages: Mutex<Vec<AlertMessage>>,
    /// How many publishes fail from now on.
    broken: AtomicUsize,
    /// Where a pass is cut off.
    hangs: bool,
    /// Nobody is told.
    is_none: bool,
}

impl MemoryTopic {
    /// What was told, as `CHANGE RULE SERVICE`.
    fn told(&self) -> Vec<String> {
        let messages = self.messages.lock().unwrap();
        let alerts = messages.iter().flat_map(|message| {
            let body: serde_json::Value = serde_json::from_str(&message.body).unwrap();
            body["alerts"].as_array().unwrap().clone()
        });
        let name = |arn: &serde_json::Value| arn.as_str().map(|arn| arn.rsplit('/').next().unwrap().to_owned());
        alerts
            .map(|one| {
                let service = name(&one["service"]).unwrap_or_default();
                format!("{} {} {service}", one["change"].as_str().unwrap(), one["rule"].as_str().unwrap())
            })
            .collect()
    }
}

impl Channels for MemoryTopic {
    fn names(&self) -> BTreeSet<&'static str> {
        if self.is_none { [].into() } else { ["topic"].into() }
    }

    async fn deliver(&self, _: &'static str, origin: &Origin, updates: &[AlertUpdate]) -> Delivery {
        let mut delivery = Delivery::default();
        for message in messages(origin, updates) {
            delivery.add(self.publish(&message).await, message.alerts);
        }
        delivery
    }
}

impl MemoryTopic {
    async fn publish(&self, message: &AlertMessage) -> Result<(), CallError> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        let broken = self.broken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if broken.is_ok() {
            return Err(failure("sns:Publish"));
        }
        self.messages.lock().unwrap().push(message.clone());
        Ok(())
    }
}

fn failure(operation: &'static str) -> CallError {
    let (resource, message) = ("it".to_owned(), "out of breath".to_owned());
    CallError { operation, resource, kind: CallErrorKind::Transient, code: None, message }
}

/// A ledger whose writes fail while `broken`, though they are done if `done_anyway`.
#[derive(Debug, Default)]
struct Shaky {
    ledger: MemoryLedger,
    writes_until_broken: AtomicUsize,
    done_anyway: bool,
}

impl AlertLedger for Shaky {
    async fn alerts(&self) -> Result<Vec<KeptAlert>, CallError> {
        self.ledger.alerts().await
    }

    async fn write_alert(&self, write: &AlertWrite) -> Result<bool, CallError> {
        let left =
            self.writes_until_broken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left.is_ok() {
            return self.ledger.write_alert(write).await;
        }
        if self.done_anyway {
            self.ledger.write_alert(write).await?;
        }
        Err(failure("dynamodb:PutItem"))
    }
}

fn at(seconds: i64) -> Timestamp {
    "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn group(name: &str) -> TargetGroupArn {
    format!("arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/{name}/1").parse().unwrap()
}

fn service(name: &str) -> ServiceArn {
    format!("arn:aws:ecs:eu-central-1:111122223333:service/prod/{name}").parse().unwrap()
}

/// A stale target of a service's group.
fn stale(of: &str, nth: u32) -> Finding {
    let target = Target { ip: std::net::Ipv4Addr::from(0x0a00_0000 + nth).into(), port: 8080 };
    let id = ServiceId::of(&service(of)).unwrap();
    Finding {
        rule: "target-stale".to_owned(),
        severity: Severity::High,
        summary: format!("{target} is registered in {of} but nothing has that address"),
        remedy: "Deregister it.".to_owned(),
        title: String::new(),
        fixes: Vec::new(),
        caused_by: None,
        impact: None,
        grouping: None,
        resources: Resources {
            cluster: Some(id.cluster.clone()),
            service: Some(service(of)),
            target_group: Some(group(of)),
            target: Some(target),
            ..Resources::default()
        },
        subject: "nothing has the address".to_owned(),
        evidence: BTreeMap::new(),
        repairs: vec![],
        users: vec![id],
        sharers: Vec::new(),
    }
}

fn seen_finding(finding: &Finding, stage: FindingStage) -> SeenFinding<'_> {
    SeenFinding { finding, stage, fleeting: true, repairs: vec![], tasks: Some((2, 2)) }
}

fn seen(findings: &[Finding]) -> Vec<Sighting> {
    let seen = findings.iter().map(|finding| seen_finding(finding, FindingStage::Standing));
    sightings(seen, Severity::Medium)
}

fn everything() -> AlertCoverage {
    AlertCoverage {
        rules: ["target-stale".to_owned()].into(),
        everything: true,
        began: Timestamp::MAX,
        ..AlertCoverage::default()
    }
}

fn origin() -> Origin {
    let (account, region) = ("111122223333".parse().unwrap(), "eu-central-1".parse().unwrap());
    let (partition, function) = ("aws".to_owned(), "audit".to_owned());
    Origin { partition, account, account_name: None, region, function, rules_url: None }
}

async fn pass(
    ledger: &impl AlertLedger,
    topic: &MemoryTopic,
    findings: &[Finding],
    coverage: &AlertCoverage,
    second: i64,
) -> Notified {
    let watch = AlertContext { ledger, channels: topic, remind_after: None, origin: origin() };
    notify(watch, &seen(findings), coverage, at(second)).await
}

/// An event's pass: it resolves nothing.
fn partial() -> AlertCoverage {
    AlertCoverage::default()
}

#[tokio::test]
async fn what_stands_for_long_is_told_again_where_that_is_asked_for() {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
    for minutes in [0, 15, 60, 1_400, 1_500, 1_515, 2_000, 2_960] {
        let remind_after = Some(SignedDuration::from_hours(24));
        let watch = AlertContext { ledger: &ledger, channels: &topic, remind_after, origin: origin() };
        notify(watch, &seen(&[stale("web", 1)]), &everything(), at(minutes * 60)).await;
    }
    assert_eq!(topic.told(), ["opened target-stale web", "reminder target-stale web", "reminder target-stale web"]);
}

/// A topic, and a chat that is down for a while.
#[derive(Debug, Default)]
struct TwoChannels {
    topic: MemoryTopic,
    chat: MemoryTopic,
}

impl Channels for TwoChannels {
    fn names(&self) -> BTreeSet<&'static str> {
        ["chat", "topic"].into()
    }

    async fn deliver(&self, channel: &'static str, origin: &Origin, updates: &[AlertUpdate]) -> Delivery {
        let of = if channel == "chat" { &self.chat } else { &self.topic };
        of.deliver(channel, origin, updates).await
    }
}

#[tokio::test]
async fn a_channel_that_is_down_holds_up_no_other_and_is_told_once_when_it_is_back() {
    let ledger = MemoryLedger::new();
    let channels = TwoChannels::default();
    channels.chat.broken.store(3, Ordering::SeqCst);
    for second in [0, 60, 120, 2_000, 4_000, 6_000, 8_000] {
        let watch = AlertContext { ledger: &ledger, channels: &channels, remind_after: None, origin: origin() };
        let told = notify(watch, &seen(&[stale("web", 1)]), &everything(), at(second)).await;
        let is_down = [60, 2_000, 4_000].contains(&second);
        assert_eq!(told.failures.len(), usize::from(is_down), "{second}");
        assert_eq!(channels.topic.told().len(), usize::from(second >= 60), "{second}");
        assert_eq!(channels.chat.told().len(), usize::from(second >= 6_000), "{second}");
    }
    assert_eq!(ledger.alerts().await.unwrap()[0].alert.untold, None);
}

#[tokio::test]
async fn resolved_and_opened_again_is_counted() {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
    for round in 0..3 {
        let begin = round * 10_000;
        for second in [0, 900] {
            pass(&ledger, &topic, &[stale("web", 1)], &everything(), begin + second).await;
        }
        pass(&ledger, &topic, &[], &everything(), begin + 1800).await;
    }
    let kept = ledger.alerts().await.unwrap();
    assert_eq!((kept[0].alert.open, kept[0].alert.times_opened), (false, 3));
    assert_eq!(topic.told(), ["opened target-stale web", "resolved target-stale web"].repeat(3));
}

#[tokio::test]
async fn only_a_look_that_would_have_seen_it_resolves_it() {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
    for second in [0, 60] {
        pass(&ledger, &topic, &[stale("web", 1)], &partial(), second).await;
    }
    let id = |name| ServiceId::of(&service(name)).unwrap();
    let other = format!("arn:aws:ecs:eu-central-1:111122223333:cluster/{}", "staging").parse().unwrap();
    let blind = |unit| AlertCoverage { unjudged: [unit].into(), ..everything() };
    let unable = [
        partial(),
        AlertCoverage { rules: ["target-missing".to_owned()].into(), ..everything() },
        AlertCoverage { everything: false, clusters: [other].into(), ..everything() },
        blind(Unit::Everything),
        blind(Unit::Cluster(id("web").cluster)),
        blind(Unit::Service(id("web"))),
        // Whether it uses the group isn't known.
        blind(Unit::Service(id("api"))),
        blind(Unit::TargetGroup(group("web"))),
        blind(Unit::Task("arn:aws:ecs:eu-central-1:111122223333:task/prod/1".parse().unwrap())),
    ];
    for coverage in unable {
        pass(&ledger, &topic, &[], &coverage, 900).await;
        assert_eq!(topic.told(), ["opened target-stale web"], "{coverage:?}");
    }
    let able = AlertCoverage { everything: false, clusters: [id("web").cluster].into(), ..everything() };
    pass(&ledger, &topic, &[], &AlertCoverage { unjudged: [Unit::TargetGroup(group("api"))].into(), ..able }, 901)
        .await;
    assert_eq!(topic.told(), ["opened target-stale web", "resolved target-stale web"]);
}

#[tokio::test]
async fn what_gets_worse_is_told_and_what_gets_better_is_not() {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
    let with = |severity| [Finding { severity, ..stale("web", 1) }];
    for (nth, severity) in [Severity::Medium, Severity::Medium, Severity::High, Severity::Medium, Severity::Critical]
        .into_iter()
        .enumerate()
    {
        pass(&ledger, &topic, &with(severity), &everything(), 900 * i64::try_from(nth).unwrap()).await;
    }
    let expected = ["opened", "worsened", "worsened"].map(|change| format!("{change} target-stale web"));
    assert_eq!(topic.told(), expected);
}

#[tokio::test]
async fn what_waits_is_mended_or_is_of_little_matter_opens_nothing_but_keeps_open() {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
    let quiet = Finding { severity: Severity::Low, ..stale("web", 1) };
    let loud = stale("web", 1);
    let as_seen =
        |finding, stage| sightings([SeenFinding { fleeting: false, ..seen_finding(finding, stage) }], Severity::Medium);
    let all = [(&loud, FindingStage::Waiting), (&loud, FindingStage::Mended), (&quiet, FindingStage::Standing)];
    for opened in [false, true] {
        for (finding, stage) in all {
            let watch = AlertContext { ledger: &ledger, channels: &topic, remind_after: None, origin: origin() };
            notify(watch, &as_seen(finding, stage), &everything(), at(0)).await;
        }
        assert_eq!(topic.told().len(), usize::from(opened));
        let watch = AlertContext { ledger: &ledger, channels: &topic, remind_after: None, origin: origin() };
        notify(watch, &as_seen(&loud, FindingStage::Standing), &everything(), at(1)).await;
    }
    assert_eq!(topic.told(), ["opened target-stale web"]);
}

#[tokio::test]
async fn a_pass_with_nothing_to_say_asks_the_ledger_nothing() {
    #[derive(Debug)]
    struct Untouched;
    impl AlertLedger for Untouched {
        async fn alerts(&self) -> Result<Vec<KeptAlert>, CallError> {
            panic!("asked")
        }
        async fn write_alert(&self, _: &AlertWrite) -> Result<bool, CallError> {
            panic!("written")
        }
    }
    let told = pass(&Untouched, &MemoryTopic::default(), &[], &partial(), 0).await;
    assert_eq!(told, Notified::default());
}

#[tokio::test]
async fn without_a_topic_alerts_open_and_nothing_is_left_to_tell() {
    let ledger = MemoryLedger::new();
    let topic = MemoryTopic { is_none: true, ..MemoryTopic::default() };
    let watch = || AlertContext { ledger: &ledger, channels: &topic, remind_after: None, origin: origin() };
    for second in [0, 60] {
        let told = notify(watch(), &seen(&[stale("web", 1)]), &partial(), at(second)).await;
        assert_eq!(told.messages, 0);
    }
    let kept = ledger.alerts().await.unwrap();
    assert_eq!((kept[0].alert.open, kept[0].alert.untold.clone()), (true, None));
    assert_eq!(notify(watch(), &[], &everything(), at(90)).await.changes[0].change, AlertChange::Resolved);
}

proptest::proptest! {
    /// Whatever comes and goes, crashes included: what is told begins with an opening, an alert is open exactly if it was last
    /// seen standing or wasn't looked for, and each crash costs one message more at most.
    #[test]
    fn told_in_order_and_once(steps in proptest::collection::vec((0..3u8, 0..4u8), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
            let (mut crashes, mut changes) = (0, 0);
            for (nth, (what, how)) in steps.iter().enumerate() {
                let second = 2000 * i64::try_from(nth).unwrap();
                let findings = if *what == 0 { vec![] } else { vec![stale("web", u32::from(*what))] };
                let coverage = if *how == 0 { partial() } else { everything() };
                topic.broken.store(usize::from(*how == 3), Ordering::SeqCst);
                let told = pass(&ledger, &topic, &findings, &coverage, second).await;
                crashes += told.failures.len();
                changes += told.changes.len();
            }
            topic.broken.store(0, Ordering::SeqCst);
            pass(&ledger, &topic, &[], &everything(), 1_000_000).await;
            pass(&ledger, &topic, &[], &everything(), 1_002_000).await;
            let kept = ledger.alerts().await.unwrap();
            assert!(kept.iter().all(|kept| !kept.alert.open && kept.alert.untold.is_none()));
            let told = topic.told();
            assert!(told.len() <= changes + 1 + crashes, "{told:?}");
            if kept.iter().any(|kept| kept.alert.times_opened > 0) {
                assert_eq!(told.last().map(String::as_str), Some("resolved target-stale web"));
            }
            assert!(told.iter().collect::<BTreeSet<_>>().len() <= 2);
        });
    }
}
