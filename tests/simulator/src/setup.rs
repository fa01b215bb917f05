//! An account to begin with.

use std::sync::Arc;

use aws::memory::{MemoryAccount, World as Account};
use model::ecs::DeploymentController;
use model::elb::IpVersion;
use model::id::TargetGroupArn;
use model::scope::ServiceId;

use crate::choices::Choices;
use crate::ecs::pool::Pool;
use crate::ecs::{Kind, Service};
use crate::groups::sets_groups;
use crate::setting::Setting;
use crate::time::{MINUTE, SECOND};
use crate::world::{Due, Sim, World};
use crate::{entities, names};

/// The account these choices begin with.
pub(crate) fn begin(choices: &Arc<Choices>, telling: bool) -> Arc<World> {
    let mut drawn = choices.setup.iter();
    let mut draw = |below: usize| drawn.next().map_or(0, |number| *number as usize % below);
    let clusters: Vec<_> = (0..=draw(2)).map(names::cluster).collect();
    let many = 1 + draw(3);
    let ids: Vec<ServiceId> = (0..many).map(|n| names::service(&clusters[draw(clusters.len())], n)).collect();
    let setting = Setting::draw(&mut draw, &ids);
    let groups: Vec<TargetGroupArn> = (0..=many).map(names::target_group).collect();

    let mut account = Account::default();
    account.clusters.extend(clusters.iter().map(|arn| (arn.clone(), entities::cluster(arn))));
    for (n, arn) in groups.iter().enumerate() {
        let version = if draw(4) == 3 { IpVersion::Ipv6 } else { IpVersion::Ipv4 };
        let group = entities::target_group(arn.clone(), version, names::balancer(n % 2));
        account.target_groups.insert(arn.clone(), group);
    }
    let owners = [names::ACCOUNT, names::ACCOUNT, names::OTHER_ACCOUNT];
    account.security_groups.extend([names::REQUIRED, names::FORBIDDEN, names::OWN].map(entities::security_group));
    account.subnets.extend(owners.iter().enumerate().map(|(n, owner)| entities::subnet(n, names::account(owner))));

    let mut sim = Sim::new(Arc::clone(choices), setting, telling);
    let (mut plans, sets_groups) = (Vec::new(), sets_groups());
    for (n, id) in ids.iter().enumerate() {
        let kind = [Kind::Rolling, Kind::Rolling, Kind::TaskSets, Kind::Native][draw(4)];
        let controller = match kind {
            Kind::TaskSets => DeploymentController::External,
            Kind::Rolling | Kind::Native => DeploymentController::Ecs,
        };
        let minimum_healthy = [0, 50, 100][draw(3)];
        let percent = u32::try_from(minimum_healthy).unwrap_or(100);
        account.services.insert(id.clone(), entities::service(id, controller, percent));
        let port = [80, 80, 8080][draw(3)];
        let main = if draw(3) == 2 { 0 } else { n };
        let mut uses = vec![(groups[main].clone(), port)];
        // A worker names no group; somebody's script may register its tasks in one all the same.
        let is_worker = kind == Kind::Rolling && draw(5) == 4;
        if is_worker && draw(2) == 1 {
            sim.ecs.scripts.insert(id.clone(), (groups[0].clone(), 80));
        }
        let alternate = (kind == Kind::Native).then(|| groups[many].clone());
        if kind != Kind::Native && draw(3) == 2 {
            uses.push((groups[many].clone(), port));
        }
        if is_worker {
            uses.clear();
        }
        let early = kind == Kind::Rolling && draw(3) == 2;
        let desired = 1 + draw(3);
        let groups = sets_groups[draw(2 * sets_groups.len()).saturating_sub(sets_groups.len())].clone();
        let service = Service {
            kind,
            desired,
            deployments: Vec::new(),
            alternate,
            deleted: false,
            groups,
            bakes_until: None,
            early,
            minimum_healthy,
        };
        sim.ecs.services.insert(id.clone(), service);
        plans.push((id.clone(), uses));
    }
    sim.ecs.pool = Pool::new(u8::try_from(4 + draw(4)).unwrap_or(4));
    // Some services have no balancer: no target group sends to their tasks.
    for (id, uses) in &mut plans {
        let is_rolling = sim.ecs.services.get(id).is_some_and(|service| service.kind == Kind::Rolling);
        if is_rolling && draw(5) == 4 {
            uses.clear();
        }
    }
    sim.setting.slow = [0, 0, 0, 3 * SECOND][draw(4)];

    let world = Arc::new(World::new(MemoryAccount::new(account), sim));
    world.stage(|stage| {
        for (id, uses) in plans {
            stage.deploy(&id, uses);
            // Everything is in its place before anything happens.
        }
        stage.sim.calm = true;
        stage.sim.at(6 * MINUTE, Due::Stage);
        stage.sim.at(6 * MINUTE + SECOND, Due::Happening(0));
    });
    world
}
