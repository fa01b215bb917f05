//! Interfaces, security groups and what else hangs on the network, in the fewest calls.

use std::collections::BTreeSet;

use model::ec2::{NetworkInterface, SecurityGroup};
use model::id::{NetworkInterfaceId, SecurityGroupId, SubnetId, VpcId};
use model::observation::{Answer, Lookup, Question, UnreadKind};
use model::scaling::ScalableTarget;
use model::scope::ServiceId;

use super::{answer, balancer, cluster, observation};
use crate::memory::{MemoryAccount, World};
use model::call::CallErrorKind;

fn id(n: usize) -> NetworkInterfaceId {
    format!("eni-{n:04}").parse().unwrap()
}

fn subnet() -> SubnetId {
    "subnet-1".parse().unwrap()
}

fn vpc(n: usize) -> VpcId {
    format!("vpc-{n}").parse().unwrap()
}

fn group(name: &str) -> SecurityGroupId {
    format!("sg-{name}").parse().unwrap()
}

fn interface(n: usize) -> NetworkInterface {
    NetworkInterface { subnet: Some(subnet()), ..fixtures::network_interface(&id(n), &vpc(1)) }
}

fn security_group(name: &str, of: usize) -> SecurityGroup {
    SecurityGroup { name: name.to_owned(), ..fixtures::security_group(&group(name), &vpc(of)) }
}

/// 250 interfaces in one subnet, two groups in each of two VPCs.
fn account() -> MemoryAccount {
    let groups = [("a", 1), ("b", 1), ("c", 2), ("d", 2)].map(|(name, of)| security_group(name, of));
    MemoryAccount::new(World {
        interfaces: (0..250).map(interface).collect(),
        security_groups: groups.to_vec(),
        ..World::default()
    })
}

fn ask(n: usize) -> Question {
    Question::Interface { id: id(n), subnet: Some(subnet()) }
}

#[tokio::test]
async fn a_few_interfaces_are_asked_for_by_their_ids_and_many_with_their_subnet() {
    for (count, gone) in [(3, 999), (249, 999)] {
        let (account, mut observation) = (account(), observation());
        let questions: BTreeSet<Question> = (0..count).chain([gone]).map(ask).collect();
        answer(&account, &questions, &mut observation.aws).await;
        assert_eq!(account.calls().take(), [("ec2:DescribeNetworkInterfaces".to_owned(), 1)].into(), "{count}");

        let lookup = Lookup::new(&observation);
        for n in 0..count {
            assert_eq!(lookup.interface(&id(n), Some(&subnet())).unwrap().map(|one| &one.id), Some(&id(n)));
        }
        assert_eq!(lookup.interface(&id(gone), Some(&subnet())), Ok(None));
        assert_eq!(lookup.into_questions(), BTreeSet::new(), "{count}");
        observation.forget(&ask(1));
        let lookup = Lookup::new(&observation);
        assert!(lookup.interface(&id(1), Some(&subnet())).is_err(), "what is forgotten is asked again");
    }
}

#[tokio::test]
async fn without_their_subnets_many_interfaces_take_a_call_for_each_two_hundred() {
    let (account, mut observation) = (account(), observation());
    let questions = (0..250).map(|n| Question::Interface { id: id(n), subnet: None }).collect();
    answer(&account, &questions, &mut observation.aws).await;
    assert_eq!(observation.aws.interface.values().filter_map(Answer::known).count(), 250);
    assert_eq!(account.calls().take().values().sum::<u64>(), 2);
}

#[tokio::test]
async fn an_interface_whose_subnet_could_not_be_listed_is_unread() {
    let (account, mut observation) = (account(), observation());
    account.world().faults.push(("ec2:DescribeNetworkInterfaces", "subnet-1".to_owned(), CallErrorKind::Denied));
    answer(&account, &[Question::Interfaces(subnet()), ask(1)].into(), &mut observation.aws).await;
    let lookup = Lookup::new(&observation);
    assert!(lookup.interface(&id(1), Some(&subnet())).is_err());
    assert_eq!(lookup.into_questions(), BTreeSet::new());
    assert_eq!(observation.unread().iter().map(|unread| unread.kind).collect::<Vec<_>>(), [UnreadKind::Denied]);
}

#[tokio::test]
async fn listing_the_groups_of_vpcs_describes_them_too() {
    let (account, mut observation) = (account(), observation());
    let questions =
        [Question::SecurityGroups(vpc(1)), Question::SecurityGroups(vpc(2)), Question::SecurityGroups(vpc(3))];
    answer(&account, &questions.into(), &mut observation.aws).await;
    assert_eq!(account.calls().take().values().sum::<u64>(), 1);
    let lookup = Lookup::new(&observation);
    let names =
        |n: usize| lookup.security_groups(&vpc(n)).unwrap().iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!((names(1), names(2), names(3)), (vec!["a".into(), "b".into()], vec!["c".into(), "d".into()], vec![]));
    assert!(lookup.security_group(&group("c")).unwrap().is_some());
    assert!(lookup.into_questions().is_empty());
}

#[tokio::test]
async fn a_group_that_is_gone_is_absent_and_its_neighbour_known() {
    let (account, mut observation) = (account(), observation());
    let questions = ["a", "gone"].map(|name| Question::SecurityGroup(group(name)));
    answer(&account, &questions.into(), &mut observation.aws).await;
    assert!(observation.aws.security_group[&group("a")].known().is_some());
    assert_eq!(observation.aws.security_group[&group("gone")], Answer::Absent);
}

#[tokio::test]
async fn what_is_gone_is_absent_here_too() {
    let (account, mut observation) = (account(), observation());
    let list = "pl-1".parse().unwrap();
    let questions = [
        Question::PrefixList("pl-1".parse().unwrap()),
        Question::LoadBalancer(balancer()),
        Question::Listeners(balancer()),
        Question::LoadBalancerAttributes(balancer()),
    ];
    answer(&account, &questions.into(), &mut observation.aws).await;
    let lookup = Lookup::new(&observation);
    assert_eq!(lookup.prefix_list(&list), Ok(None));
    assert_eq!(lookup.load_balancer(&balancer()), Ok(None));
    assert_eq!(lookup.listeners(&balancer()), Ok(None));
    assert_eq!(lookup.load_balancer_attributes(&balancer()), Ok(None));
}

#[tokio::test]
async fn scaling_is_told_of_one_service_or_of_all() {
    let service = |name: &str| ServiceId::new(&cluster("prod"), name);
    let scaled = ScalableTarget {
        cluster: "prod".to_owned(),
        service: "web".to_owned(),
        minimum: 2,
        maximum: 20,
        scale_out_suspended: false,
        scale_in_suspended: false,
    };
    for question in [Question::ScalableTargets, Question::ScalableTarget(service("web"))] {
        let account = MemoryAccount::new(World { scalable_targets: vec![scaled.clone()], ..World::default() });
        let mut observation = observation();
        let questions = [question.clone(), Question::ScalableTarget(service("api"))];
        answer(&account, &questions.into(), &mut observation.aws).await;
        let lookup = Lookup::new(&observation);
        assert_eq!(lookup.scalable_target(&service("web")), Ok(Some(&scaled)), "{question:?}");
        assert_eq!(lookup.scalable_target(&service("api")), Ok(None), "{question:?}");
    }
}
