//! DescribeTags.

use aws_sdk_elasticloadbalancingv2::types::{Tag, TagDescription};
use model::call::CallError;
use model::ecs::Tags;
use model::observation::Answer;

use crate::api::Answers;
use crate::sdk::Clients;
use crate::sdk::isolate::isolate;
use crate::sdk::resource::resource_of;

const OPERATION: &str = "elasticloadbalancing:DescribeTags";

/// One gone group or balancer fails the whole request, so it is isolated.
pub(super) async fn describe_tags(clients: &Clients, arns: &[String]) -> Result<Answers<String, Tags>, CallError> {
    Ok(isolate(arns, |part| describe(clients, part)).await)
}

async fn describe(clients: &Clients, arns: Vec<String>) -> Result<Answers<String, Tags>, CallError> {
    let request = clients.elb().describe_tags().set_resource_arns(Some(arns.clone()));
    let response = clients.send(OPERATION, &resource_of(&arns), request.send()).await?;
    let answer = |described: &TagDescription| {
        Some((described.resource_arn()?.to_owned(), Answer::Known(tags(described.tags()))))
    };
    Ok(response.tag_descriptions().iter().filter_map(answer).collect())
}

fn tags(tags: &[Tag]) -> Tags {
    let tag = |tag: &Tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()));
    tags.iter().filter_map(tag).collect()
}
