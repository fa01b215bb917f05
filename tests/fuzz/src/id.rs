//! ARNs, ids, and the other small texts with a grammar: what parses prints as it was written, and parses to itself.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use model::ecs::Tags;
use model::finding::{Fingerprint, Severity};
use model::hold::{HOLD_TAG, is_held};
use model::id::{
    AccountId, ArnError, AttachmentId, ClusterArn, DeploymentId, ListenerArn, LoadBalancerArn, LoadBalancerKind,
    NetworkInterfaceId, PrefixListId, Region, SecurityGroupId, ServiceArn, ServiceRevisionArn, SubnetId,
    TargetGroupArn, TaskArn, TaskDefinitionArn, VpcId,
};
use model::policy::{Glob, SecurityGroupRef};
use model::scope::ServiceId;
use runtime::home::Home;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Takes the bytes for each of them in turn.
pub fn check(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    arns(text);
    ids(text);
    words(text);
}

fn arns(text: &str) {
    if let Some(cluster) = arn::<ClusterArn>(text) {
        assert_parts(text, cluster.prefix(), cluster.account(), cluster.region());
        assert_eq!(format!("{}cluster/{}", cluster.prefix(), cluster.name()), text);
        if let Ok(service) = cluster.service("web") {
            assert_eq!(ServiceId::of(&service), Some(ServiceId::new(&cluster, "web")));
        }
    }
    if let Some(service) = arn::<ServiceArn>(text) {
        assert_parts(text, service.prefix(), service.account(), service.region());
        assert_cluster(service.cluster(), service.cluster_name(), service.prefix());
        let by_name = service.cluster().map(|cluster| cluster.service(service.name()));
        assert!(by_name.is_none_or(|found| found == Ok(service)));
    }
    if let Some(task) = arn::<TaskArn>(text) {
        assert_parts(text, task.prefix(), task.account(), task.region());
        assert_cluster(task.cluster(), task.cluster_name(), task.prefix());
        assert!(text.ends_with(&format!("/{}", task.id())));
    }
    if let Some(definition) = arn::<TaskDefinitionArn>(text) {
        let (family, revision) = definition.family_and_revision();
        assert!(!family.is_empty());
        match definition.previous() {
            Some(previous) => assert_eq!(previous.family_and_revision(), (family, revision - 1)),
            None => assert!(revision < 2),
        }
    }
    if let Some(group) = arn::<TargetGroupArn>(text) {
        assert!(text.starts_with(&format!("{}targetgroup/{}/", group.prefix(), group.name())));
    }
    if let Some(balancer) = arn::<LoadBalancerArn>(text) {
        assert_eq!(format!("{}loadbalancer/{}", balancer.prefix(), balancer.path()), text);
        let parts: Vec<&str> = balancer.path().split('/').collect();
        match parts.as_slice() {
            [name] => assert_eq!((balancer.kind(), balancer.name()), (LoadBalancerKind::Other, *name)),
            [_, name, _] if balancer.kind() != LoadBalancerKind::Other => assert_eq!(balancer.name(), *name),
            parts => assert!(parts.contains(&balancer.name())),
        }
    }
    arn::<ListenerArn>(text);
    arn::<ServiceRevisionArn>(text);
    if let Ok(home) = Home::of_function(text) {
        assert!(text.contains(&format!(":{}:{}:", home.region, home.account)));
        assert!(home.cluster("web").is_some());
    }
}

fn ids(text: &str) {
    written_as_read::<AccountId>(text);
    written_as_read::<AttachmentId>(text);
    written_as_read::<DeploymentId>(text);
    written_as_read::<NetworkInterfaceId>(text);
    written_as_read::<PrefixListId>(text);
    written_as_read::<Region>(text);
    written_as_read::<SecurityGroupId>(text);
    written_as_read::<SubnetId>(text);
    written_as_read::<VpcId>(text);
}

fn words(text: &str) {
    printed_as_read::<SecurityGroupRef>(text);
    printed_as_read::<Severity>(text);
    if let Ok(fingerprint) = text.parse::<Fingerprint>() {
        assert_eq!(fingerprint.to_string(), text.to_ascii_lowercase());
        assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
    }
    printed_as_read::<Glob>(text);
    if let Ok(glob) = text.parse::<Glob>() {
        let plain = !text.contains(['*', '?', '[', ']', '{', '}', '\\', '!', ',']);
        assert!(glob.matches(text) || !plain, "{text:?} is no pattern for itself");
    }
    held(text);
}

/// A tag that isn't a time holds for ever, a time until then.
fn held(text: &str) {
    let tags = Tags::from([(HOLD_TAG.to_owned(), text.to_owned())]);
    let [before, after] = [model::Timestamp::MIN, model::Timestamp::MAX].map(|now| is_held(&tags, now));
    assert!(before || !after);
    assert!(text.trim().parse::<model::Timestamp>().is_ok() || (before && after));
}

fn arn<A>(text: &str) -> Option<A>
where
    A: FromStr<Err = ArnError> + Display + Debug + PartialEq + Serialize + DeserializeOwned,
{
    if let Err(error) = text.parse::<A>() {
        assert!(text.starts_with(&error.text) && error.text.chars().count() <= 300);
        assert!(!error.why.is_empty());
    }
    written_as_read(text)
}

fn assert_parts(text: &str, prefix: &str, account: &str, region: &str) {
    assert!(text.starts_with(prefix) && prefix.ends_with(&format!(":{region}:{account}:")));
    assert!(account.parse::<AccountId>().is_ok() && region.parse::<Region>().is_ok());
}

/// What says the name of its cluster is in a cluster, of the same account and Region.
fn assert_cluster(cluster: Option<ClusterArn>, name: Option<&str>, prefix: &str) {
    assert_eq!(cluster.as_ref().map(ClusterArn::name), name);
    assert!(cluster.is_none_or(|cluster| cluster.prefix() == prefix));
}

/// What parses prints as it was written, and is the same in JSON.
fn written_as_read<T>(text: &str) -> Option<T>
where
    T: FromStr + Display + Debug + PartialEq + Serialize + DeserializeOwned,
{
    printed_as_read::<T>(text);
    let read: T = text.parse().ok()?;
    let json = serde_json::to_string(&read).expect("JSON");
    assert_eq!(serde_json::from_str::<String>(&json).expect("a string"), text);
    assert_eq!(serde_json::from_str::<T>(&json).expect("the same"), read);
    Some(read)
}

fn printed_as_read<T: FromStr + Display + Debug + PartialEq>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        assert_eq!(read.to_string(), text);
        assert_eq!(text.parse().ok(), Some(read));
    }
}
