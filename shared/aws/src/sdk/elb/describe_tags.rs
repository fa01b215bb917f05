//! DescribeTags.

use aws_sdk_elasticloadbalancingv2::types::{Tag, TagDescription};
use model::call::CallError;
use model::ecs::Tags;
use model::elb::Tagged;
use model::observation::{Answer, Table};

use crate::api::{Answers, AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::isolate::isolate;
use crate::sdk::resource::resource_of;

const OPERATION: &str = "elasticloadbalancing:DescribeTags";

impl AwsFact for Table<Tagged, Tags> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 20;

    async fn from_aws(clients: &Clients, asked: &[Tagged]) -> Result<Found<Self>, CallError> {
        Ok(describe_tags(clients, asked).await.into())
    }

    fn in_memory(world: &World, asked: &[Tagged]) -> Found<Self> {
        Found::each(asked, |tagged| world.tags_of(tagged))
    }
}

/// One gone group or balancer fails the whole request, so it is isolated.
pub(super) async fn describe_tags(clients: &Clients, asked: &[Tagged]) -> Answers<Tagged, Tags> {
    isolate(asked, |part| describe(clients, part)).await
}

async fn describe(clients: &Clients, asked: Vec<Tagged>) -> Result<Answers<Tagged, Tags>, CallError> {
    let arns = asked.iter().map(ToString::to_string).collect();
    let request = clients.elb().describe_tags().set_resource_arns(Some(arns));
    let response = clients.send(OPERATION, &resource_of(&asked), request.send()).await?;
    let answer = |described: &TagDescription| {
        let tagged = asked.iter().find(|tagged| Some(tagged.arn()) == described.resource_arn())?;
        Some((tagged.clone(), Answer::Known(tags(described.tags()))))
    };
    Ok(response.tag_descriptions().iter().filter_map(answer).collect())
}

fn tags(tags: &[Tag]) -> Tags {
    let tag = |tag: &Tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()));
    tags.iter().filter_map(tag).collect()
}
