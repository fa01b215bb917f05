//! DescribeServiceRevisions.

use aws_sdk_ecs::types;
use model::call::CallError;
use model::ecs::ServiceRevision;
use model::id::{ServiceRevisionArn, TargetGroupArn};
use model::observation::Table;

use super::failure::answer_of;
use super::load_balancer::load_balancers;
use crate::api::{Answers, AwsFact, Found};
use crate::memory::{World, known_or_absent};
use crate::sdk::Clients;
use crate::sdk::isolate::isolate;
use crate::sdk::read::{Read, answer, parse_optional, parse_required};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "ecs:DescribeServiceRevisions";

impl AwsFact for Table<ServiceRevisionArn, ServiceRevision> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 20;

    async fn from_aws(clients: &Clients, revisions: &[ServiceRevisionArn]) -> Result<Found<Self>, CallError> {
        Ok(describe_service_revisions(clients, revisions).await.into())
    }

    fn in_memory(world: &World, revisions: &[ServiceRevisionArn]) -> Found<Self> {
        Found::each(revisions, |arn| known_or_absent(world.service_revisions.get(arn)))
    }
}

/// One gone service or cluster fails the whole request, so it is isolated.
pub(super) async fn describe_service_revisions(
    clients: &Clients,
    revisions: &[ServiceRevisionArn],
) -> Answers<ServiceRevisionArn, ServiceRevision> {
    isolate(revisions, |part| describe(clients, part)).await
}

async fn describe(
    clients: &Clients,
    revisions: Vec<ServiceRevisionArn>,
) -> Result<Answers<ServiceRevisionArn, ServiceRevision>, CallError> {
    let arns = revisions.iter().map(ToString::to_string).collect();
    let request = clients.ecs().describe_service_revisions().set_service_revision_arns(Some(arns));
    let response = clients.send(OPERATION, &resource_of(&revisions), request.send()).await?;

    let failures = response.failures().iter().filter_map(|failure| {
        let arn: ServiceRevisionArn = failure.arn()?.parse().ok()?;
        let answer = answer_of(OPERATION, arn.as_str(), failure);
        Some((arn, answer))
    });
    let found = response.service_revisions().iter().filter_map(|revision| {
        let arn: ServiceRevisionArn = revision.service_revision_arn()?.parse().ok()?;
        let answer = answer(OPERATION, arn.as_str(), read(revision));
        Some((arn, answer))
    });
    Ok(failures.chain(found).collect())
}

fn read(revision: &types::ServiceRevision) -> Read<ServiceRevision> {
    let resolved = revision.resolved_configuration().map(types::ResolvedConfiguration::load_balancers);
    let group = |entry: &types::ServiceRevisionLoadBalancer| -> Read<Option<TargetGroupArn>> {
        parse_optional("resolvedConfiguration.loadBalancers.targetGroupArn", entry.target_group_arn())
    };
    let groups = resolved.unwrap_or_default().iter().map(group).filter_map(Result::transpose);
    Ok(ServiceRevision {
        arn: parse_required("serviceRevisionArn", revision.service_revision_arn())?,
        load_balancers: load_balancers(revision.load_balancers())?,
        resolved_target_groups: groups.collect::<Read<_>>()?,
        task_definition: parse_optional("taskDefinition", revision.task_definition())?,
    })
}
